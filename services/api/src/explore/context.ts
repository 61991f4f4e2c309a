import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { RecordFilter, SearchHit } from '@paylog/shared/ports/store';
import { recordForReader } from '@paylog/shared/record/envelope';
import { MAX_ID_LENGTH } from '@paylog/shared/record/limits';
import { filterParameters } from '../search/filter-parameters.ts';
import { choiceParameter, integerParameter, type Parameter } from '../search/parameter.ts';
import { refuseFaults } from '../search/read-parameters.ts';
import type { ExploreRequest, ExploreRoute } from './explore-route.ts';
import { readStoryRecord } from './story-record.ts';

interface ContextValues extends RecordFilter {
  readonly by?: 'service' | 'trace';
  readonly before?: number;
  readonly after?: number;
}

const MAX_NEIGHBORS = 500;
const DEFAULT_NEIGHBORS = 20;
const NEIGHBORS = { min: 0, max: MAX_NEIGHBORS, byDefault: DEFAULT_NEIGHBORS };

const PARAMETERS: readonly Parameter<ContextValues>[] = [
  choiceParameter(
    'by',
    'Neighbors in the same `service` (and the same environment, if the record names one) or in the same `trace`.',
    ['service', 'trace'],
    (by) => ({ by }),
  ),
  integerParameter('before', 'Most records before it.', NEIGHBORS, (before) => ({ before })),
  integerParameter('after', 'Most records after it.', NEIGHBORS, (after) => ({ after })),
  ...filterParameters('query', 'q', 'level'),
];

/** `GET /api/v1/context/{id}` */
export const CONTEXT_ROUTE: ExploreRoute<ContextValues> = {
  path: '/context/{id}',
  parameters: PARAMETERS,
  answer: answerContext,
};

async function answerContext({ values, subject, searcher, signal }: ExploreRequest<ContextValues>): Promise<string> {
  const { by = 'service', before = DEFAULT_NEIGHBORS, after = DEFAULT_NEIGHBORS, ...filter } = values;
  const hit = subject.length > MAX_ID_LENGTH ? undefined : await searcher.get(subject, { signal });
  if (hit === undefined) throw new ProblemError('not_found', 'no record has this id', { field: 'id' });
  const [value, neighborhood] = neighborhoodOf(hit, by);
  const neighbors = async (order: 'asc' | 'desc', most: number): Promise<readonly SearchHit[]> => {
    if (most === 0) return [];
    const request = { ...filter, ...neighborhood, order, limit: most + 1, countUpTo: 1, after: hit };
    return (await searcher.search(request, { signal })).hits;
  };
  const [earlier, later] = await Promise.all([neighbors('desc', before), neighbors('asc', after)]);
  const oldestFirst = earlier.slice(0, before).reverse();
  return `{"by":"${by}","value":${JSON.stringify(value)},"record":${recordForReader(hit.source)},"before":${recordsOf(oldestFirst)},"after":${recordsOf(later.slice(0, after))},"more_before":${earlier.length > before},"more_after":${later.length > after}}`;
}

/** What the neighbors have in common with the record. */
function neighborhoodOf(hit: SearchHit, by: 'service' | 'trace'): readonly [string, RecordFilter] {
  const { service, environment, traceId } = readStoryRecord(hit);
  if (by === 'service') {
    return [service, { services: [service], ...(environment !== undefined && { environment }) }];
  }
  if (traceId === undefined) {
    refuseFaults([{ field: 'by', message: 'this record belongs to no trace: expected service' }]);
    throw new Error('unreachable: a fault is refused');
  }
  return [traceId, { traceId }];
}

/** Records are spliced in as they are stored, so that numbers stay exact. */
function recordsOf(hits: readonly SearchHit[]): string {
  return `[${hits.map(({ source }) => recordForReader(source)).join(',')}]`;
}
