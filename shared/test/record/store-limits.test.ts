import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { recordContext, RecordPreparer } from '../../src/record/prepare.ts';

const preparer = new RecordPreparer({ maxBytes: 262_144, maxDepth: 20, maxKeys: 500 });
const context = recordContext({ dataSet: 'main', receivedAt: '2026-11-20T12:00:00.000Z', idFor: () => 'minted' });

/** Code and message of the refusal of a record with these further members; undefined when it is taken. */
function refusal(members: string): readonly [string, string] | undefined {
  const text = `{"message":"m","service":"s",${members}}`;
  const result = preparer.prepare(text, Buffer.byteLength(text), 0, context);
  return result.ok ? undefined : [result.code, result.message];
}

describe('limits of the store, refused at the door', () => {
  it('counts the bytes of an id, not only its characters', () => {
    assert.equal(refusal(`"id":"${'a'.repeat(256)}"`), undefined);
    assert.equal(refusal(`"id":"${'é'.repeat(256)}"`), undefined);
    assert.deepEqual(refusal(`"id":"${'付'.repeat(171)}"`), ['too_long', 'id must be at most 512 bytes long']);
    assert.deepEqual(refusal(`"event":{"id":"${'付'.repeat(171)}"}`), [
      'too_long',
      'id must be at most 512 bytes long',
    ]);
  });

  it('refuses numbers of more than 1,000 characters, wherever they stand', () => {
    const long = (digits: number): string => `1.${'3'.repeat(digits - 2)}`;
    assert.equal(refusal(`"attributes":{"n":${long(1000)}}`), undefined);
    const rule = ['too_long', 'a number may have at most 1000 characters'];
    assert.deepEqual(refusal(`"attributes":{"n":${long(1001)}}`), rule);
    assert.deepEqual(refusal(`"attributes":{"n":[[0.${'0'.repeat(1000)}1]]}`), rule);
    assert.deepEqual(refusal(`"duration_ms":${'1'.repeat(300)}.${'0'.repeat(800)}`), rule);
    // The same digits in a string are no number.
    assert.equal(refusal(`"attributes":{"n":"${long(1001)}"}`), undefined);
  });

  it('refuses names and paths of names that cannot be indexed', () => {
    const rule = ['too_long', 'a name may have at most 1024 characters, a path of names 4096'];
    assert.equal(refusal(`"attributes":{"${'k'.repeat(1024)}":1}`), undefined);
    assert.deepEqual(refusal(`"attributes":{"${'k'.repeat(1025)}":1}`), rule);
    assert.deepEqual(refusal(`"${'k'.repeat(1025)}":1`), rule);
    const nested = (levels: number): string => `${`{"${'k'.repeat(1000)}":`.repeat(levels)}1${'}'.repeat(levels)}`;
    assert.equal(refusal(`"attributes":${nested(4)}`), undefined);
    assert.deepEqual(refusal(`"attributes":${nested(6)}`), rule);
  });
});
