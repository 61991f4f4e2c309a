import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { RecordFilter } from '@paylog/shared/ports/store';
import { recordForReader } from '@paylog/shared/record/envelope';
import { filterParameters } from '../search/filter-parameters.ts';
import { integerParameter, isShort, type Parameter, SHORT_TEXT } from '../search/parameter.ts';
import { refuseFaults } from '../search/read-parameters.ts';
import type { ExploreRequest, ExploreRoute } from './explore-route.ts';
import { paymentStory } from './payment.ts';
import { readStoryRecord } from './story-record.ts';
import { readStory, type Story } from './story-reader.ts';
import { traceSummary } from './trace.ts';

interface StoryValues extends RecordFilter {
  readonly limit?: number;
}

const DEFAULT_LIMIT = 1000;

const PARAMETERS: readonly Parameter<StoryValues>[] = [
  ...filterParameters('from', 'to', 'environment'),
  integerParameter(
    'limit',
    'Most records of the story. When there are more, the oldest and the newest half are told.',
    { min: 2, max: 5000, byDefault: DEFAULT_LIMIT },
    (limit) => ({ limit }),
  ),
];

/** `GET /api/v1/traces/{trace_id}` */
export const TRACE_ROUTE: ExploreRoute<StoryValues> = {
  path: '/traces/{trace_id}',
  parameters: PARAMETERS,
  answer: answerTrace,
};

/** `GET /api/v1/payments/{payment_id}` */
export const PAYMENT_ROUTE: ExploreRoute<StoryValues> = {
  path: '/payments/{payment_id}',
  parameters: PARAMETERS,
  answer: answerPayment,
};

async function answerTrace(request: ExploreRequest<StoryValues>): Promise<string> {
  const { subject } = request;
  if (!/^[0-9a-f]{32}$/i.test(subject)) {
    refuseFaults([{ field: 'trace_id', message: 'expected 32 hexadecimal digits' }]);
  }
  const traceId = subject.toLowerCase();
  const story = await storyOf(request, 'trace_id', { traceId });
  const { hits, total, cutAt } = story;
  const summary = traceSummary(traceId, hits.map(readStoryRecord), { total, truncated: cutAt !== undefined });
  // Records are spliced in as they are stored, so that numbers stay exact.
  const logs = hits.map(({ source }) => recordForReader(source)).join(',');
  return `${JSON.stringify(summary).slice(0, -1)},"logs":[${logs}]}`;
}

async function answerPayment(request: ExploreRequest<StoryValues>): Promise<string> {
  const { subject } = request;
  if (!isShort(subject)) refuseFaults([{ field: 'payment_id', message: `expected ${SHORT_TEXT}` }]);
  const { hits, ...rest } = await storyOf(request, 'payment_id', { paymentId: subject });
  return JSON.stringify(paymentStory(subject, hits.map(readStoryRecord), rest));
}

async function storyOf(
  { values, searcher, signal }: ExploreRequest<StoryValues>,
  field: string,
  subject: RecordFilter,
): Promise<Story> {
  const { limit = DEFAULT_LIMIT, ...filter } = values;
  const story = await readStory(searcher, { ...filter, ...subject }, limit, signal);
  if (story.hits.length === 0) throw new ProblemError('not_found', `no record has this ${field}`, { field });
  return story;
}
