/** Columns side by side, two spaces between them; numbers (given as such) stand on the right. The last column is not padded. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (typeof cell === 'number') return String(cell).padStart(width);
        return column === cells.length - 1 ? cell : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const isNumeric = (column: number): boolean =>
    rows.length > 0 && rows.every((row) => typeof row[column] === 'number');
  const titles = head.map((title, column) => (isNumeric(column) ? title.padStart(widths[column] ?? 0) : title));
  return [line(titles), ...rows.map(line)].map((text) => `${text}\n`).join('');
}
