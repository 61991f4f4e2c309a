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
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return text.join('\n');
}
