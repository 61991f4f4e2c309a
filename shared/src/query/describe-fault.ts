import type { QueryFault } from './query-fault.ts';

/** Longest piece of a query that is repeated. */
const MAX_SHOWN = 60;

/**
 * A fault in one line: "`duration_ms:>abc`: expected a number, at 14". The number counts characters from 1, as people do and editors show
 * it. The advice is not in it.
 */
export function describeFault(text: string, fault: QueryFault): string {
  const shown = surroundings(text, fault);
  return `${shown === '' ? '' : `\`${shown}\`: `}${fault.message}, at ${fault.position + 1}`;
}

/** The text between spaces around the fault. */
function surroundings(text: string, { position, length }: QueryFault): string {
  const isSpace = (at: number): boolean => /\s/u.test(text.charAt(at));
  let from = Math.min(position, text.length);
  let to = Math.min(position + length, text.length);
  const earliest = Math.max(0, from - MAX_SHOWN / 2);
  while (from > earliest && !isSpace(from - 1)) from -= 1;
  const latest = Math.min(text.length, from + MAX_SHOWN);
  while (to < latest && !isSpace(to)) to += 1;
  const shown = text.slice(from, Math.min(to, from + MAX_SHOWN)).trim();
  return to > from + MAX_SHOWN ? `${shown}…` : shown;
}
