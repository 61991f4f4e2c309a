import type { QueryField } from '@paylog/shared/ports/query';
import type { CountedField } from '@paylog/shared/ports/store';
import { resolveField } from '@paylog/shared/query/resolve-field';
import type { ParameterFault } from '../search/parameter.ts';

/** The field of a name as in queries, if its values can be counted; else what is wrong with it. */
export function countedField(name: string): { readonly field: CountedField } | ParameterFault {
  const resolved = resolveField(name);
  if (!resolved.ok) return { message: resolved.message, advice: resolved.advice };
  const { field } = resolved;
  if (isCounted(field)) return { field };
  const { type } = field;
  const instead = type === 'time' ? 'GET /api/v1/histogram counts over time' : 'it is searched by its words';
  return {
    message: `\`${field.name}\` is a ${type === 'time' ? 'time' : 'text'}, whose values are not counted: expected a keyword, a number or an attribute`,
    advice: instead,
  };
}

function isCounted(field: QueryField): field is CountedField {
  return field.type !== 'words' && field.type !== 'time';
}
