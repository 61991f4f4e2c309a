import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { type FamilyDefinition, type Scrapable } from './metric-family.ts';
import { CounterFamily, GaugeFamily, HistogramFamily } from './metric-kinds.ts';
import { openMetricsOf } from './open-metrics.ts';
import { type LabelName, LABELS, METRIC_TABLE, type MetricDefinition } from './metric-table.ts';
import { readVersion } from './version.ts';

interface FamilyByKind<L extends string> {
  readonly counter: CounterFamily<L>;
  readonly gauge: GaugeFamily<L>;
  readonly histogram: HistogramFamily<L>;
}

type Table = typeof METRIC_TABLE;

/** One family for each row of the table, and the text form of all of them. */
export type Metrics = {
  readonly [K in keyof Table]: FamilyByKind<Table[K]['labels'][number]>[Table[K]['kind']];
} & {
  /** Prometheus text format, Node's own metrics included. */
  render(): Promise<string>;
  /** Media type of {@link Metrics.render}. */
  readonly contentType: string;
  /** OpenMetrics text format: the same and exemplars. */
  readonly openMetrics: { readonly contentType: string; render(): Promise<string> };
};

/** Gauges that prom-client names like counters (promtool complains); `nodejs_active_handles` and its like say the same by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Metrics of one process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const families = Object.fromEntries(
    Object.entries(METRIC_TABLE).map(([key, definition]) => {
      const family = createFamily(definition);
      // The registry asks a metric for its name and `get()` only; its type names prom-client's own classes.
      registry.registerMetric(family as unknown as Metric);
      return [key, family];
    }),
  );
  // The table is the type: each row became the family of its kind, which Object.fromEntries cannot know.
  const typed = families as unknown as Omit<Metrics, 'render' | 'contentType' | 'openMetrics'>;
  typed.buildInfo.set({ version: readVersion() }, 1);
  const openMetrics = openMetricsOf(registry);
  return { ...typed, contentType: registry.contentType, render: () => registry.metrics(), openMetrics };
}

function createFamily({ kind, name, help, labels, buckets = [] }: MetricDefinition): Scrapable {
  const bounds = Object.fromEntries(Object.entries(LABELS).map(([label, { bound }]) => [label, bound])) as Record<
    LabelName,
    number
  >;
  const definition: FamilyDefinition<LabelName> = { name, help, labels, bounds };
  switch (kind) {
    case 'counter':
      return new CounterFamily(definition);
    case 'gauge':
      return new GaugeFamily(definition);
    case 'histogram':
      return new HistogramFamily(definition, buckets);
  }
}
