import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { sameRecord } from '../../src/record/same-record.ts';
import { accepted } from './support.ts';

const source = (record: unknown, receivedAt?: string, traceId?: string): string => {
  const trace = traceId === undefined ? undefined : { traceId, spanId: 'b'.repeat(16) };
  const { prefix, body } = accepted(record, { ...(receivedAt !== undefined && { receivedAt }), trace });
  return prefix + body;
};
const LATER = '2026-11-20T09:00:00.000Z';
const TIME = '2026-11-20T08:00:00Z';

describe('sameRecord', () => {
  it('knows a repeated delivery, whatever the server added the second time', () => {
    const record = { message: 'm', service: 's', id: 'i', timestamp: TIME, attributes: { a: 1, b: { c: [1, null] } } };
    assert.ok(sameRecord(source(record), source(record)));
    assert.ok(sameRecord(source(record), source(record, LATER)));
    assert.ok(sameRecord(source(record, LATER, 'a'.repeat(32)), source(record)));
    const { timestamp, ...timeless } = record;
    assert.equal(timestamp, TIME);
    assert.ok(sameRecord(source(timeless), source(timeless, LATER)));
  });

  it('does not mind the order of members and escapes', () => {
    const one = '{"message":"é","service":"s","id":"i","timestamp":1763900000,"attributes":{"a":1,"b":"/"}}';
    const two = '{"attributes":{"b":"\\/","a":1},"timestamp":1763900000,"id":"i","service":"s","message":"\\u00e9"}';
    assert.ok(sameRecord(source(one), source(two)));
  });

  it('knows other content', () => {
    const base = { message: 'm', service: 's', id: 'i', timestamp: TIME, attributes: { a: [1] } };
    const others = [
      { ...base, message: 'n' },
      { ...base, timestamp: LATER },
      { ...base, host: 'h' },
      { ...base, attributes: { a: [2] } },
      { ...base, attributes: { a: [1, 1] } },
      { ...base, attributes: { a: { 0: 1 } } },
      { ...base, attributes: { a: ['1'] } },
      { ...base, attributes: { b: [1] } },
      { ...base, attributes: {} },
    ];
    for (const other of others) assert.ok(!sameRecord(source(base), source(other)), JSON.stringify(other));
    const number = (digits: string): string =>
      source(`{"message":"m","service":"s","id":"i","attributes":{"n":${digits}}}`);
    assert.ok(!sameRecord(number('9007199254740993'), number('9007199254740992')));
    assert.ok(!sameRecord('', source(base)));
    assert.ok(!sameRecord('[1]', '[2]'));
    assert.ok(!sameRecord('{"a":'.repeat(5000), '{"b":'.repeat(5000)));
  });
});
