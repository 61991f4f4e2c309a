import { MAX_ID_LENGTH } from '@paylog/shared/record/limits';
import type { ProblemCode } from '@paylog/shared/errors/problem-codes';
import { EXPLORE_ROUTES } from '../explore/explore-router.ts';
import { EXPLORE_EXAMPLES } from './openapi-explore-examples.ts';
import { queryParameters } from './openapi-parameters.ts';
import { problemResponses } from './openapi-problems.ts';

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly schema: keyof typeof EXPLORE_EXAMPLES;
  readonly problems?: readonly ProblemCode[];
}

const OPERATIONS: Readonly<Record<string, Described>> = {
  '/histogram': {
    operationId: 'getHistogram',
    summary: 'Count records over time',
    description:
      'Exact counts in intervals that follow each other without a gap. Without `from` they begin at the oldest hit, without `to` they end now (or behind the newest hit, where clocks of senders are ahead). The first and the last interval may reach over the range; records outside of it are not counted.',
    schema: 'Histogram',
    problems: ['invalid_query'],
  },
  '/facets': {
    operationId: 'getFacets',
    summary: 'Count the values of fields',
    description:
      'The most frequent values of several fields at once. `exact` is false where a field has so many values that only the newest records were looked at.',
    schema: 'Facets',
    problems: ['invalid_query'],
  },
  '/fields': {
    operationId: 'getFields',
    summary: 'Which fields there are',
    description:
      'All fields that have a name of their own, and the attributes of the newest 1,000 records of the filter, with the part of these records that have them and some of their values.',
    schema: 'Fields',
    problems: ['invalid_query'],
  },
  '/context/{id}': {
    operationId: 'getContext',
    summary: 'Records around one record',
    description: 'What the same service (in the same environment), or the same trace, wrote right before and after it.',
    schema: 'Context',
    problems: ['invalid_query', 'not_found'],
  },
  '/traces/{trace_id}': {
    operationId: 'getTrace',
    summary: 'Everything about one trace',
    description:
      'All records of a trace across services, and its spans as these tell of them. A record with a `duration_ms` was written when the work was over, so that its span began so much earlier.',
    schema: 'Trace',
    problems: ['not_found'],
  },
  '/payments/{payment_id}': {
    operationId: 'getPayment',
    summary: 'The story of one payment',
    description:
      'What happened to a payment, in all services, in the order of time: statuses, durations, errors, and pauses that stand out.',
    schema: 'Payment',
    problems: ['not_found'],
  },
};

const PATH_PARAMETERS: Readonly<Record<string, object>> = {
  id: {
    name: 'id',
    in: 'path',
    required: true,
    description: 'Id of the record.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_ID_LENGTH },
    example: 'evt-8f14e45f',
  },
  trace_id: {
    name: 'trace_id',
    in: 'path',
    required: true,
    description: 'Id of the trace.',
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' },
    example: '4bf92f3577b34da6a3ce929d0e0e4736',
  },
  payment_id: {
    name: 'payment_id',
    in: 'path',
    required: true,
    description: '`payment.id` of its records.',
    schema: { type: 'string', minLength: 1, maxLength: 256 },
    example: 'pay_123',
  },
};

/** Paths of the routes that count and tell stories. */
export const EXPLORE_PATHS = Object.fromEntries(
  EXPLORE_ROUTES.map(({ path, parameters }) => {
    const { schema, problems = [], ...described } = OPERATIONS[path] ?? undescribed(path);
    const [, name] = /\{(\w+)\}/.exec(path) ?? [];
    const content = {
      'application/json': {
        schema: { $ref: `#/components/schemas/${schema}` },
        example: EXPLORE_EXAMPLES[schema],
      },
    };
    const get = {
      tags: ['Search'],
      ...described,
      parameters: [...(name === undefined ? [] : [PATH_PARAMETERS[name]]), ...queryParameters(parameters)],
      responses: {
        '200': { description: described.summary, content },
        ...problemResponses([
          'invalid_parameter',
          'unknown_parameter',
          ...problems,
          'internal',
          'store_unavailable',
          'store_timeout',
        ]),
      },
    };
    return [`/api/v1${path}`, { get }];
  }),
);

function undescribed(path: string): never {
  throw new Error(`${path} has no description`);
}
