import { readdir, readFile } from 'node:fs/promises';
import { settingRows } from '@paylog/shared/config/config-table';
import type { AnySetting, Service } from '@paylog/shared/config/setting';
import { helmReadme } from './helm-readme.ts';

const CHART = 'infra/helm/pay-log-aggregator';

/** A chart cannot reach outside of its folder: these are copied into it. */
const COPIES = [
  { from: 'infra/prometheus/rules', to: `${CHART}/files/rules`, ending: '.yaml' },
  { from: 'infra/grafana/dashboards', to: `${CHART}/files/dashboards`, ending: '.json' },
] as const;

/** What the chart sets itself, from values that other resources are made of too, and what only its pods could offer. */
const OF_THE_CHART: ReadonlySet<string> = new Set([
  'HOST',
  'PORT',
  'KAFKA_BROKERS',
  'KAFKA_TOPIC',
  'KAFKA_DIRECT_TOPIC',
  'KAFKA_DLQ_TOPIC',
  'KAFKA_GROUP',
  'KAFKA_GROUP_INSTANCE_ID',
  'KAFKA_PARTITIONS',
  'KAFKA_SSL',
  'KAFKA_SSL_CA_FILE',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'ELASTICSEARCH_URL',
  'ELASTICSEARCH_USERNAME',
  'ELASTICSEARCH_CA_FILE',
  'JAEGER_AGENT_HOST',
  'OTEL_TRACES_EXPORTER',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'LOG_DIR',
  'PROFILE_DIR',
]);

/** Files of the chart that are generated, by path: their texts, not yet formatted, and those that should not be there. */
export async function helmChart(
  root: URL,
): Promise<{ readonly files: Readonly<Record<string, string>>; readonly stale: readonly string[] }> {
  const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');
  const files: Record<string, string> = {
    [`${CHART}/README.md`]: helmReadme(await read(`${CHART}/values.yaml`)),
    [`${CHART}/values.schema.json`]: withSettings(await read(`${CHART}/values.schema.json`)),
    [`${CHART}/Chart.yaml`]: withVersion(await read(`${CHART}/Chart.yaml`), await read('package.json')),
  };
  const stale: string[] = [];
  for (const { from, to, ending } of COPIES) {
    const names = (await list(from, root)).filter((name) => name.endsWith(ending));
    for (const name of names) files[`${to}/${name}`] = await read(`${from}/${name}`);
    stale.push(...(await list(to, root)).filter((name) => !names.includes(name)).map((name) => `${to}/${name}`));
  }
  return { files, stale };
}

async function list(folder: string, root: URL): Promise<readonly string[]> {
  return (await readdir(new URL(folder, root)).catch(() => [])).sort();
}

/** Lets `config`, `api.config` and `indexer.config` take the settings that there are, and no others. */
function withSettings(text: string): string {
  const schema = JSON.parse(text) as { definitions: Record<string, { properties?: Record<string, unknown> }> };
  const rows = settingRows()
    .map(({ row }) => row)
    .filter(({ key, secret, services }) => {
      const ofPods = services.includes('api') || services.includes('indexer');
      return ofPods && secret !== true && !OF_THE_CHART.has(key);
    });
  const propertiesFor = (service: Service): Record<string, unknown> =>
    Object.fromEntries(
      rows
        .filter(({ services }) => services.includes(service))
        .map(({ key }) => [key, { $ref: `#/definitions/anySetting/properties/${key}` }]),
    );
  const all = Object.fromEntries(rows.map((row) => [row.key, property(row)]));
  const definitions = schema.definitions;
  for (const [name, properties] of [
    ['anySetting', all],
    ['apiSetting', propertiesFor('api')],
    ['indexerSetting', propertiesFor('indexer')],
  ] as const) {
    definitions[name] = { ...definitions[name], properties };
  }
  return JSON.stringify(schema);
}

function property({ description, type }: AnySetting): unknown {
  return { type: ['string', 'number', 'boolean'], description: `${description} Expected: ${type.name}.` };
}

function withVersion(chart: string, packageJson: string): string {
  const { version } = JSON.parse(packageJson) as { version: string };
  return chart.replace(/^appVersion: .*$/m, `appVersion: '${version}'`);
}
