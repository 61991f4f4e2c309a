import { LABELS, METRIC_TABLE, type MetricDefinition } from '@paylog/shared/telemetry/metric-table';
import { generatedFrom, table } from './markdown.ts';

const INTRODUCTION = `\`GET /metrics\` in the Prometheus text format, on the port of the API and on the port of the indexer; the all-in-one process
shows both. Scrapers that prefer OpenMetrics get that, with trace ids as exemplars ([tracing](tracing.md#finding-a-request)).
Besides these there are the default metrics of prom-client (\`process_*\`, \`nodejs_*\`).`;

function rowsFrom(part: 'api' | 'indexer'): readonly (readonly string[])[] {
  return Object.values<MetricDefinition>(METRIC_TABLE)
    .filter(({ from }) => from.includes(part))
    .map(({ name, kind, labels, help, buckets }) => [
      `\`${name}\``,
      kind,
      labels.map((label) => `\`${label}\``).join(', '),
      help + (buckets ? ` Buckets: ${buckets.join(', ')}.` : ''),
    ]);
}

/** docs/metrics.md */
export function metricsPage(): string {
  const head = ['Name', 'Type', 'Labels', 'Meaning'];
  const labels = Object.entries(LABELS).map(([label, { bound, help }]) => [`\`${label}\``, help, String(bound)]);
  return [
    generatedFrom('shared/src/telemetry/metric-table.ts'),
    '# Metrics',
    INTRODUCTION,
    '## API',
    table(head, rowsFrom('api')),
    '## Indexer',
    table(head, rowsFrom('indexer')),
    '## Labels',
    'The number of distinct values of a label is bounded; what comes after them is counted under `other`.',
    table(['Label', 'Value', 'Bound'], labels),
    '',
  ].join('\n\n');
}
