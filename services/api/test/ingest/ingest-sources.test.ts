import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { recordFault } from '@paylog/shared/record/fault';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import { Ingest } from '../../src/ingest/ingest.ts';
import { NOW_MS, ScriptedPublisher } from './ingest-server.ts';

describe('Ingest, for records that a protocol took apart', () => {
  it('uses what the protocol says beside each record, checked as the record itself', async () => {
    const publisher = new ScriptedPublisher();
    const preparer = new RecordPreparer({ maxBytes: 1000, maxDepth: 20, maxKeys: 100 });
    const ingest = new Ingest({ preparer, publisher, clock: { now: () => NOW_MS }, topic: 'logs' });
    const text = '{"message":"é"}';
    const sources = [
      { text, id: 'given', service: 'one' },
      { text: '{"message":"m","service":"own","id":"own"}', id: 'given-2', service: 'two' },
      recordFault('invalid_json', 'not read'),
      { text, service: 'card 4111 1111 1111 1111', dataSet: 'other' },
      { text, id: 'a"b', service: 's' },
      { text, id: '4111111111111111', service: 's' },
      { text: `{"message":"${'x'.repeat(1000)}"}` },
      { text },
      { text: '{"message":"\\n \ud800"}', service: 'lone \ud800' },
    ];
    const result = await ingest.accept({ sources }, { dataSet: 'main', idempotencyKey: 'k' });
    assert.ok(result.status === 'settled');
    assert.deepEqual(
      result.rejected.map(({ index, fault }) => [index, fault.code]),
      [
        [2, 'invalid_json'],
        [4, 'invalid_value'],
        [5, 'sensitive_id'],
        [6, 'record_too_large'],
        [7, 'missing_field'],
      ],
    );
    assert.deepEqual(
      publisher.records.map(({ id, service, data_set, message }) => [id, service, data_set, message]),
      [
        ['given', 'one', 'main', 'é'],
        ['own', 'own', 'main', 'm'],
        [result.accepted[2]?.id, 'card 411111******1111', 'other', 'é'],
        [result.accepted[3]?.id, 'lone \ufffd', 'main', '\n \ufffd'],
      ],
    );
    assert.match(result.accepted[2]?.id ?? '', /-3$/);
  });
});
