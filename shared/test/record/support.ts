import assert from 'node:assert/strict';
import type { RecordLimits } from '../../src/record/limits.ts';
import {
  recordContext,
  RecordPreparer,
  type PreparedRecord,
  type RecordContext,
  type RequestFacts,
} from '../../src/record/prepare.ts';
import type { RecordFault } from '../../src/record/fault.ts';

export const LIMITS: RecordLimits = { maxBytes: 262_144, maxDepth: 20, maxKeys: 500 };
export const RECEIVED_AT = '2026-11-20T08:00:01.234Z';

/** Compiling the schema takes 20 ms: one for all tests. */
export const preparer = new RecordPreparer(LIMITS);

export function contextOf(facts: Partial<RequestFacts> = {}): RecordContext {
  return recordContext({ dataSet: 'main', receivedAt: RECEIVED_AT, idFor: (index) => `minted-${index}`, ...facts });
}

export function prepare(text: string, facts: Partial<RequestFacts> = {}): PreparedRecord | RecordFault {
  return preparer.prepare(text, Buffer.byteLength(text), 0, contextOf(facts));
}

/** The canonical text of a record that has to be accepted. */
export function accepted(record: unknown, facts: Partial<RequestFacts> = {}): PreparedRecord {
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  const prepared = prepare(text, facts);
  assert.ok(prepared.ok, `${JSON.stringify(prepared)} for ${text.slice(0, 300)}`);
  return prepared;
}

export function refused(record: unknown, facts: Partial<RequestFacts> = {}): RecordFault {
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  const prepared = prepare(text, facts);
  assert.ok(!prepared.ok, `accepted: ${text.slice(0, 300)}`);
  return prepared;
}

/** What was kept of the record, parsed: without the server's fields, unless they were asked for. */
export function kept(record: unknown, facts: Partial<RequestFacts> = {}): Record<string, unknown> {
  const { prefix, body } = accepted(record, facts);
  const whole = JSON.parse(prefix + body) as Record<string, unknown>;
  const { v, received_at, data_set, num, ['@timestamp']: time, ...own } = whole;
  assert.deepEqual([v, received_at, data_set, typeof time], [1, RECEIVED_AT, 'main', 'string']);
  return own;
}

/** Deterministic random numbers (mulberry32), so that a failure can be repeated. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => String(this.below(10))).join('');
  }

  times<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}

/** Appends the digit that makes the Luhn check pass; written apart from the code under test. */
export function withLuhn(body: string): string {
  let sum = 0;
  Array.from(body, Number)
    .reverse()
    .forEach((digit, index) => {
      const value = digit * (index % 2 === 0 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
  return body + String((10 - (sum % 10)) % 10);
}
