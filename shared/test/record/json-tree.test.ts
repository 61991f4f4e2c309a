import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { decodeString, JsonLimitError, lastMember, parseJsonTree, type JsonNode } from '../../src/record/json-tree.ts';
import { TokenRewriter } from '../../src/record/token-rewriter.ts';
import { randomJson, serialize } from './random-json.ts';
import { Random } from './support.ts';

const LIMITS = { maxDepth: 50, maxKeys: 10_000 };
const parse = (text: string): JsonNode => parseJsonTree(text, LIMITS);

/** The value that a tree stands for, put together from its spans. */
function valueOf(text: string, node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ key, value }) => [key, valueOf(text, value)]));
    case 'array':
      return node.items.map((item) => valueOf(text, item));
    case 'string':
      return decodeString(text, node);
    default:
      return JSON.parse(text.slice(node.start, node.end));
  }
}

describe('parseJsonTree', () => {
  it('keeps the span of every token', () => {
    const text = ' { "a" : [ 1.50 , "x\\"]}" , null ] , "b":{} }\n';
    const root = parse(text);
    assert.ok(root.kind === 'object');
    assert.equal(text.slice(root.start, root.end), text.trim());
    const [a, b] = root.members;
    assert.equal(text.slice(a!.keyStart, a!.keyEnd), '"a"');
    assert.ok(a!.value.kind === 'array');
    assert.deepEqual(
      a!.value.items.map((item) => text.slice(item.start, item.end)),
      ['1.50', '"x\\"]}"', 'null'],
    );
    assert.deepEqual([b!.key, b!.value.kind], ['b', 'object']);
  });

  it('decodes names and keeps duplicates, of which the last counts', () => {
    const text = '{"a":1,"\\u0061":2,"__proto__":3}';
    const root = parse(text);
    assert.ok(root.kind === 'object');
    assert.deepEqual(
      root.members.map(({ key }) => key),
      ['a', 'a', '__proto__'],
    );
    const last = lastMember(root, 'a')!.value;
    assert.equal(text.slice(last.start, last.end), '2');
    assert.equal(lastMember(root, 'toString'), undefined);
  });

  it('ends strings at the right quote', () => {
    for (const value of ['\\', '\\\\', '"', '\\"', 'a\\', '\\\\"', '']) {
      const text = JSON.stringify([value, 'next']);
      assert.deepEqual(valueOf(text, parse(text)), [value, 'next']);
    }
  });

  it('stops at its limits', () => {
    const limitOf = (text: string, limits: { maxDepth: number; maxKeys: number }): string | undefined => {
      try {
        parseJsonTree(text, limits);
        return undefined;
      } catch (error) {
        assert.ok(error instanceof JsonLimitError);
        return error.limit;
      }
    };
    assert.equal(limitOf('[[[]]]', { maxDepth: 3, maxKeys: 1 }), undefined);
    assert.equal(limitOf('[[[]]]', { maxDepth: 2, maxKeys: 1 }), 'maxDepth');
    assert.equal(limitOf('{"a":{"b":1}}', { maxDepth: 2, maxKeys: 2 }), undefined);
    assert.equal(limitOf('{"a":{"b":1}}', { maxDepth: 2, maxKeys: 1 }), 'maxKeys');
    assert.equal(limitOf('{"a":1,"a":1}', { maxDepth: 2, maxKeys: 1 }), 'maxKeys');
    assert.equal(limitOf('['.repeat(500_000) + ']'.repeat(500_000), LIMITS), 'maxDepth');
  });

  it('agrees with JSON.parse, and rewriting changes no value', () => {
    const random = new Random(11);
    for (let round = 0; round < 3000; round += 1) {
      const text = serialize(randomJson(random, 4), random);
      const expected: unknown = JSON.parse(text);
      const root = parse(text);
      assert.deepEqual(valueOf(text, root), expected, text);
      const rewritten = new TokenRewriter(text, false).write(root)!;
      assert.deepEqual(JSON.parse(rewritten), expected, text);
      assert.ok(!rewritten.includes('\n'));
    }
  });
});
