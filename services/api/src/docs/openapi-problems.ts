import { type ProblemCode, problemDefinition } from '@paylog/shared/errors/problem-codes';
import { PROBLEM_MEDIA_TYPE, ProblemError } from '@paylog/shared/errors/problem-error';

/** What an operation may be refused with: responses by status, one example for each code. */
export function problemResponses(codes: readonly ProblemCode[]): Readonly<Record<string, object>> {
  const statuses = [...new Set(codes.map((code) => problemDefinition(code).status))];
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      response(codes.filter((code) => problemDefinition(code).status === status)),
    ]),
  );
}

function response(codes: readonly ProblemCode[]): object {
  const definitions = codes.map(problemDefinition);
  const waits = definitions.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined);
  return {
    description: [...new Set(definitions.map(({ title }) => title))].join('; or: '),
    ...(waits && { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } }),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: example(code) }])),
      },
    },
  };
}

const FIELDS: Partial<Record<ProblemCode, readonly [string, string, object?]>> = {
  invalid_parameter: ['limit', 'expected an integer from 1 to 1000'],
  unknown_parameter: ['levle', 'not a parameter'],
  invalid_query: [
    'query',
    '`duration_ms:>abc`: expected a number, at 14',
    { position: 13, length: 3, advice: 'write a number such as 500, without a unit' },
  ],
  invalid_cursor: ['cursor', 'expected next_cursor of an earlier answer, unchanged'],
};

function example(code: ProblemCode): object {
  const [field, message, more] = FIELDS[code] ?? [];
  const { title } = problemDefinition(code);
  if (field === undefined || message === undefined) return new ProblemError(code, title).toDocument();
  return new ProblemError(code, `${field}: ${message}`, { errors: [{ field, message, ...more }] }).toDocument();
}
