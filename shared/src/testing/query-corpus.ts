import type { StoreDocument } from '../ports/store.ts';
import { prepareRecord, RecordPreparer } from '../record/prepare.ts';
import { seededRandom, timeOf } from './store-documents.ts';

/** Records of the golden suite. */
export const QUERY_CORPUS_SIZE = 20_000;

const LIMITS = { maxBytes: 262_144, maxDepth: 20, maxKeys: 500 };
const DAYS = ['2026-11-18', '2026-11-19', '2026-11-20'];
const RECEIVED = ['2026-11-20T12:00:00.000Z', '2026-11-20T12:00:00.001Z', '2026-11-20T18:30:00.000Z'];
const SERVICES = [
  'checkout',
  'payment-api',
  'ledger',
  'Ledger',
  'fraud-check',
  'fx.rates',
  'ödeme',
  'webhooks',
  'acme: eu/1',
  'NOT',
];
const LEVELS = ['trace', 'debug', 'info', 'info', 'info', 'Info', 'warn', 'WARN', 'error', 'ERROR', 'Error', 'fatal'];
const STATUSES = ['authorized', 'captured', 'settled', 'declined', 'failed', 'refunded', 'Declined'];
const REASONS = [
  'insufficient funds',
  'do not honor',
  'expired card',
  'issuer timeout',
  'suspected fraud',
  'card not present',
];
const WORDS = [
  'payment', 'Payment', 'PAYMENTS', 'card', 'card-declined', 'declined', 'approved', 'timeout', 'timeouts', 'retry(3)', "don't", 'example.com',
  'user@example.com', 'settled_at', '3.14', '1,000', 'id=42', '42', '[warn]', '"quoted"', '--', '…', 'Überweisung', 'zurück', 'café', 'cafe',
  'платёж', 'отклонён', 'πληρωμή', 'دفع', 'भुगतान', 'ödeme', 'a', 'I', 'null', 'true', 'AND', 'or', 'key: value', 'x/y', 'C\\temp', '100%', '#7', 'v2.0.1',
]; // prettier-ignore
const NOTES = [
  '',
  ' ',
  'plain',
  'two words',
  'quote"back\\slash',
  'star*',
  'what?',
  'a:b',
  '(x)',
  'tab\there',
  'line\nbreak',
  'ünïcödé',
  '💳',
  'NOT',
  '*',
  '/x/',
  '>5',
  '5',
  '05',
  '-5',
];

/** Numbers as they are written in JSON. */
const NUMBERS = [
  '0',
  '1',
  '5',
  '5.0',
  '5e0',
  '-5',
  '0.5',
  '-0.5',
  '1e3',
  '1000',
  '999.999',
  '1e-7',
  '123456789',
  '1E+2',
  '4.35',
  '1e21',
  '-1e300',
];

