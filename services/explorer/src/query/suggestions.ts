import type { Completion } from '@paylog/shared/query/completion-at';
import { QUERY_FIELDS } from '@paylog/shared/query/query-fields';
import { quoteValue } from '@paylog/shared/query/quote-value';
import { fieldName } from '@paylog/shared/query/resolve-field';
import { LEVELS } from '@paylog/shared/record/level';
import { getFacets, getFields } from '../api-client.ts';
import type { FieldInfo } from '../api-types.ts';
import { formatCount } from '../records/format-count.ts';
import { currentFilter } from '../search/search-state.ts';
import { bestMatches, type Suggestion } from './completion.ts';

const MOST = 12;
const FIELDS_KEPT_MS = 30_000;

/** Fields as the server has seen them lately: known ones and attributes. One answer serves all typing of half a minute. */
let fieldsKept: { readonly atMs: number; readonly fields: Promise<readonly FieldInfo[]> } | undefined;

/** What fields there are in the records of the time range; those with a name of their own even if the server does not answer. */
export function knownFields(): Promise<readonly FieldInfo[]> {
  const nowMs = Date.now();
  if (fieldsKept === undefined || nowMs - fieldsKept.atMs > FIELDS_KEPT_MS) {
    const { from, to } = currentFilter.value;
    const fields = getFields({ from, to }).then(
      (answer) => answer.fields,
      () => QUERY_FIELDS.map(described),
    );
    fieldsKept = { atMs: nowMs, fields };
  }
  return fieldsKept.fields;
}

function described({ field, description, aliases }: (typeof QUERY_FIELDS)[number]): FieldInfo {
  const type = field.type === 'words' ? 'text' : field.type;
  return { name: field.name, type, description, aliases, share: 0, examples: [] };
}

/** A place where something can be proposed. */
export type CompletionPlace = Exclude<Completion, { readonly kind: 'none' }>;

/** What could stand in this place, best first. */
export async function suggestionsFor(place: CompletionPlace, signal: AbortSignal): Promise<readonly Suggestion[]> {
  if (place.kind === 'value') return valueSuggestions(place, signal);
  const fields = bestMatches(await knownFields(), place.typed, ({ name }) => name, MOST).map(fieldSuggestion);
  const operators = place.operators ? OPERATORS.filter(({ label }) => label.startsWith(place.typed)) : [];
  return [...operators, ...fields].slice(0, MOST);
}

const OPERATORS: readonly Suggestion[] = [
  { label: 'AND', detail: 'both hold (a space means the same)', insert: 'AND ' },
  { label: 'OR', detail: 'one of them holds', insert: 'OR ' },
  { label: 'NOT', detail: 'does not hold', insert: 'NOT ' },
];

function fieldSuggestion({ name, type, description }: FieldInfo): Suggestion {
  const detail = description === '' ? type : `${type}: ${description}`;
  return { label: name, detail, insert: `${name}:` };
}

async function valueSuggestions(
  { field, typed, comparisons }: CompletionPlace & { readonly kind: 'value' },
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  const full = fieldName(field);
  const shapes = comparisons ? shapesFor(field.type).filter(({ label }) => label.startsWith(typed)) : [];
  if (field.type === 'words' || field.type === 'time') return shapes;
  const { from, to } = currentFilter.value;
  const answer = await getFacets({ from, to, fields: full, limit: 100 }, { signal }).catch(() => undefined);
  const counted = (answer?.facets[0]?.values ?? []).map(({ value, count }) => ({
    label: value,
    detail: formatCount(count),
    insert: valueText(full, value),
  }));
  const levels = full === 'level' ? LEVELS.filter((level) => !counted.some(({ label }) => label === level)) : [];
  const all = [...counted, ...levels.map((level) => ({ label: level, detail: '', insert: level }))];
  return [...bestMatches(all, typed, ({ label }) => label, MOST - shapes.length), ...shapes];
}

/** A value as it stands behind the colon of its field. */
function valueText(field: string, value: string): string {
  const condition = quoteValue(field, value);
  return condition.slice(quoteValue(field, 'x').replace(/"?x"?$/, '').length);
}

function shapesFor(type: string): readonly Suggestion[] {
  const exists = { label: '*', detail: 'the field is there', insert: '*' };
  if (type === 'number') {
    return [
      { label: '>', detail: 'greater than', insert: '>' },
      { label: '>=', detail: 'at least', insert: '>=' },
      { label: '<', detail: 'less than', insert: '<' },
      { label: '[10 TO 50]', detail: 'from 10 to 50', insert: '[10 TO 50]' },
      exists,
    ];
  }
  if (type === 'time') return [{ label: '>-15m', detail: 'within the last 15 minutes', insert: '>-15m' }, exists];
  if (type === 'words') return [{ label: '"two words"', detail: 'an exact phrase', insert: '"two words"' }, exists];
  return [exists];
}
