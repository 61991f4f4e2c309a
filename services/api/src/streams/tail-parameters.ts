import type { RecordFilter } from '@paylog/shared/ports/store';
import { epochMillis } from '@paylog/shared/record/timestamp';
import { FILTER_PARAMETERS } from '../search/filter-parameters.ts';
import { integerParameter, type Parameter } from '../search/parameter.ts';
import { parseSearchTime, TIME_FORMS } from '../search/parse-search-time.ts';

/** What a tail asks for, after parsing. */
export interface TailValues extends RecordFilter {
  readonly sinceMs?: number;
  readonly maxPerSecond?: number;
}

/** Records of a second when `max_per_second` is absent: about as many as anybody can follow. */
export const DEFAULT_MAX_PER_SECOND = 50;

/** Every parameter of a tail. Bounds of event time are not among them: a tail has no end, and begins with what arrives. */
export const TAIL_PARAMETERS: readonly Parameter<TailValues>[] = [
  ...FILTER_PARAMETERS.filter(({ name }) => name !== 'from' && name !== 'to'),
  {
    list: false,
    name: 'from',
    description: `Begin with the records that arrived (\`received_at\`) since then: ${TIME_FORMS}. Default: now.`,
    schema: { type: ['string', 'number'], examples: ['-5m', '2026-11-20T08:00:00Z'] },
    expected: TIME_FORMS,
    read: ([text = ''], nowMs) => {
      const time = parseSearchTime(text, nowMs);
      return time === undefined ? undefined : { sinceMs: epochMillis(time) };
    },
  },
  integerParameter(
    'max_per_second',
    'Most records of a second; how many more there were is said by `left-out` events.',
    { min: 1, max: 500, byDefault: DEFAULT_MAX_PER_SECOND },
    (maxPerSecond) => ({ maxPerSecond }),
  ),
];
