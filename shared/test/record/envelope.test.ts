import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MAX_DATA_SET_LENGTH, readEnvelope, recordForReader } from '../../src/record/envelope.ts';
import { randomObject, serialize, Token } from './random-json.ts';
import { accepted, Random, RECEIVED_AT } from './support.ts';

const TIME = '2026-11-20T08:00:00.123456789Z';
const source = (record: string, dataSet = 'main'): string => {
  const { prefix, body } = accepted(record, { dataSet });
  return prefix + body;
};

describe('readEnvelope', () => {
  it('reads what prepare wrote', () => {
    for (const dataSet of ['main', 'm', 'x'.repeat(MAX_DATA_SET_LENGTH)]) {
      const bytes = Buffer.from(source(`{"message":"é","service":"s","timestamp":"${TIME}"}`, dataSet));
      assert.deepEqual(readEnvelope(bytes), { timestamp: TIME, receivedAt: RECEIVED_AT, dataSet });
    }
  });

  it('knows what is not a canonical record', () => {
    const good = source(`{"message":"m","service":"s","timestamp":"${TIME}"}`);
    const wrong = [
      '',
      '{}',
      'null',
      good.replace('"v":1', '"v":2'),
      good.replace('"main"', '""'),
      good.replace(TIME, TIME.slice(1)),
      good.replace('"received_at"', '"received_xx"'),
      ` ${good}`,
      good.slice(0, 100),
    ];
    for (const text of wrong) assert.equal(readEnvelope(Buffer.from(text)), undefined, text);
    assert.deepEqual(readEnvelope(Buffer.from(good))?.dataSet, 'main');
  });
});

describe('recordForReader', () => {
  it('gives the record as it was sent, with what it did not bring', () => {
    const sent = `{"id":"i","message":"m","service":"s","level":"INFO","timestamp":"${TIME}","attributes":{"a":9007199254740993,"b":{"c}":1}}}`;
    assert.equal(recordForReader(source(sent)), `${sent.slice(0, -1)},"received_at":"${RECEIVED_AT}"}`);
    assert.deepEqual(JSON.parse(recordForReader(source('{"message":"m","service":"s"}'))), {
      message: 'm',
      service: 's',
      id: 'minted-0',
      level: 'info',
      timestamp: RECEIVED_AT,
      received_at: RECEIVED_AT,
    });
  });

  it('returns what is no canonical record as it is', () => {
    for (const text of ['', '{}', '{"v":1}', 'garbage }']) assert.equal(recordForReader(text), text);
  });

  it('gives back random records, number for number', () => {
    const random = new Random(21);
    const plain = { escapes: 0, spaces: 0 };
    for (let round = 0; round < 3000; round += 1) {
      const attributes = randomObject(random, 4);
      attributes.set(random.pick(['}', '{"num":{', 'a}b', 'num', '"},']), new Token('7'));
      const record = new Map<string, unknown>([
        ['id', 'i'],
        ['message', random.pick(['m', '}', '"num":{'])],
        ['service', 's'],
        ['level', 'warn'],
        ['timestamp', TIME],
        ['attributes', attributes],
      ]);
      const sent = serialize(record, random, plain);
      const read = recordForReader(source(serialize(record, random)));
      const expected = `${sent.slice(0, -1)},"received_at":"${RECEIVED_AT}"}`;
      assert.deepEqual(JSON.parse(read), JSON.parse(expected), sent);
      for (const number of sent.match(/[:[,]-?\d[\dEe+.-]*(?=[,\]}])/g) ?? [])
        assert.ok(read.includes(number.slice(1)), number);
    }
  });
});
