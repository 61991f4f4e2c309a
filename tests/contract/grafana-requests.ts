/**
 * What Grafana's Elasticsearch data source sends, written after its backend (`pkg/tsdb/elasticsearch`, `data_query.go` and
 * `client/search_request.go` of grafana/grafana): the part of it that our dashboard uses.
 */

interface Settings {
  readonly interval?: string;
  readonly min_doc_count?: string;
  readonly order?: string;
  readonly orderBy?: string;
  readonly size?: string;
  readonly percents?: readonly string[];
  readonly limit?: string;
}

interface Part {
  readonly id: string;
  readonly type: string;
  readonly field?: string;
  readonly settings?: Settings;
}

/** One query of a panel. */
export interface GrafanaTarget {
  readonly query: string;
  readonly timeField: string;
  readonly metrics: readonly Part[];
  readonly bucketAggs: readonly Part[];
}

/** The range of time of a dashboard, in epoch milliseconds. */
export interface GrafanaRange {
  readonly from: number;
  readonly to: number;
}

const STEP_MS = 60_000;

/** A text with the values of variables in place. `lucene` of several values is a choice. */
export function interpolate(text: string, variables: Readonly<Record<string, readonly string[] | string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::(\w+))?\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`the dashboard has no variable ${name}`);
    return typeof value === 'string' ? value : `(${value.map((one) => `"${one}"`).join(' OR ')})`;
  });
}

function dateHistogram(
  field: string,
  { interval = 'auto', min_doc_count: least = '0' }: Settings,
  range: GrafanaRange,
) {
  return {
    date_histogram: {
      field,
      fixed_interval: interval === 'auto' ? `${STEP_MS}ms` : interval,
      min_doc_count: Number(least),
      extended_bounds: { min: range.from, max: range.to },
      format: 'epoch_millis',
    },
  };
}

function bucketAggregation(part: Part, target: GrafanaTarget, range: GrafanaRange): object {
  const { type, field = target.timeField, settings = {} } = part;
  if (type === 'date_histogram') return dateHistogram(field, settings, range);
  if (type !== 'terms') throw new Error(`no such aggregation is written down here: ${type}`);
  const { size = '500', orderBy = '_key', order = 'desc', min_doc_count: least = '1' } = settings;
  return { terms: { field, size: Number(size), order: { [orderBy]: order }, min_doc_count: Number(least) } };
}

function metricAggregations(metrics: readonly Part[]): Record<string, object> {
  const others = metrics.filter(({ type }) => type !== 'count');
  return Object.fromEntries(others.map(({ id, type, field, settings }) => [id, { [type]: { field, ...settings } }]));
}

function aggregations(target: GrafanaTarget, range: GrafanaRange): Record<string, object> {
  return target.bucketAggs.reduceRight<Record<string, object>>(
    (inner, part) => ({ [part.id]: { ...bucketAggregation(part, target, range), aggs: inner } }),
    metricAggregations(target.metrics),
  );
}

function filterOf(target: Pick<GrafanaTarget, 'query' | 'timeField'>, { from, to }: GrafanaRange): object {
  const range = { range: { [target.timeField]: { gte: from, lte: to, format: 'epoch_millis' } } };
  return { bool: { filter: [range, { query_string: { analyze_wildcard: true, query: target.query } }] } };
}

/** The body of the search for a target whose variables are in place. */
export function grafanaBody(target: GrafanaTarget, range: GrafanaRange): object {
  const query = filterOf(target, range);
  const [metric] = target.metrics;
  if (metric?.type !== 'logs') return { size: 0, query, aggs: aggregations(target, range) };
  return {
    size: Number(metric.settings?.limit ?? 500),
    query,
    sort: { [target.timeField]: { order: 'desc', unmapped_type: 'boolean' }, _doc: { order: 'desc' } },
    docvalue_fields: [target.timeField],
    script_fields: {},
    fields: [{ field: target.timeField, format: 'strict_date_optional_time_nanos' }],
    highlight: {
      fields: { '*': {} },
      pre_tags: ['@HIGHLIGHT@'],
      post_tags: ['@/HIGHLIGHT@'],
      fragment_size: 2_147_483_647,
    },
    aggs: { '1': { ...dateHistogram(target.timeField, {}, range), aggs: {} } },
  };
}

/** The body of the search for the values of a variable (`{"find":"terms","field":...}`). */
export function grafanaVariableBody(field: string, timeField: string, range: GrafanaRange): object {
  const query = filterOf({ query: '*', timeField }, range);
  return { size: 0, query, aggs: { '1': { terms: { field, size: 500, order: { _key: 'asc' } } } } };
}

/** The request of Grafana: several searches at once. */
export function grafanaMultiSearch(index: string, bodies: readonly object[]): string {
  const header = JSON.stringify({ search_type: 'query_then_fetch', ignore_unavailable: true, index });
  return bodies.map((body) => `${header}\n${JSON.stringify(body)}\n`).join('');
}