interface Random {
  readonly below: (most: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly hex: (digits: number) => string;
}

function randomFrom(seed: number): Random {
  const random = seededRandom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  return {
    below,
    chance: (share) => random() < share,
    pick: (items) => items[below(items.length)]!,
    hex: (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join(''),
  };
}

const json = (value: unknown): string => JSON.stringify(value);
const object = (members: readonly (string | false)[]): string =>
  `{${members.filter((member) => member !== false).join(',')}}`;

function message(random: Random, n: number): string {
  const { below, chance, pick } = random;
  if (chance(0.002)) return `long ${'filler words without end '.repeat(200)} tail${n % 7}`;
  if (chance(0.3)) {
    return `payment pay_${(n % 5000).toString(36)} ${pick(STATUSES)}: ${pick(REASONS)} after ${below(3000)}ms`;
  }
  return Array.from({ length: 1 + below(8) }, () => pick(WORDS)).join(pick([' ', ' ', ', ', ' / ']));
}

function failure(random: Random): string {
  const { below, chance, pick } = random;
  const type = pick(['TimeoutError', 'java.lang.IllegalStateException', 'ECONNRESET', 'timeouterror']);
  const frames = Array.from(
    { length: 1 + below(4) },
    () => `    at ${pick(['charge', 'settle', 'Ledger.post'])} (/app/src/pay${below(9)}.js:${below(300)}:7)`,
  );
  return `"error":${object([
    chance(0.9) && `"type":${json(type)}`,
    chance(0.9) &&
      `"message":${json(`${pick(['upstream', 'issuer', 'Issuer'])} ${pick(['timeout', 'said no', 'unreachable: card declined'])}`)}`,
    chance(0.7) && `"stack":${json([`${type}: failed`, ...frames].join('\n'))}`,
  ])}`;
}

function payment(random: Random, n: number): string {
  const { below, chance, pick } = random;
  return `"payment":${object([
    `"id":${json(`pay_${(n % 5000).toString(36)}`)}`,
    chance(0.9) && `"merchant_id":${json(`mrc_${(below(300) * 7919).toString(36)}`)}`,
    chance(0.9) && `"amount_minor":${pick([String(below(100_000)), '0', '1000', '50000', '-250', '9007199254740991'])}`,
    chance(0.9) && `"currency":${json(pick(['EUR', 'USD', 'GBP', 'JPY']))}`,
    chance(0.5) && `"method":${json(pick(['card', 'sepa_debit', 'apple pay']))}`,
    chance(0.8) && `"status":${json(pick(STATUSES))}`,
    chance(0.5) && `"provider":${json(pick(['acme', 'Acme', 'stripe-like']))}`,
    chance(0.5) && `"latency_ms":${pick(['0', '12.5', '250', '2000', '0.001', '1e4'])}`,
  ])}`;
}

function http(random: Random): string {
  const { below, chance, pick } = random;
  const path = chance(0.02)
    ? `/long/${'x'.repeat(1100)}`
    : pick(['/v1/pay', '/v1/pay/', '/v1/payments/7', '/health', '/a b?c=*']);
  return `"http":${object([
    `"method":${json(pick(['GET', 'POST', 'get']))}`,
    `"path":${json(path)}`,
    chance(0.9) && `"status_code":${pick([200, 201, 204, 302, 400, 404, 409, 429, 499, 500, 502, 503, 599])}`,
    chance(0.6) && `"duration_ms":${below(2000) / 4}`,
    chance(0.3) && `"host":"api${below(3)}.example.com"`,
    chance(0.2) && `"user_agent":"Mozilla/5.0 (X11; Linux x86_64) v${below(3)}"`,
    chance(0.2) && `"client_ip":"10.0.${below(3)}.${below(9)}"`,
  ])}`;
}

function attributes(random: Random, n: number): string {
  const { below, chance, pick } = random;
  const note = chance(0.05) ? 'n'.repeat(pick([1023, 1024, 1025, 3000])) : pick(NOTES);
  const mixed = pick([
    '5',
    '"5"',
    '"05"',
    'true',
    '"true"',
    'null',
    '[]',
    '{}',
    '[5,"six",null]',
    '[[7],8]',
    '{"sub":1}',
    '[{"sub":2},{"sub":"two"}]',
    '0.5',
    '""',
  ]);
  return `"attributes":${object([
    chance(0.8) && `"shard":${n % 16}`,
    chance(0.5) && `"n":${pick(NUMBERS)}`,
    chance(0.5) && `"note":${json(note)}`,
    chance(0.5) && `"mixed":${mixed}`,
    chance(0.4) && `"tags":${json(['red', 'green', 'blue', 'Red'].filter(() => chance(0.5)))}`,
    chance(0.3) && `"scores":[${below(10)},${below(10)}.5]`,
    chance(0.3) && `"items":[{"sku":"sku-${below(50)}","qty":${below(5)}},{"sku":"sku-${below(50)}"}]`,
    chance(0.3) && `"a":{"b":{"c":{"d":${json(pick(['deep', 'deeper']))},"e":${below(100)}}}}`,
    chance(0.2) && `"dot.ted":{"key.x":${below(3)},"text":"dotted"}`,
    chance(0.2) && `"with space":"spaced ${below(3)}"`,
    chance(0.2) && `"ключ":"значение ${below(3)}"`,
    chance(0.2) && `"service":${json(pick(['inner', 'checkout']))}`,
    chance(0.1) && `"flag":${pick(['true', 'false'])}`,
    chance(0.1) && `"nothing":null`,
  ])}`;
}

function recordText(random: Random, n: number): string {
  const { below, chance, pick } = random;
  const day = pick(DAYS);
  // A tenth of all records share one moment, so that ids decide the order.
  const timestamp = chance(0.1)
    ? timeOf('2026-11-19', 36_000)
    : timeOf(day, below(86_400), pick([0, 1, 999_999_999, 500_000_000, 123_456_789]));
  const trace = (below(400) * 2_654_435_761).toString(16).padStart(16, '0');
  return object([
    `"id":${json(`${pick(['evt-', 'EVT_', 'ž', '💳', '_', '9', 'a:b/'])}${n}`)}`,
    `"timestamp":${json(timestamp)}`,
    `"service":${json(pick(SERVICES))}`,
    chance(0.95) && `"level":${json(pick(LEVELS))}`,
    `"message":${json(message(random, n))}`,
    chance(0.5) && `"trace_id":${json(`${trace}${trace}`.slice(0, 32))}`,
    chance(0.3) && `"span_id":${json(random.hex(16))}`,
    chance(0.3) && `"request_id":"req-${below(2000)}"`,
    chance(0.7) && `"environment":${json(pick(['production', 'staging', 'Production', '']))}`,
    chance(0.5) && `"host":"node-${below(40)}.eu"`,
    chance(0.3) && `"logger":${json(pick(['com.acme.Pay', 'com.acme.Ledger', 'root']))}`,
    chance(0.5) &&
      `"duration_ms":${pick(['0', '0.1', '499.999', '500', '500.001', '1e3', '2500', '-1', String(below(5000))])}`,
    chance(0.2) && failure(random),
    chance(0.4) && payment(random, n),
    chance(0.3) && http(random),
    chance(0.8) && attributes(random, n),
  ]);
}

let corpus: readonly StoreDocument[] | undefined;

/**
 * The records of the golden suite as the API would keep them: of three days and two data sets, with and without every field, numbers
 * written in many ways, attributes of several types under one name, several scripts, and many equal times. Always the same; made once.
 */
export function queryCorpus(): readonly StoreDocument[] {
  corpus ??= makeCorpus();
  return corpus;
}

function makeCorpus(): StoreDocument[] {
  const random = randomFrom(20_261_120);
  const preparer = new RecordPreparer(LIMITS);
  return Array.from({ length: QUERY_CORPUS_SIZE }, (_, n) => {
    const text = recordText(random, n);
    const context = {
      dataSet: n % 10 === 0 ? 'eu' : 'main',
      receivedAtMs: Date.parse(RECEIVED[n % 3]!),
      fallbackId: 'none',
    };
    const prepared = prepareRecord(preparer, Buffer.from(text), context);
    if (!prepared.ok) throw new Error(`${text}: ${prepared.message}`);
    const { id, dataSet, timestamp, receivedAt, value } = prepared;
    return { id, dataSet, timestamp, receivedAt, source: value };
  });
}
