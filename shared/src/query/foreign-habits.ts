import { faultAt, type QueryFault } from './query-fault.ts';
import type { Token } from './tokenize.ts';

/** Signs that other query languages give a meaning to, which this one has not. */
const HABITS: readonly { readonly pattern: RegExp; readonly message: string; readonly advice: string }[] = [
  {
    pattern: /^\/(?:[^/]+|.*[[\](){}|^$*+?\\].*)\/$/,
    message: 'regular expressions are not supported',
    advice:
      'write the words to be found, or a beginning such as pay_*; put the text in quotes to search for the slashes themselves',
  },
  {
    pattern: /^'./,
    message: 'a text with spaces is put in double quotes',
    advice: 'write "card declined", or \\\' for an apostrophe as such',
  },
  {
    pattern: /^[“”„«‘’‚]/u,
    message: 'these are not the quotes of a keyboard',
    advice: 'write "card declined"',
  },
  {
    pattern: /~[\d.]*$/,
    message: 'fuzzy search (`~`) is not supported',
    advice: 'write a beginning such as declin*, or \\~ for the sign itself',
  },
  {
    pattern: /\^\d+(?:\.\d+)?$/,
    message: 'there is no boost (`^`): records are ordered by time',
    advice: 'leave it out, or write \\^ for the sign itself',
  },
];

/** What is wrong with a word (or the end of a quoted text) as it is written; undefined when nothing is. */
export function habitFault(token: Token): QueryFault | undefined {
  if (token.kind === 'quoted') return behindQuotes(token) ?? wildcardFault(token);
  const isPlain = token.kind === 'word' && !token.raw.includes('\\');
  const habit = isPlain ? HABITS.find(({ pattern }) => pattern.test(token.raw)) : undefined;
  return habit ? faultAt(token, habit.message, habit.advice) : wildcardFault(token);
}

/** `"card declined"~3`, `"card declined"^2`. */
function behindQuotes(token: Token): QueryFault | undefined {
  const [sign] = /(?<=")(?:~[\d.]*|\^[\d.]+)$/.exec(token.raw) ?? [];
  if (sign === undefined) return undefined;
  const place = { position: token.position + token.length - sign.length, length: sign.length };
  return sign.startsWith('~')
    ? faultAt(place, 'words at a distance (`~`) are not supported', 'write card AND declined for both, in any order')
    : faultAt(place, 'there is no boost (`^`): records are ordered by time', 'leave it out');
}

function wildcardFault({ kind, raw, position, wildcardAt }: Token): QueryFault | undefined {
  if (wildcardAt === undefined) return undefined;
  const place = { position: wildcardAt, length: 1 };
  if (kind === 'field') return faultAt(place, 'the name of a field has no wildcard', 'write each name, joined by OR');
  const sign = raw.charAt(wildcardAt - position);
  const escape = `put the text in quotes, or write \\${sign}, to search for the sign itself`;
  if (sign === '?') return faultAt(place, '`?` is no wildcard', escape);
  return wildcardAt === position
    ? faultAt(place, 'a `*` in front would have to read every value', `write the beginning, such as declin*; ${escape}`)
    : faultAt(place, 'a `*` stands only at the end', `write the beginning alone, such as mrc_*; ${escape}`);
}

const COMPARED = /^([\w.@]+)(==|!=|>=|<=|=|>|<)(.+)$/;

/** `level=error`, `duration_ms>500`: what SQL, LogQL and KQL write. Only for names that are fields: logs are full of `key=value`. */
export function comparedWithoutColon(
  raw: string,
  isField: (name: string) => boolean,
): { readonly message: string; readonly advice: string } | undefined {
  const [, name, sign, value] = COMPARED.exec(raw) ?? [];
  if (name === undefined || sign === undefined || value === undefined || !isField(name)) return undefined;
  const right =
    sign === '!=' ? `-${name}:${value}` : sign.startsWith('=') ? `${name}:${value}` : `${name}:${sign}${value}`;
  return {
    message: 'a field and its value are joined by a colon',
    advice: `write ${right}, or put the text in quotes to search for it`,
  };
}
