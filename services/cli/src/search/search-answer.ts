/** One page of a search. Records are texts as they came: numbers such as 2^53+1 would not survive a parser. */
export interface SearchPage {
  readonly records: readonly string[];
  readonly nextCursor: string | null;
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
}

const HEAD = '{"logs":[';

/** Takes the answer of a search apart; undefined when it is none. */
export function readSearchAnswer(text: string): SearchPage | undefined {
  if (!text.startsWith(HEAD)) return undefined;
  const { records, end } = elements(text, HEAD.length);
  if (end === undefined) return undefined;
  try {
    const rest = JSON.parse(`{"logs":[]${text.slice(end + 1)}`) as {
      readonly next_cursor: string | null;
      readonly total: SearchPage['total'];
    };
    return { records, nextCursor: rest.next_cursor, total: rest.total };
  } catch {
    return undefined;
  }
}

/** The elements of an array as texts; `end` is the place of its bracket. */
function elements(text: string, start: number): { readonly records: string[]; readonly end: number | undefined } {
  const records: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === ']' && depth === 0) {
      if (at > from) records.push(text.slice(from, at));
      return { records, end: at };
    } else if (character === '}' || character === ']') depth -= 1;
    else if (character === ',' && depth === 0) {
      records.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return { records, end: undefined };
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
