import type { SizeRow } from './size-case.ts';

/** One measured row. */
export interface Row {
  readonly name: string;
  readonly logs: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Anything that must be known to read the row. */
  readonly note?: string;
}

const HEAD = ['case', 'CPU us/log', 'logs/s', 'p50 ms', 'p99 ms', 'RSS MB', 'note'];

function cells(row: Row): string[] {
  return [
    row.name,
    ((row.cpuSeconds * 1e6) / row.logs).toFixed(1),
    Math.round(row.logs / row.seconds).toLocaleString('en'),
    row.p50Ms?.toFixed(1) ?? '-',
    row.p99Ms?.toFixed(1) ?? '-',
    (row.rssBytes / 1_048_576).toFixed(0),
    row.note ?? '',
  ];
}

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  return aligned(HEAD, rows.map(cells));
}

const SIZE_HEAD = ['bytes/log', 'logs', 'API us/log', 'indexer us/log', 'Elasticsearch us/log', 'bytes in the index'];

/** What logs of several sizes cost, as a Markdown table. */
export function sizeTable(rows: readonly SizeRow[]): string {
  const lines = rows.map(({ sentBytes, logs, apiUs, indexerUs, elasticsearchUs, indexBytes }) => [
    sentBytes.toFixed(0),
    String(logs),
    apiUs.toFixed(1),
    indexerUs.toFixed(1),
    elasticsearchUs.toFixed(1),
    indexBytes.toFixed(0),
  ]);
  return aligned(SIZE_HEAD, lines);
}

function aligned(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return text.join('\n');
}
