import type { SearchRequest, StoreDocument } from '../ports/store.ts';
import { LEVELS } from '../record/level.ts';
import { seededRandom, storeDocument, timeOf } from './store-documents.ts';

const SERVICES = ['checkout', 'ledger', 'Ledger', 'fraud-check', 'fx.rates', 'ödeme'];
const WORDS = [
  'payment', 'Payment', 'PAYMENT', 'declined', 'approved', 'card-declined', 'retry(3)', "don't", 'example.com', 'user@example.com',
  'settled_at', '3.14', '1,000', 'Überweisung', 'платёж', 'πληρωμή', 'café', 'cafe', 'id=42', '42', 'a', '[warn]', '--', '…', '"quoted"',
]; // prettier-ignore
const DAYS = ['2026-11-18', '2026-11-19', '2026-11-20'];

/** A corpus of about 500 records of three days, the same in every run. Many share their time, so that ids decide the order. */
export function storeCorpus(): StoreDocument[] {
  const random = seededRandom(20_261_123);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  return Array.from({ length: 500 }, (_, n) => {
    const level = pick(LEVELS);
    const words = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(WORDS));
    const fields: Record<string, unknown> = {};
    if (random() < 0.5) fields['trace_id'] = `${Math.floor(random() * 5)}`.repeat(32);
    if (random() < 0.5) fields['payment'] = { id: `pay_${Math.floor(random() * 8)}`, amount_minor: n, currency: 'EUR' };
    if (random() < 0.7) fields['environment'] = pick(['production', 'staging', 'Production']);
    if (random() < 0.3) fields['attributes'] = { shard: n % 7, note: pick(WORDS) };
    return storeDocument({
      id: `${pick(['a', 'B', 'ž', '💳', '_', '9'])}${n}`,
      timestamp: timeOf(pick(DAYS), Math.floor(random() * 20), pick([0, 1, 999_999_999, 500_000_000])),
      receivedAt: '2026-11-20T12:00:00.000Z',
      service: pick(SERVICES),
      level: random() < 0.2 ? level.toUpperCase() : level,
      message: words.join(pick([' ', ', ', ' / '])),
      fields,
    });
  });
}

const FIRST = timeOf('2026-11-18', 0);
const NOON = timeOf('2026-11-19', 10, 500_000_000);

/** Requests that together use everything that a request can say. */
export const STORE_CORPUS_QUERIES: readonly SearchRequest[] = [
  {},
  { order: 'desc' as const },
  { limit: 7 },
  { limit: 1, order: 'desc' as const },
  { countUpTo: 10 },
  { countUpTo: 500 },
  { countUpTo: 499 },
  { words: ['payment'] },
  { words: ['PAYMENT', 'declined'] },
  { words: ['card'] },
  { words: ['card-declined'] },
  { words: ["don't"] },
  { words: ['don'] },
  { words: ['example.com'] },
  { words: ['example'] },
  { words: ['user', 'EXAMPLE.COM'] },
  { words: ['settled_at'] },
  { words: ['settled'] },
  { words: ['3.14'] },
  { words: ['14'] },
  { words: ['1,000'] },
  { words: ['überweisung'] },
  { words: ['ПЛАТЁЖ', 'a'] },
  { words: ['Πληρωμή'] },
  { words: ['cafe'] },
  { words: ['café'] },
  { words: ['pay'] },
  { words: ['42', 'id'] },
  { words: ['nowhere'] },
  { services: ['ledger'] },
  { services: ['Ledger', 'ödeme'] },
  { services: ['fraud'] },
  { levels: ['error' as const, 'fatal' as const], order: 'desc' as const },
  { levels: ['trace' as const] },
  { traceId: '3'.repeat(32) },
  { traceId: '3'.repeat(31) },
  { paymentId: 'pay_4' },
  { environment: 'production' },
  { from: NOON },
  { to: NOON },
  { from: NOON, to: timeOf('2026-11-19', 10, 999_999_999) },
  { from: NOON, to: NOON },
  { from: timeOf('2026-11-19', 10, 500_000_001), order: 'desc' as const },
  { after: { timestamp: NOON, id: 'a1' } },
  { after: { timestamp: NOON, id: 'a1' }, order: 'desc' as const, limit: 11 },
  { after: { timestamp: FIRST, id: '' }, countUpTo: 3 },
  { services: ['checkout', 'ledger'], levels: ['warn' as const, 'error' as const], words: ['payment'], from: NOON },
  { environment: 'staging', words: ['declined'], order: 'desc' as const, limit: 5 },
].map((request) => ({ order: 'asc', limit: 1000, countUpTo: 10_000, ...request }));
