import assert from 'node:assert/strict';
import { METRIC_TABLE, type MetricDefinition } from '@paylog/shared/telemetry/metric-table';

/** Labels by the name of a metric. */
export type KnownMetrics = ReadonlyMap<string, ReadonlySet<string>>;

/** What a scrape adds to every series. */
const TARGET_LABELS = ['job', 'instance'];
/** What Prometheus makes itself. */
const OWN: readonly (readonly [string, readonly string[]])[] = [
  ['up', TARGET_LABELS],
  ['ALERTS', ['alertname', 'alertstate', 'severity', ...TARGET_LABELS]],
];
const NAME = /\b(?:(?:paylog|process|nodejs)[a-z0-9_:]*|up|ALERTS)\b/g;

/**
 * Metrics, with their labels, of the text that `/metrics` really answered. Labels of a family that has no series yet come from the
 * table; its name must be there all the same.
 */
export function exportedMetrics(texts: readonly string[]): KnownMetrics {
  const known = new Map<string, Set<string>>(OWN.map(([name, labels]) => [name, new Set(labels)]));
  const declared = new Map<string, readonly string[]>(
    Object.values<MetricDefinition>(METRIC_TABLE).map(({ name, labels }) => [name, labels]),
  );
  const labelsOf = (name: string): Set<string> => {
    const labels = known.get(name) ?? new Set(TARGET_LABELS);
    known.set(name, labels);
    return labels;
  };
  for (const line of texts.join('\n').split('\n')) {
    const [, typed, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (typed !== undefined) {
      const names = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => typed + end) : [typed];
      for (const name of names) for (const label of declared.get(typed) ?? []) labelsOf(name).add(label);
      for (const name of names) labelsOf(name);
    }
    const [, name, labels = ''] = /^([a-z_]+)\{(.*)\} \S+/.exec(line) ?? [];
    if (name === undefined) continue;
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) labelsOf(name).add(label);
  }
  return known;
}

/** The same with the names of recording rules; what labels they have follows from their expressions. */
export function withRecorded(known: KnownMetrics, rules: readonly { name: string; query: string }[]): KnownMetrics {
  const all = new Map(known);
  for (const { name, query } of rules) {
    all.set(name, new Set([...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/))));
  }
  return all;
}

/** Fails when an expression names a metric that nobody exports, or a label that its metrics do not have. */
export function assertNamesExist(expression: string, known: KnownMetrics, where: string): void {
  const bare = expression.replaceAll(/#.*$/gm, '');
  const names = [...bare.replaceAll(/"[^"]*"/g, '""').matchAll(NAME)].map(([name]) => name);
  assert.ok(names.length > 0, `${where}: no metric in ${expression}`);
  for (const name of names) assert.ok(known.has(name), `${where}: nobody exports ${name}`);
  for (const [, name = '', matchers = ''] of bare.matchAll(/([A-Za-z_:][\w:]*)\{([^}]*)\}/g)) {
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*[=!]~?=?\s*"/g)) {
      assert.ok(known.get(name)?.has(label), `${where}: ${name} has no label ${label}`);
    }
  }
  const labels = new Set(names.flatMap((name) => [...(known.get(name) ?? [])]));
  for (const [, list = ''] of bare.matchAll(/\b(?:by|on|without|ignoring) \(([^)]*)\)/g)) {
    for (const label of list.split(/,\s*/).filter((one) => one !== '')) {
      assert.ok(labels.has(label), `${where}: no metric of it has the label ${label}`);
    }
  }
}
