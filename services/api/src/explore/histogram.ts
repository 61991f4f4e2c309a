import type { ProblemFault } from '@paylog/shared/errors/problem-error';
import type { CountedField, HistogramBucket, RecordFilter, StoreSearcher } from '@paylog/shared/ports/store';
import { epochMillis, isoMillis } from '@paylog/shared/record/timestamp';
import { FILTER_PARAMETERS } from '../search/filter-parameters.ts';
import { integerParameter, type Parameter, SHORT_SCHEMA } from '../search/parameter.ts';
import { refuseFaults } from '../search/read-parameters.ts';
import { countedField } from './counted-field.ts';
import type { ExploreRequest, ExploreRoute } from './explore-route.ts';
import { alignedBounds, type Bounds, niceBounds } from './histogram-bounds.ts';
import { formatInterval, INTERVAL_FORMS, parseInterval } from './histogram-interval.ts';
import { ceilMillis, storeTime } from './store-times.ts';
import { type TimeZone, timeZoneOf } from './time-zone.ts';

interface HistogramValues extends RecordFilter {
  readonly interval?: number | 'auto';
  readonly buckets?: number;
  readonly zone?: TimeZone;
  readonly split?: CountedField;
  readonly splitLimit?: number;
}

/** Most intervals of one answer, and as many as there are when nobody says. */
const MAX_BUCKETS = 1000;
const DEFAULT_BUCKETS = 60;
const DEFAULT_SPLIT_LIMIT = 10;
/** Most counts in all intervals together: stores refuse or crawl where there are several times as many. */
const MAX_COUNTS = 20_000;

const PARAMETERS: readonly Parameter<HistogramValues>[] = [
  ...FILTER_PARAMETERS,
  {
    list: false,
    name: 'interval',
    description:
      '`auto` takes the shortest of 1 s, 2 s, 5 s, 10 s, 15 s, 30 s, 1 m ... 12 h, 1 d, 7 d (and so on, in both directions) of which at most `buckets` hold the range.',
    schema: { ...SHORT_SCHEMA, default: 'auto', examples: ['30s', '5m', '1h', '1d'] },
    expected: INTERVAL_FORMS,
    read: ([text = '']) => {
      const interval = text === 'auto' ? text : parseInterval(text);
      return interval === undefined ? undefined : { interval };
    },
  },
  integerParameter(
    'buckets',
    'Most intervals with `interval=auto`.',
    { min: 1, max: MAX_BUCKETS, byDefault: DEFAULT_BUCKETS },
    (buckets) => ({ buckets }),
  ),
  {
    list: false,
    name: 'time_zone',
    description:
      'Intervals begin where the clocks of this zone show round times; days are its days, with 23 or 25 hours when clocks are changed.',
    schema: { ...SHORT_SCHEMA, default: 'UTC', examples: ['Europe/Berlin', '+02:00'] },
    expected:
      'a name of the IANA time zone database such as Europe/Berlin, UTC, or an offset such as +02:00 ("+" as %2B)',
    read: ([text = '']) => {
      const zone = timeZoneOf(text);
      return zone === undefined ? undefined : { zone };
    },
  },
  {
    list: false,
    name: 'split',
    description: 'Count the most frequent values of this field in each interval: a keyword, a number or an attribute.',
    schema: { ...SHORT_SCHEMA, examples: ['level', 'payment.status', 'attributes.region'] },
    expected: 'a field',
    read: ([text = '']) => {
      if (text === '') return undefined;
      const counted = countedField(text);
      return 'field' in counted ? { split: counted.field } : counted;
    },
  },
  integerParameter(
    'split_limit',
    `Most values with \`split\`; they are the most frequent over all intervals. With more than ${MAX_COUNTS / MAX_BUCKETS} there are fewer intervals: at most ${MAX_COUNTS} counts in all.`,
    { min: 1, max: 100, byDefault: DEFAULT_SPLIT_LIMIT },
    (splitLimit) => ({ splitLimit }),
  ),
];

/** `GET /api/v1/histogram` */
export const HISTOGRAM_ROUTE: ExploreRoute<HistogramValues> = {
  path: '/histogram',
  parameters: PARAMETERS,
  answer: answerHistogram,
};

