import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { OtlpError, type OtlpLogs } from '../../src/record/otlp-logs.ts';
import { randomRequest, respelled } from './otlp-random.ts';
import { fromJson, fromProtobuf, Reference, referenceBytes, resultOf, textsOf } from './otlp-support.ts';
import { Random } from './support.ts';

const ROUNDS = 500;

/** Every record is JSON, whatever was sent. */
function assertSound({ records, groups }: OtlpLogs): void {
  for (const record of records) if ('text' in record) JSON.parse(record.text);
  assert.ok(groups.every(({ first }) => first < records.length));
}

describe('OTLP decoders against the reference definitions', () => {
  it('read what the reference writes, and both encodings alike', () => {
    const random = new Random(4);
    let records = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const request = randomRequest(random);
      const logs = fromProtobuf(referenceBytes(request));
      assert.deepEqual(textsOf(logs), textsOf(fromJson(request)), JSON.stringify(request));
      assertSound(logs);
      records += logs.records.length;
    }
    assert.ok(records > ROUNDS, String(records));
  });

  it('read other spellings of the same message as the reference reads them', () => {
    const random = new Random(5);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = referenceBytes(randomRequest(random));
      const other = respelled(bytes, random);
      const again = Buffer.from(Reference.encode(Reference.decode(other)).finish());
      assert.ok(again.equals(bytes), 'the other spelling means the same');
      assert.deepEqual(textsOf(fromProtobuf(other)), textsOf(fromProtobuf(bytes)));
    }
  });

  it('read cut-off, damaged and random bytes to an end, and throw nothing else', () => {
    const random = new Random(6);
    const seen = { errors: 0, results: 0 };
    for (let round = 0; round < ROUNDS * 4; round += 1) {
      let bytes = referenceBytes(randomRequest(random));
      if (random.below(4) === 0) bytes = bytes.subarray(0, random.below(bytes.length + 1));
      for (let hits = random.below(4); hits > 0 && bytes.length > 0; hits -= 1) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      if (round % 10 === 0) bytes = Buffer.from(random.times(random.below(200), () => random.below(256)));
      const result = resultOf(() => fromProtobuf(bytes));
      if (result instanceof OtlpError) {
        seen.errors += 1;
        continue;
      }
      seen.results += 1;
      assertSound(result);
    }
    assert.ok(seen.errors > ROUNDS / 2 && seen.results > ROUNDS / 2, JSON.stringify(seen));
  });

  it('read JSON of any shape to an end, and throw nothing else', () => {
    const random = new Random(7);
    const junk = [null, 0, -1, 1.5, '', 'x', true, [], {}, [null], [[]], { values: 1 }, { key: {} }, 1e300];
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      const damaged: unknown = JSON.parse(JSON.stringify(randomRequest(random)), (_, value: unknown) =>
        random.below(40) === 0 ? random.pick(junk) : value,
      );
      const result = resultOf(() => fromJson(damaged));
      if (!(result instanceof OtlpError)) assertSound(result);
    }
  });
});
