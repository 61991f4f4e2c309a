/** Elasticsearch's query language. */
export type Clause = Readonly<Record<string, object>>;

/** Holds for every document. */
export const EVERYTHING: Clause = { match_all: {} };

/** Holds for no document. */
export const NOTHING: Clause = { match_none: {} };

/** At least one holds. */
export function anyOf(clauses: readonly Clause[]): Clause {
  const [first, second] = clauses;
  if (first === undefined) return NOTHING;
  return second === undefined ? first : { bool: { should: clauses, minimum_should_match: 1 } };
}