async function answerHistogram({ values, searcher, signal, nowMs, tookMs }: ExploreRequest<HistogramValues>) {
  refuseFaults(uselessParameters(values));
  const { interval = 'auto', buckets = DEFAULT_BUCKETS, zone, split, splitLimit, ...filter } = values;
  const splitBy = split && { field: split, limit: splitLimit ?? DEFAULT_SPLIT_LIMIT };
  const most = Math.min(MAX_BUCKETS, Math.floor(MAX_COUNTS / (splitBy?.limit ?? 1)));
  const { from, to, bounds, counts } = await countOver({ searcher, signal, nowMs }, filter, {
    boundsOf: boundsOver({ interval, zone: zone ?? UTC, most: interval === 'auto' ? Math.min(buckets, most) : most }),
    splitBy,
  });
  return JSON.stringify({
    interval: formatInterval(bounds.intervalMs),
    time_zone: (zone ?? UTC).name,
    from,
    to,
    total: counts.reduce((sum, { count }) => sum + count, 0),
    buckets: counts.map(({ count, split: values }, index) => ({
      from: isoMillis(bounds.atMs[index] ?? 0),
      to: isoMillis(bounds.atMs[index + 1] ?? 0),
      count,
      ...(values && { split: ranked(values) }),
    })),
    took_ms: tookMs(),
  });
}

const UTC: TimeZone = { name: 'UTC', offsetMs: () => 0 };

/** What is given and would change nothing is more likely a mistake. */
function uselessParameters({ interval = 'auto', buckets, split, splitLimit }: HistogramValues): ProblemFault[] {
  const faults: ProblemFault[] = [];
  if (buckets !== undefined && interval !== 'auto') {
    faults.push({ field: 'buckets', message: 'goes with interval=auto only' });
  }
  if (splitLimit !== undefined && split === undefined) {
    faults.push({ field: 'split_limit', message: 'goes with `split` only' });
  }
  return faults;
}

type BoundsOf = (fromMs: number, toMs: number) => Bounds;

/** Refuses an interval of which more than `most` would be needed. */
function boundsOver({
  interval,
  zone,
  most,
}: {
  readonly interval: number | 'auto';
  readonly zone: TimeZone;
  readonly most: number;
}): BoundsOf {
  return (fromMs, toMs) => {
    const range = { fromMs, toMs };
    if (interval === 'auto') return niceBounds(range, zone, most);
    const bounds = alignedBounds(range, interval, zone, most);
    if (bounds) return bounds;
    const enough = formatInterval(niceBounds(range, zone, most).intervalMs);
    const message = `the range takes more than ${most} intervals of ${formatInterval(interval)}: expected ${enough} or longer, or a shorter range`;
    refuseFaults([{ field: 'interval', message }]);
    throw new RangeError(message);
  };
}

interface Counting {
  readonly boundsOf: BoundsOf;
  readonly splitBy: { readonly field: CountedField; readonly limit: number } | undefined;
}

interface Counted {
  /** What is counted over, in the 30-character form. */
  readonly from: string;
  readonly to: string;
  readonly bounds: Bounds;
  readonly counts: readonly HistogramBucket[];
}

/** Where the filter has no bounds, from the oldest hit until now, or the newest hit when that is later. */
async function countOver(
  store: { readonly searcher: StoreSearcher; readonly signal: AbortSignal; readonly nowMs: number },
  filter: RecordFilter,
  { boundsOf, splitBy }: Counting,
): Promise<Counted> {
  const { searcher, signal } = store;
  const now = storeTime(store.nowMs);
  const from = filter.from ?? (await timeOfFirst('asc', filter));
  if (from === undefined)
    return { from: now, to: now, bounds: { ...boundsOf(store.nowMs, store.nowMs), atMs: [] }, counts: [] };
  const countUntil = async (to: string): Promise<Counted> => {
    const bounds = boundsOf(epochMillis(from), ceilMillis(to));
    const request = { filter, bounds: bounds.atMs.map(storeTime), ...(splitBy && { splitBy }) };
    return { from, to, bounds, counts: await searcher.histogram(request, { signal }) };
  };
  if (filter.to !== undefined) return countUntil(filter.to);
  // Clocks of senders are ahead at times. Most often there is nothing behind now, so that both are asked at once.
  const soonest = from > now ? from : now;
  const later = timeOfFirst('desc', { ...filter, from: soonest });
  const counted = from < now ? countUntil(now) : undefined;
  const [newest] = await Promise.all([later, counted]);
  if (newest === undefined && counted) return counted;
  return countUntil(storeTime(ceilMillis(newest ?? from) + 1));

  async function timeOfFirst(order: 'asc' | 'desc', among: RecordFilter): Promise<string | undefined> {
    const { hits } = await searcher.search({ ...among, order, limit: 1, countUpTo: 1 }, { signal });
    return hits[0]?.timestamp;
  }
}

function ranked(values: ReadonlyMap<string, number>): readonly { readonly value: string; readonly count: number }[] {
  return [...values]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
