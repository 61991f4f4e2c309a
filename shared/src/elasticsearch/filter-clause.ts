import type { RecordFilter } from '../ports/store.ts';
import { EVERYTHING, type Clause } from './clause.ts';
import { queryClause } from './query-clause.ts';
import { eventTimeClause } from './time-range.ts';

function terms(field: string, values: readonly string[] | undefined): Clause[] {
  return values === undefined ? [] : [{ terms: { [field]: values } }];
}

function term(field: string, value: string | undefined): Clause[] {
  return value === undefined ? [] : [{ term: { [field]: value } }];
}

/** `match` takes the text as words only: nothing in it is an operator. A word without letters or digits asks for nothing. */
function wordsMatch(words: readonly string[] | undefined): Clause[] {
  if (words === undefined || words.length === 0) return [];
  return [{ match: { message: { query: words.join(' '), operator: 'and', zero_terms_query: 'all' } } }];
}

/** The clause of a filter: nothing in it is scored. */
export function filterClause(filter: RecordFilter): Clause {
  const clauses = [
    eventTimeClause(filter.from, filter.to),
    ...terms('service', filter.services),
    ...terms('level', filter.levels),
    ...term('trace_id', filter.traceId),
    ...term('payment.id', filter.paymentId),
    ...term('environment', filter.environment),
    ...wordsMatch(filter.words),
    ...(filter.query === undefined ? [] : [queryClause(filter.query)]),
  ].filter((clause) => clause !== EVERYTHING);
  return { bool: { filter: clauses } };
}
