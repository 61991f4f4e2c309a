import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Line } from '../../src/send/line-splitter.ts';
import { batchKey, shapeDigest, streamIdentity } from '../../src/send/stream-identity.ts';

const line = (offset: number, text: string): Line => ({ number: 1, offset, bytes: Buffer.from(text), tooLong: false });
const SHAPE = shapeDigest({ service: 'shop', format: 'auto', fields: {} });

describe('batchKey', () => {
  const key = (lines: readonly Line[], open = false, identity = 'a', shape = SHAPE): string =>
    batchKey(identity, shape, { lines, open });

  it('is what an Idempotency-Key may be', () => {
    assert.match(key([line(0, 'x')]), /^[\x21-\x7e]{1,255}$/);
  });

  it('does not depend on where the batch ends, since the input may grow', () => {
    assert.equal(key([line(7, 'x')]), key([line(7, 'x'), line(9, 'y')]));
  });

  it('is another one for another place, content, input or kind of record', () => {
    const keys = [
      key([line(7, 'x')]),
      key([line(8, 'x')]),
      key([line(7, 'y')]),
      key([line(7, 'x')], true),
      key([line(7, 'x')], false, 'b'),
      key([line(7, 'x')], false, 'a', shapeDigest({ service: 'other', format: 'auto', fields: {} })),
      key([line(7, 'x')], false, 'a', shapeDigest({ service: 'shop', format: 'auto', fields: { level: 'warn' } })),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe('streamIdentity', () => {
  it('does not run its parts together', () => {
    assert.notEqual(streamIdentity('a', 'b'), streamIdentity('ab'));
    assert.equal(streamIdentity('a', 1), streamIdentity('a', '1'));
  });
});
