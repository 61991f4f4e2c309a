import type { RangeQuery } from '../ports/query.ts';
import { NOTHING, type Clause } from './clause.ts';
import { knownPath } from './field-paths.ts';

/** Fields of whole numbers, and the first number that their types cannot hold: bounds beyond it are refused. */
const WHOLE_NUMBERS: Readonly<Record<string, number>> = {
  'http.status_code': 2 ** 31,
  'payment.amount_minor': 2 ** 63,
};

/**
 * Elasticsearch orders -0 before 0; as numbers they are equal. Of the two zeros each bound takes the one that makes them so.
 */
function doubleBound(value: number, zero: string): number | string {
  return value === 0 ? zero : value;
}

function doubleRange(path: string, { gt, gte, lt, lte }: RangeQuery): Clause {
  const bounds = {
    ...(gt === undefined ? {} : { gt: doubleBound(gt, '0.0') }),
    ...(gte === undefined ? {} : { gte: doubleBound(gte, '-0.0') }),
    ...(lt === undefined ? {} : { lt: doubleBound(lt, '-0.0') }),
    ...(lte === undefined ? {} : { lte: doubleBound(lte, '0.0') }),
  };
  return { range: { [path]: bounds } };
}

function wholeRange(path: string, limit: number, { gt, gte, lt, lte }: RangeQuery): Clause {
  const lower = {
    gt: gt === undefined ? undefined : Math.floor(gt),
    gte: gte === undefined ? undefined : Math.ceil(gte),
  };
  const upper = {
    lt: lt === undefined ? undefined : Math.ceil(lt),
    lte: lte === undefined ? undefined : Math.floor(lte),
  };
  const bounds: Record<string, string> = {};
  for (const [name, value] of Object.entries(lower)) {
    if (value === undefined || value <= -limit) continue;
    if (value >= limit) return NOTHING;
    bounds[name] = String(BigInt(value));
  }
  for (const [name, value] of Object.entries(upper)) {
    if (value === undefined || value >= limit) continue;
    if (value <= -limit) return NOTHING;
    bounds[name] = String(BigInt(value));
  }
  return Object.keys(bounds).length === 0 ? { exists: { field: path } } : { range: { [path]: bounds } };
}

/** The clause of a range of numbers. Attributes have theirs under `num`; one that no record has finds nothing. */
export function rangeClause(query: RangeQuery): Clause {
  if (query.field.type === 'attribute') return doubleRange(`num.${query.field.path}`, query);
  const path = knownPath(query.field);
  const limit = WHOLE_NUMBERS[path];
  return limit === undefined ? doubleRange(path, query) : wholeRange(path, limit, query);
}
