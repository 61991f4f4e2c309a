import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { encodeDeadLetter, type DeadLetter } from '../src/dead-letter.ts';
import type { Failure } from '../src/failure.ts';
import { canonical, messageOf, RECEIVED_MS } from './support/batches.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';
const NOW_MS = RECEIVED_MS + 1000;

function letter(value: Buffer | string | null, failure: Partial<Failure> = {}, key: string | null = null): DeadLetter {
  return {
    topic: 'logs.direct',
    partition: 3,
    message: messageOf(42, key, value),
    failure: { position: 0, stage: 'prepare', type: 'invalid_json', reason: 'not valid JSON', attempts: 0, ...failure },
  };
}

function encoded(source: DeadLetter, maxBytes = 1_000_000): Record<string, unknown> {
  const { value } = encodeDeadLetter(source, NOW_MS, maxBytes);
  assert.ok(value.byteLength <= maxBytes, `${String(value.byteLength)} bytes`);
  return JSON.parse(value.toString('utf8')) as Record<string, unknown>;
}

describe('encodeDeadLetter', () => {
  it('says where the record stood, why it cannot be stored, and keeps it', () => {
    const source = letter('{"message":1,"service":"checkout"}', {
      type: 'invalid_field',
      field: 'message',
      reason: 'message must be text',
    });
    assert.equal(encodeDeadLetter(source, NOW_MS, 10_000).key, 'logs.direct-3-42');
    assert.deepEqual(encoded(source), {
      origin: { topic: 'logs.direct', partition: 3, offset: 42 },
      stage: 'prepare',
      error: { type: 'invalid_field', reason: 'message must be text', field: 'message' },
      first_seen: '2026-11-20T08:00:00.000Z',
      dead_lettered_at: '2026-11-20T08:00:01.000Z',
      attempts: 0,
      service: 'checkout',
      form: 'original',
      record_bytes: 34,
      encoding: 'utf8',
      record: '{"message":1,"service":"checkout"}',
    });
  });

  it('has the context of a sampled request as header: of its span, else as it came, and nothing else that came', () => {
    const sampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const span = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
    const headersOf = (given?: string, own?: string): unknown => {
      const source = letter('{}');
      const message = { ...source.message, headers: given === undefined ? {} : { traceparent: given } };
      return encodeDeadLetter({ ...source, message, traceparent: own }, NOW_MS, 10_000).headers;
    };
    assert.deepEqual(headersOf(sampled, span), { traceparent: span });
    assert.deepEqual(headersOf(sampled), { traceparent: sampled });
    for (const other of [undefined, 'card 4111111111111111', sampled.replace(/1$/, '0')])
      assert.equal(headersOf(other), undefined);
  });

  it('keeps the canonical form and its id of what the store rejected, and the trace', () => {
    const source = letter('{"message":"x"}', {
      stage: 'store',
      attempts: 3,
      document: {
        id: 'id-1',
        dataSet: 'main',
        timestamp: '2026-11-20T08:00:00.000000000Z',
        receivedAt: '2026-11-20T08:00:00.000Z',
        source: Buffer.from(canonical('x')),
      },
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const traced = { ...source, message: { ...source.message, headers: { traceparent } } };
    const value = encoded(traced);
    assert.deepEqual(
      [value['form'], value['id'], value['record'], value['service'], value['attempts'], value['traceparent']],
      ['canonical', 'id-1', canonical('x'), 'checkout', 3, traceparent],
    );
  });

  it('redacts the record, and what quotes it: reason, field and key', () => {
    const value = encoded(
      letter(`not json: card ${PAN}, cvv 123`, { reason: `Preview of field's value: '${PAN}'`, field: PAN }, PAN),
    );
    assert.equal(value['record'], `not json: card ${MASKED}, cvv [REDACTED]`);
    assert.equal(JSON.stringify(value).includes(PAN), false);
  });

  it('keeps binary as base64, but not when it seems to hold a card number', () => {
    const harmless = Buffer.from([0xff, 0xfe, 1, 2, 3]);
    assert.deepEqual(
      [encoded(letter(harmless))['encoding'], encoded(letter(harmless))['record']],
      ['base64', harmless.toString('base64')],
    );
    const latin1 = Buffer.concat([Buffer.from([0xff]), Buffer.from(` ${PAN} `)]);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(` ${PAN} `, 'utf16le')]);
    const utf16WithoutMark = Buffer.from(` ${PAN} `, 'utf16le');
    const escaped = `{"message":"card \\u0034${PAN.slice(1)} "`;
    for (const hidden of [latin1, utf16, utf16WithoutMark, escaped]) {
      const value = encoded(letter(hidden));
      assert.equal(value['record'], null);
      assert.match(String(value['withheld']), /card data/);
      assert.equal(value['record_bytes'], Buffer.byteLength(hidden));
    }
  });

  it('keeps the beginning of a record that is too large, after redaction', () => {
    const text = `${'x'.repeat(3000)} ${PAN} ${'\u0001'.repeat(20_000)}`;
    const value = encoded(letter(text), 4096);
    assert.equal(value['truncated'], true);
    assert.equal(value['record_bytes'], text.length);
    const record = String(value['record']);
    assert.ok(record.startsWith(`${'x'.repeat(3000)} ${MASKED} \u0001\u0001`));
    assert.equal(record.replaceAll('\u0001', '').length, 3000 + 1 + MASKED.length + 1);

    const emoji = encoded(letter('\u{1F4B3}'.repeat(5000)), 4096);
    assert.match(String(emoji['record']), /^\u{1F4B3}{500,}$/u);

    const binary = Buffer.alloc(50_000, 0xff);
    const base64 = String(encoded(letter(binary), 4096)['record']);
    assert.ok(base64.length > 3000 && base64.length % 4 === 0);
    assert.ok(binary.subarray(0, 2000).equals(Buffer.from(base64, 'base64').subarray(0, 2000)));
  });

  it('stands a tombstone, times that are no times, and endless reasons', () => {
    const source = letter(null, { type: 'empty_value', reason: 'r'.repeat(100_000) });
    const value = encoded({ ...source, message: { ...source.message, timestampMs: 1e300 } }, 4096);
    assert.deepEqual([value['record'], value['record_bytes'], value['first_seen']], [null, 0, null]);
    assert.equal((value['error'] as { reason: string }).reason.length, 1000);
  });

  it('says which record of a message it is, and what its bytes are', () => {
    const part = { index: 7, bytes: Buffer.from('{"message":1}'), isMessage: true };
    const source = letter('the whole message', { part });
    assert.equal(encodeDeadLetter(source, NOW_MS, 10_000).key, 'logs.direct-3-42-7');
    const { origin, form, record } = encoded(source);
    assert.deepEqual(
      [origin, form, record],
      [{ topic: 'logs.direct', partition: 3, offset: 42, record: 7 }, 'original', '{"message":1}'],
    );
    const piece = encoded(
      letter('the whole message', { part: { index: 0, bytes: Buffer.from([255]), isMessage: false } }),
    );
    assert.deepEqual([piece['form'], piece['encoding'], piece['record']], ['part', 'base64', '/w==']);
    const lost = encoded(letter('the whole message', { part: { index: 0, isMessage: false } }));
    assert.deepEqual([lost['record'], lost['record_bytes']], [null, 0]);
  });
});
