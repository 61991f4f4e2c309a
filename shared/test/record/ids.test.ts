import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { givenIdFault } from '../../src/record/given-id.ts';
import { createIdMint, createKeyedIds } from '../../src/record/mint-id.ts';

describe('createIdMint', () => {
  it('mints ids that no other mint makes, side by side for one time', () => {
    const now = (): number => 1_763_900_000_123;
    const mints = Array.from({ length: 50 }, () => createIdMint(now));
    const ids = mints.flatMap((mint) => Array.from({ length: 200 }, () => mint()));
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) {
      assert.match(id, /^[0-9a-z]{20,40}$/);
      assert.ok(id.startsWith((1_763_900_000_123).toString(36)));
      assert.equal(givenIdFault(id), undefined);
    }
  });
});

describe('createKeyedIds', () => {
  it('depends on data set, key and position alone', () => {
    const id = createKeyedIds('main', 'key')(0);
    assert.equal(createKeyedIds('main', 'key')(0), id);
    const others = [
      createKeyedIds('main', 'key')(1),
      createKeyedIds('main', 'yek')(0),
      createKeyedIds('other', 'key')(0),
    ];
    assert.equal(new Set([id, ...others]).size, 4);
    // The separator cannot be moved between the two.
    assert.notEqual(createKeyedIds('a', 'bc')(0), createKeyedIds('ab', 'c')(0));
    assert.equal(givenIdFault(id), undefined);
  });
});

describe('givenIdFault', () => {
  it('lets pass what stands in JSON as it is', () => {
    for (const id of ['a', 'logs.direct-0-7', 'é😀', '{"'.slice(0, 1), 'x'.repeat(256), 'a b/c:d'])
      assert.equal(givenIdFault(id), undefined, id);
  });

  it('refuses the rest', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'invalid_value'],
      ['x'.repeat(257), 'too_long'],
      ['a"b', 'invalid_value'],
      ['a\\b', 'invalid_value'],
      ['a\nb', 'invalid_value'],
      ['a\0', 'invalid_value'],
      ['\ud800', 'invalid_value'],
      ['card 4111 1111 1111 1111', 'sensitive_id'],
    ];
    for (const [id, code] of cases) {
      const fault = givenIdFault(id);
      assert.equal(fault?.code, code, JSON.stringify(id));
      assert.ok(!fault.message.includes('4111'));
    }
  });
});
