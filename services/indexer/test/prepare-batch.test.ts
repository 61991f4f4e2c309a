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
      'good-2',
    ];
    const { documents, positions, failures } = prepareBatch(batchOf(messages).batch, options);
    assert.deepEqual(
      documents.map(({ id }) => id),
      ['good-1', 'good-2'],
    );
    assert.deepEqual(positions, [0, 6]);
    assert.deepEqual(
      failures.map(({ position, stage, type }) => [position, stage, type]),
      [
        [1, 'envelope', 'unreadable_envelope'],
        [2, 'envelope', 'missing_key'],
        [3, 'envelope', 'missing_key'],
        [4, 'envelope', 'empty_value'],
        [5, 'envelope', 'key_too_long'],
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
});
