import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import { prepareBatch, type PrepareOptions } from '../src/prepare-batch.ts';
import { batchOf, canonical, messageOf } from './support/batches.ts';

const options: PrepareOptions = {
  directTopic: 'logs.direct',
  dataSet: 'shop',
  preparer: new RecordPreparer({ maxBytes: 10_000, maxDepth: 10, maxKeys: 50 }),
};

describe('prepareBatch', () => {
  it('slices what it needs from canonical records and leaves their bytes alone', () => {
    const value = Buffer.from(canonical('paid'));
    const { documents, positions, failures } = prepareBatch(batchOf([messageOf(7, 'id-é', value)]).batch, options);
    assert.deepEqual(failures, []);
    assert.deepEqual(positions, [0]);
    assert.deepEqual(documents, [
      {
        id: 'id-é',
        dataSet: 'main',
        timestamp: '2026-11-20T08:00:00.000000000Z',
        receivedAt: '2026-11-20T08:00:00.000Z',
        source: value,
      },
    ]);
    assert.equal(documents[0]?.source, value);
  });

  it('takes what is no canonical record out of its batch, with the reason, and keeps its neighbors', () => {
    const messages = [
      'good-1',
      messageOf(101, 'k', '{"message":"no envelope"}'),
      messageOf(102, null, canonical('x')),
      messageOf(103, '', canonical('x')),
      messageOf(104, 'k', null),
      messageOf(105, 'k'.repeat(513), canonical('x')),
      messageOf(106, 'k', canonical('x').replace('"v":1', '"v":2')),
      'good-2',
    ];
    const { documents, positions, failures } = prepareBatch(batchOf(messages).batch, options);
    assert.deepEqual(
      documents.map(({ id }) => id),
      ['good-1', 'good-2'],
    );
    assert.deepEqual(positions, [0, 7]);
    assert.deepEqual(
      failures.map(({ position, stage, type }) => [position, stage, type]),
      [
        [1, 'envelope', 'unreadable_envelope'],
        [2, 'envelope', 'missing_key'],
        [3, 'envelope', 'missing_key'],
        [4, 'envelope', 'empty_value'],
        [5, 'envelope', 'key_too_long'],
        [6, 'envelope', 'unknown_layout'],
      ],
    );
  });

  it('checks and redacts what direct producers sent; the address does not depend on when it is read', () => {
    const pan = '4111111111111111';
    const messages = [
      messageOf(100, null, JSON.stringify({ message: `card ${pan}`, service: 'pos' })),
      messageOf(101, 'ignored', JSON.stringify({ message: 'x', service: 'pos', id: 'own-id' })),
      messageOf(102, null, '{"message":'),
      messageOf(103, null, JSON.stringify({ message: 'no service' })),
      messageOf(104, null, null),
      messageOf(105, null, Buffer.from([0xff, 0xfe])),
      { ...messageOf(106, null, JSON.stringify({ message: 'x', service: 'pos' })), timestampMs: 8e18 },
      { ...messageOf(107, null, JSON.stringify({ message: 'x', service: 'pos' })), timestampMs: -1 },
    ];
    const { batch } = batchOf(messages, { topic: 'logs.direct', partition: 2 });
    const first = prepareBatch(batch, options);
    assert.deepEqual(
      first.documents.map(({ id, dataSet, timestamp }) => [id, dataSet, timestamp]),
      [
        ['logs.direct-2-100', 'shop', '2026-11-20T08:00:00.000000000Z'],
        ['own-id', 'shop', '2026-11-20T08:00:00.000000000Z'],
        ['logs.direct-2-106', 'shop', '2100-01-01T00:00:00.000000000Z'],
        ['logs.direct-2-107', 'shop', '1970-01-01T00:00:00.000000000Z'],
      ],
    );
    assert.equal(first.documents[0]?.source.includes(pan), false);
    assert.equal(first.pan, 1);
    assert.deepEqual(
      first.failures.map(({ position, stage, type, field }) => [position, stage, type, field]),
      [
        [2, 'prepare', 'invalid_json', undefined],
        [3, 'prepare', 'missing_field', 'service'],
        [4, 'prepare', 'empty_value', undefined],
        [5, 'prepare', 'invalid_utf8', undefined],
      ],
    );
    assert.deepEqual(prepareBatch(batch, options), first);
  });

  it('takes the records of OTLP messages apart', () => {
    const record = (message: string, more: object = {}): object => ({ body: { stringValue: message }, ...more });
    const otlp = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [record('a'), record('x'.repeat(20_000)), record('c')] }] }],
    };
    const uid = { key: 'log.record.uid', value: { stringValue: 'own-id' } };
    const wrong = { resourceLogs: [{ scopeLogs: [{ logRecords: [record('d', { attributes: [uid] }), 7] }] }] };
    // LogsData { resource_logs { scope_logs { log_records { body { string_value: "hi" } } log_records { } } } }
    const bytes = Buffer.from([10, 12, 18, 10, 18, 6, 42, 4, 10, 2, 104, 105, 18, 0]);
    const messages = [
      messageOf(100, null, JSON.stringify({ message: 'plain', service: 's' })),
      messageOf(101, null, JSON.stringify(otlp)),
      messageOf(102, null, bytes),
      messageOf(103, null, JSON.stringify(wrong)),
    ];
    const { batch } = batchOf(messages, { topic: 'logs.direct', partition: 2 });
    const prepared = prepareBatch(batch, options);
    const idsOf = (): unknown =>
      prepared.documents.map(({ id }, i) => [id, prepared.positions[i], prepared.parts.get(i)]);
    assert.deepEqual(idsOf(), [
      ['logs.direct-2-100', 0, undefined],
      ['logs.direct-2-101-0', 1, 0],
      ['logs.direct-2-101-2', 1, 2],
      ['logs.direct-2-102-0', 2, 0],
      ['logs.direct-2-102-1', 2, 1],
      ['own-id', 3, 0],
    ]);
    assert.deepEqual(
      [...prepared.several],
      [
        [1, 3],
        [2, 2],
        [3, 2],
      ],
    );
    assert.deepEqual(
      prepared.failures.map(({ position, type, part }) => [position, type, part?.index, part?.isMessage]),
      [
        [1, 'record_too_large', 1, true],
        [3, 'not_an_object', 1, false],
      ],
    );
    assert.match(String(prepared.documents[3]?.source), /"message":"hi".*"service":"unknown_service"/);
    assert.equal(prepared.next, 4);
    assert.deepEqual(prepareBatch(batch, options), prepared, 'the same at every delivery');
  });

  it('leaves what only looks like OTLP as it was', () => {
    const messages = [
      messageOf(100, null, JSON.stringify({ message: 'm', service: 's', resourceLogs: [{ scopeLogs: [] }] })),
      messageOf(101, null, JSON.stringify({ message: 'm', service: 's', resourceLogs: 'none' })),
      messageOf(102, null, '\n{"message":"m","service":"s"}'),
      messageOf(103, null, JSON.stringify({ resourceLogs: [] })),
      messageOf(104, null, JSON.stringify({ resourceLogs: [7] })),
      messageOf(105, null, Buffer.from([10, 0])),
      messageOf(106, null, Buffer.from([10, 2, 18, 3])),
      messageOf(107, null, '{"resourceLogs":[{"scopeLogs"'),
    ];
    const { batch } = batchOf(messages, { topic: 'logs.direct', partition: 0 });
    const { documents, failures, several } = prepareBatch(batch, options);
    assert.deepEqual(
      documents.map(({ id }) => id),
      ['logs.direct-0-100', 'logs.direct-0-101', 'logs.direct-0-102'],
    );
    assert.deepEqual(
      failures.map(({ position, type, part }) => [position, type, part]),
      [
        [3, 'missing_field', undefined],
        [4, 'missing_field', undefined],
        [5, 'invalid_json', undefined],
        [6, 'invalid_json', undefined],
        [7, 'invalid_json', undefined],
      ],
    );
    assert.equal(several.size, 0);
  });

  it('bounds what a small message may become', () => {
    const big = { key: 'a', value: { stringValue: 'x'.repeat(9000) } };
    const otlp = (records: number): string =>
      JSON.stringify({
        resourceLogs: [{ resource: { attributes: [big] }, scopeLogs: [{ logRecords: Array(records).fill({}) }] }],
      });
    const [some, many] = [otlp(1000), otlp(5000)];
    const messages = [some, some, some, many, some].map((text, i) => messageOf(i, null, text));
    const { batch } = batchOf(messages, { topic: 'logs.direct', partition: 0 });
    const first = prepareBatch(batch, options);
    assert.deepEqual([first.documents.length, first.failures.length, first.next], [2000, 0, 2]);
    const second = prepareBatch(batch, options, first.next);
    assert.deepEqual([second.documents.length, second.next], [2000, 5]);
    assert.deepEqual(
      second.failures.map(({ position, type }) => [position, type]),
      [[3, 'too_large']],
    );
  });
});
