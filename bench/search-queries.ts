import { endMs, somePaymentIds, START_MS } from './search-data.ts';

/** A question, in as many variants as keep a cache from answering all of them. */
export interface NamedQuery {
  readonly name: string;
  /** Path and parameters under `/api/v1`. */
  readonly variants: readonly string[];
}

const VARIANTS = 20;
const PAGE = '100';
const SERVICES = ['checkout', 'authorizer', 'capture', 'risk-scoring', 'ledger', 'refunds', 'settlement', 'webhooks'];
const REASONS = ['insufficient_funds', 'do_not_honor', 'expired_card', 'issuer_timeout', 'suspected_fraud'];

type Parameters = Readonly<Record<string, string>>;

function variants(path: string, make: (variant: number) => Parameters): string[] {
  return Array.from({ length: VARIANTS }, (_, at) => `${path}?${new URLSearchParams({ ...make(at) }).toString()}`);
}

function at<T>(items: readonly T[], index: number): T {
  return items[index % items.length]!;
}

/** The ten queries of the benchmark, then a histogram and facets. */
export function namedQueries(records: number): NamedQuery[] {
  const payments = somePaymentIds(records, VARIANTS);
  const spanMs = endMs(records) - START_MS;
  const time = (share: number): string => new Date(START_MS + Math.round(spanMs * share)).toISOString();
  const search = (
    name: string,
    query: (variant: number) => string,
    rest: (variant: number) => Parameters = () => ({}),
  ) => ({
    name,
    variants: variants('/logs', (n) => ({ query: query(n), limit: PAGE, ...rest(n) })),
  });
  // A window of half the time that moves with the variant.
  const window = (n: number): Parameters => ({ from: time(n / (2 * VARIANTS)), to: time(0.5 + n / (2 * VARIANTS)) });
  return [
    { name: 'newest page', variants: variants('/logs', () => ({ limit: PAGE })) },
    search('level:error', () => 'level:error'),
    search('service + level', (n) => `service:${at(SERVICES, n)} level:error`),
    search('words', (n) => `declined ${at(REASONS, n)}`),
    search('phrase', (n) => `"declined: ${at(REASONS, n)} after"`),
    search('prefix', (n) => `${at(REASONS, n).slice(0, 5)}*`),
    search('numeric range', (n) => `payment.amount_minor:[${1000 * (n + 1)} TO ${1000 * (n + 1) + 2500}]`),
    search('attribute equals', (n) => `attributes.host:node-${n}`),
    search('payment id', (n) => `payment.id:${at(payments, n)}`),
    search('negation + time range', (n) => `-level:info -level:debug -service:${at(SERVICES, n)}`, window),
    {
      name: 'histogram by level',
      variants: variants('/histogram', (n) => ({ ...window(n), interval: 'auto', split: 'level' })),
    },
    {
      name: 'facets of 3 fields',
      variants: variants('/facets', (n) => ({ ...window(n), fields: 'service,level,payment.status', limit: '10' })),
    },
  ];
}
