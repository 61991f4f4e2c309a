import { seededRandom } from '@paylog/shared/testing/store-documents';

const SERVICES = ['checkout', 'payment-api', 'authorizer', 'risk-scoring', 'ledger', 'webhooks'];
const LEVELS = ['debug', 'info', 'info', 'info', 'info', 'warn', 'error'];
const MESSAGES = [
  'payment created',
  'authorization requested from acquirer-one over connection 17, attempt 1 of 3',
  'card declined: insufficient_funds',
  'booked 2 entries in journal sales',
  'webhook payment.captured delivered to https://shop.example/hooks/payments after 188 ms, answer 200, signature v1, attempt 1',
];

/** So many small records in the ten minutes before `nowMs`, oldest first. */
export function manyRecords(nowMs: number, count: number): object[] {
  const random = seededRandom(11);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const stepMs = 600_000 / count;
  return Array.from({ length: count }, (_, index) => ({
    id: `many-${String(index).padStart(6, '0')}`,
    timestamp: new Date(nowMs - 600_000 + index * stepMs).toISOString(),
    service: pick(SERVICES),
    level: pick(LEVELS),
    message: `${pick(MESSAGES)} (${index})`,
    duration_ms: Math.round(random() * 1000),
  }));
}
