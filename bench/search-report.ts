/** Milliseconds of each request of one query. */
export interface SearchRow {
  readonly name: string;
  /** Through the API, on Elasticsearch. */
  readonly api?: readonly number[];
  /** The same asked of Elasticsearch itself. */
  readonly direct?: readonly number[];
  /** Of each pair: through the API less directly. */
  readonly overheadMs?: readonly number[];
  /** Through the API, on the embedded store. */
  readonly embedded?: readonly number[];
}

const HEAD = [
  'query',
  'Elasticsearch through the API: p50/p99 ms',
  'Elasticsearch itself',
  'our overhead: p50 ms',
  'embedded through the API',
  'requests',
];

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

function both(values: readonly number[] | undefined): string {
  if (values?.length === 0) return 'not answered';
  return values === undefined ? '-' : `${quantile(values, 0.5).toFixed(1)} / ${quantile(values, 0.99).toFixed(1)}`;
}

function cells({ name, api, direct, overheadMs, embedded }: SearchRow): string[] {
  const overhead = overheadMs === undefined ? '-' : quantile(overheadMs, 0.5).toFixed(1);
  const requests = [api, embedded].flatMap((values) => (values === undefined ? [] : [values.length]));
  return [name, both(api), both(direct), overhead, both(embedded), requests.join(', ')];
}

/** The rows as a Markdown table. */
export function searchTable(rows: readonly SearchRow[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return text.join('\n');
}
