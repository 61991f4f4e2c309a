import { QueryRefusedError } from '../errors/query-refused-error.ts';
import { faultOf, type Answer } from './gateway.ts';

/** What Elasticsearch says when a query is too much, and what to do about it. */
const REFUSALS: readonly (readonly [said: RegExp, advice: string])[] = [
  [/expanded to too many terms/, 'too many words begin like the last one of a phrase: write more of that word'],
  [/too many clauses|maxClauseCount|too_many_(nested_)?clauses/, 'the query has too many parts: take some out'],
  // That the depth is at fault stands too far inside; nothing else of ours does not parse.
  [
    /maximum nested depth|failed to parse field \[(filter|must_not|should)\]/,
    'the query is nested too deeply: take some parentheses out',
  ],
  [/length of prefix|automaton is too large/, 'the beginning of a value is too long: write less of it'],
];

/** The error for a query that Elasticsearch understands and does not run; undefined for every other answer. */
export function refusalOf(answer: Answer): QueryRefusedError | undefined {
  if (answer.kind !== 'answer' || (answer.status !== 400 && answer.status !== 500)) return undefined;
  const { reason } = faultOf(answer);
  const [, advice] = REFUSALS.find(([said]) => said.test(reason)) ?? [];
  return advice === undefined ? undefined : new QueryRefusedError(advice, { cause: new Error(reason) });
}
