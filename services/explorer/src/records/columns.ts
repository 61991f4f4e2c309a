/** Adds or removes a column; the last one stays, since an empty list shows nothing. */
export function toggleColumn(columns: readonly string[], name: string): readonly string[] {
  if (!columns.includes(name)) return insertColumn(columns, name);
  return columns.length === 1 ? columns : columns.filter((column) => column !== name);
}

/** New columns stand before the message, which takes the rest of the width. */
function insertColumn(columns: readonly string[], name: string): readonly string[] {
  const message = columns.indexOf('message');
  return message < 0 || message !== columns.length - 1
    ? [...columns, name]
    : [...columns.slice(0, message), name, 'message'];
}

/** Moves a column by one place; -1 is to the left. */
export function moveColumn(columns: readonly string[], name: string, by: -1 | 1): readonly string[] {
  const at = columns.indexOf(name);
  const other = columns[at + by];
  if (at < 0 || other === undefined) return columns;
  return columns.map((column, index) => (index === at ? other : index === at + by ? name : column));
}

const WIDTHS: Readonly<Record<string, string>> = {
  level: '4.75rem',
  service: 'minmax(6rem, 11rem)',
  message: 'minmax(18rem, 1fr)',
  trace_id: '17.5rem',
  id: 'minmax(7rem, 13rem)',
  duration_ms: '6rem',
};

/** The value of `grid-template-columns`: the toggle, the time, then the columns. One of them takes what is left. */
export function gridTemplate(columns: readonly string[]): string {
  const widths = columns.map((column) => WIDTHS[column] ?? 'minmax(6rem, 13rem)');
  if (!columns.includes('message')) widths[widths.length - 1] = 'minmax(8rem, 1fr)';
  return ['1.5rem', 'var(--time-width)', ...widths].join(' ');
}

/** The end of a long dotted name, for headers: `amount_minor` of `payment.amount_minor` stays whole. */
export function columnTitle(name: string): string {
  return name.startsWith('attributes.') ? name.slice('attributes.'.length) : name;
}
