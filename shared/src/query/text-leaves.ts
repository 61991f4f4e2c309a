import type { KnownField, Query } from '../ports/query.ts';
import { LEVELS, levelsFrom, parseLevel, type Level } from '../record/level.ts';
import { type Bound, type Condition, leaf, type Leaf, noLeaf } from './condition.ts';
import { comparedWithoutColon } from './foreign-habits.ts';
import { faultAt } from './query-fault.ts';
import { QUERY_FIELDS } from './query-fields.ts';
import type { Token } from './tokenize.ts';

/** Where text without a field is looked for by words. */
const BARE_WORDS: readonly KnownField<'words'>[] = ['message', 'error.message', 'error.stack'].map((name) => ({
  type: 'words',
  name,
}));
/** Where it is looked for as it is, when it has no white space. */
const BARE_IDS: readonly KnownField<'keyword'>[] = [
  'id',
  'trace_id',
  'span_id',
  'request_id',
  'payment.id',
  'payment.merchant_id',
].map((name) => ({ type: 'keyword', name }));

const HEX_FIELDS: ReadonlySet<string> = new Set(['trace_id', 'span_id']);
const FIELD_NAMES: ReadonlySet<string> = new Set(
  QUERY_FIELDS.flatMap(({ field, aliases }) => [field.name, ...aliases]),
);

/** Something that a word could be made of: letters, digits, pictographs. */
const CONTENT = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** The query of text without a field: in the message, in the error, or one of the ids. */
export function bareQuery(text: string, prefix: boolean): Query {
  const words: Query[] = BARE_WORDS.map((field) => ({ op: 'phrase', field, text, prefix }));
  const ids = /\s/u.test(text) || text === '' ? [] : BARE_IDS.map((field) => keywordQuery(field, text, prefix));
  return { op: 'or', of: [...words, ...ids] };
}

/** Text without a field. */
export function bareLeaf(operand: Token): Leaf {
  if (operand.kind === 'word') {
    const compared = comparedWithoutColon(operand.raw, (name) => FIELD_NAMES.has(name));
    if (compared !== undefined) return noLeaf(faultAt(operand, compared.message, compared.advice));
    if (!CONTENT.test(operand.value)) return noLeaf(faultAt(operand, ...wordless(operand.raw)));
  }
  return leaf(bareQuery(operand.value, operand.prefix));
}

function wordless(raw: string): [string, string] {
  if (/^[<>]/.test(raw)) return ['a comparison needs a field in front', 'write duration_ms:>500'];
  if (/^[-+!]$/.test(raw)) {
    return [
      `\`${raw}\` stands directly in front of what it belongs to`,
      'write -timeout to leave out what holds timeout',
    ];
  }
  return [`there is no word in \`${raw.slice(0, 40)}\``, 'only letters and digits can be searched for'];
}

/** A condition on a field with words. */
export function wordsLeaf(field: KnownField<'words'>, condition: Condition): Leaf {
  if (condition.kind === 'range') return noLeaf(withoutOrder(field.name, condition));
  const { operand } = condition;
  if (operand.kind === 'word' && !CONTENT.test(operand.value)) {
    return noLeaf(faultAt(operand, ...wordless(operand.raw)));
  }
  return leaf({ op: 'phrase', field, text: operand.value, prefix: operand.prefix });
}

/** A condition on a field with an exact text. */
export function keywordLeaf(field: KnownField<'keyword'>, condition: Condition): Leaf {
  if (field.name === 'level') return levelLeaf(field, condition);
  if (condition.kind === 'range') return noLeaf(withoutOrder(field.name, condition));
  return leaf(keywordQuery(field, condition.operand.value, condition.operand.prefix));
}

function withoutOrder(name: string, { span }: Condition): ReturnType<typeof faultAt> {
  return faultAt(
    span,
    `\`${name}\` holds text: there is no smaller and greater`,
    'put the value in quotes to search for the signs themselves; numbers, times and level can be compared',
  );
}

function keywordQuery(field: KnownField<'keyword'>, text: string, prefix: boolean): Query {
  const value = HEX_FIELDS.has(field.name) || field.name === 'level' ? text.toLowerCase() : text;
  if (!prefix) return { op: 'equals', field, value };
  return value === '' ? { op: 'exists', field } : { op: 'prefix', field, value };
}

function levelLeaf(field: KnownField<'keyword'>, condition: Condition): Leaf {
  if (condition.kind === 'is') {
    const { operand } = condition;
    const level = operand.prefix ? undefined : parseLevel(operand.value);
    if (level !== undefined) return leaf({ op: 'equals', field, value: level });
    if (operand.kind === 'word' && !operand.prefix) return noLeaf(noLevel(operand));
    return leaf(keywordQuery(field, operand.value, operand.prefix));
  }
  const low = levelOf(condition.low);
  const high = levelOf(condition.high);
  if (low === 'fault' || high === 'fault') {
    return noLeaf(noLevel((low === 'fault' ? condition.low?.operand : condition.high?.operand) ?? condition.span));
  }
  const lowest = low === undefined ? 0 : LEVELS.indexOf(low) + (condition.low?.inclusive === true ? 0 : 1);
  const highest =
    high === undefined ? LEVELS.length - 1 : LEVELS.indexOf(high) - (condition.high?.inclusive === true ? 0 : 1);
  const first = LEVELS[lowest];
  const levels = first === undefined ? [] : levelsFrom(first).filter((level) => LEVELS.indexOf(level) <= highest);
  if (levels.length === 0) return noLeaf(faultAt(condition.span, 'there is no such level', `the levels are ${LIST}`));
  const of: Query[] = levels.map((value) => ({ op: 'equals', field, value }));
  return leaf(of.length === 1 && of[0] ? of[0] : { op: 'or', of });
}

const LIST = `${LEVELS.slice(0, -1).join(', ')} and ${LEVELS.at(-1) ?? ''}`;

function noLevel(span: { readonly position: number; readonly length: number }): ReturnType<typeof faultAt> {
  return faultAt(span, 'expected a level', `the levels are ${LIST}; write level:>=warn for all from one on`);
}

function levelOf(bound: Bound | undefined): Level | 'fault' | undefined {
  return bound === undefined ? undefined : (parseLevel(bound.operand.value) ?? 'fault');
}
