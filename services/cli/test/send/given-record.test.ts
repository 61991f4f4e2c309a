import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FIELD_SOURCES } from '@paylog/shared/record/field-sources';
import { recordForReader } from '@paylog/shared/record/envelope';
import { RecordPreparer, recordContext } from '@paylog/shared/record/prepare';
import { recordOnceSent } from '../../src/send/given-record.ts';

const LIMITS = { maxBytes: 100_000, maxDepth: 20, maxKeys: 1000 };
const preparer = new RecordPreparer(LIMITS);

/** A record as it comes out of the product, by the product's own code. */
function given(sent: string): string {
  const facts = { dataSet: 'logs', receivedAt: '2026-11-20T08:00:00.456Z', idFor: () => 'made' };
  const prepared = preparer.prepare(sent, Buffer.byteLength(sent), 0, recordContext(facts));
  assert.ok(prepared.ok);
  return recordForReader(prepared.prefix + prepared.body);
}

const onceSent = (text: string): string => recordOnceSent(Buffer.from(text)).toString();

describe('recordOnceSent', () => {
  it('takes the time of receipt from a record that the API gave, and leaves every other byte', () => {
    const everyField = Object.fromEntries(FIELD_SOURCES.map(({ field }) => [field, '1']));
    const sent = [
      '{"message":"m","service":"s","id":"i","timestamp":"2026-11-20T08:00:00Z","level":"info"}',
      '{ "message" : "ünï, \\"quoted\\" 💳", "service":"s", "n": 9007199254740993 }',
      '{"msg":"ecs","service.name":"s","@timestamp":1763900000.123456789,"log.level":"warning","event":{"id":7}}',
      '{"message":"m","service":"s","received_at":"2020-01-01T00:00:00.000Z","error":{"type":"E","more":{"a":[1]}}}',
      '{"message":"card 4111 1111 1111 1111","service":"s","attributes":{"received_at":"mine"}}',
      JSON.stringify({
        ...everyField,
        level: 'info',
        timestamp: 1_763_900_000,
        trace_id: 'a'.repeat(32),
        span_id: 'b'.repeat(16),
        duration_ms: 1,
        'http.status_code': 200,
        'http.duration_ms': 1,
        'payment.amount_minor': 1,
        'payment.latency_ms': 1,
      }),
    ];
    for (const text of sent) {
      const first = given(text);
      const once = onceSent(first);
      assert.equal(once, first.replace(/,"received_at":"2026-11-20T08:00:00.456Z"\}$/, '}'), text);
      assert.notEqual(once, first);
      assert.deepEqual(JSON.parse(given(once)), JSON.parse(first), text);
    }
  });

  it("leaves a `received_at` of the sender's own", () => {
    const record = '"id":"i","message":"m","service":"s","timestamp":"2026-11-20T08:00:00Z","level":"info"';
    const receipt = '"received_at":"2026-11-20T08:00:00.456Z"';
    for (const text of [
      // A shipper's member beside names that no given record has, or without one that each has.
      `{${record},"region":"eu",${receipt}}`,
      `{"message":"m","service":"s","timestamp":"2026-11-20T08:00:00Z","level":"info",${receipt}}`,
      `{"@timestamp":"2026-11-20T08:00:00Z",${record},${receipt}}`,
      // In another place or another form than ours.
      `{${receipt},${record}}`,
      `{${record},"received_at":"2026-11-20T08:00:00Z"}`,
      `{${record},"received_at":1763900000}`,
      `{${record}, ${receipt}}`,
      `{${record},"attributes":{"a":1,${receipt}}}`,
      // Not a record, or hardly.
      `{${record},${receipt}}}`,
      `[${record},${receipt}}`,
      `{,${receipt}}`,
      `,${receipt}}`,
      '{}',
      '',
    ]) {
      assert.equal(onceSent(text), text);
    }
  });
});
