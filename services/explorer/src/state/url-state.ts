/** Everything about the page that its address says. Signals of `app-state.ts` hold it; a shared link brings it back. */
export interface UrlState {
  /** Text of the query bar. */
  readonly query: string;
  /** Start of the time range as typed: relative (`-15m`), a date or an RFC 3339 time. Empty: from the oldest record on. */
  readonly from: string;
  /** End of the time range, exclusive. Empty: until now. */
  readonly to: string;
  /** Live tail instead of the list. */
  readonly live: boolean;
  /** Fields shown beside the time, in order. */
  readonly columns: readonly string[];
  /** Messages over several lines. */
  readonly wrap: boolean;
  readonly order: 'desc' | 'asc';
  /** Id of the record that is open. */
  readonly record: string | undefined;
  /** What is shown over or instead of the list, such as a payment or the status. */
  readonly view: ViewName | undefined;
  /** Seconds between runs; 0: only when asked. */
  readonly refresh: number;
}

/** A view and what it shows: `payment:pay_1` in the address. */
export interface ViewName {
  readonly kind: string;
  readonly id: string;
}

export const DEFAULT_COLUMNS: readonly string[] = ['level', 'service', 'message'];

/** What an address without a query string means: the last quarter of an hour. */
export const DEFAULT_STATE: UrlState = {
  query: '',
  from: '-15m',
  to: '',
  live: false,
  columns: DEFAULT_COLUMNS,
  wrap: false,
  order: 'desc',
  record: undefined,
  view: undefined,
  refresh: 0,
};

/** Longest pause between automatic runs that an address may ask for. */
const MAX_REFRESH_SECONDS = 3600;

/** Reads a query string; what it does not say, or says in a way that means nothing, is as by default. */
export function parseUrlState(search: string): UrlState {
  const given = new URLSearchParams(search);
  const text = (name: string): string | undefined => {
    const value = given.get(name)?.trim();
    return value === '' ? undefined : value;
  };
  const columns = text('columns')
    ?.split(',')
    .filter((name) => name !== '');
  const refresh = Number(text('refresh') ?? '');
  return {
    query: given.get('query') ?? DEFAULT_STATE.query,
    from: rangeStart(text('from'), text('to')),
    to: text('to') ?? DEFAULT_STATE.to,
    live: text('live') === '1',
    columns: columns === undefined || columns.length === 0 ? DEFAULT_COLUMNS : [...new Set(columns)],
    wrap: text('wrap') === '1',
    order: text('order') === 'asc' ? 'asc' : 'desc',
    record: text('record'),
    view: parseViewName(text('view')),
    refresh: Number.isInteger(refresh) && refresh > 0 ? Math.min(refresh, MAX_REFRESH_SECONDS) : 0,
  };
}

/** Without a start the default holds, unless an end is named: that asks for everything before it. `all` is from the oldest record on. */
function rangeStart(from: string | undefined, to: string | undefined): string {
  if (from === 'all') return '';
  return from ?? (to === undefined ? DEFAULT_STATE.from : '');
}

function parseViewName(text: string | undefined): ViewName | undefined {
  if (text === undefined) return undefined;
  const colon = text.indexOf(':');
  return colon < 0 ? { kind: text, id: '' } : { kind: text.slice(0, colon), id: text.slice(colon + 1) };
}

/** The query string of a state, with `?`; empty for the default. What is as by default is left out. */
export function formatUrlState(state: UrlState): string {
  const said = new URLSearchParams();
  const say = (name: string, value: string, usual: string): void => {
    if (value !== usual) said.set(name, value);
  };
  say('query', state.query, '');
  if (state.from === '') {
    if (state.to === '') said.set('from', 'all');
  } else if (state.from !== DEFAULT_STATE.from || state.to !== '') {
    said.set('from', state.from);
  }
  say('to', state.to, '');
  say('live', state.live ? '1' : '', '');
  say('columns', state.columns.join(','), DEFAULT_COLUMNS.join(','));
  say('wrap', state.wrap ? '1' : '', '');
  say('order', state.order, 'desc');
  say('record', state.record ?? '', '');
  say('view', formatViewName(state.view), '');
  say('refresh', state.refresh === 0 ? '' : String(state.refresh), '');
  const text = said.toString();
  return text === '' ? '' : `?${text}`;
}

function formatViewName(view: ViewName | undefined): string {
  if (view === undefined) return '';
  return view.id === '' ? view.kind : `${view.kind}:${view.id}`;
}
