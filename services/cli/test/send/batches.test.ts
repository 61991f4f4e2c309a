import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { type Batch, type BatchOptions, batches } from '../../src/send/batches.ts';

const BOUNDS: BatchOptions = { start: { offset: 0, number: 1 }, maxLines: 3, maxBytes: 1000, maxLineBytes: 1000 };

async function* pieces(text: string, bytes: number): AsyncGenerator<Buffer> {
  const input = Buffer.from(text);
  for (let at = 0; at < input.length; at += bytes) yield input.subarray(at, at + bytes);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of source) found.push(item);
  return found;
}

async function all(text: string, options: Partial<BatchOptions> = {}, bytes = 7): Promise<Batch[]> {
  return collect(batches(pieces(text, bytes), { ...BOUNDS, ...options }));
}

const texts = (found: readonly Batch[]): string[] =>
  found.map(({ lines }) => lines.map(({ bytes }) => bytes.toString()).join(','));

describe('batches', () => {
  it('are the same however the input arrives', async () => {
    const text = Array.from({ length: 8 }, (_, i) => `line ${String(i)}\n`).join('');
    const whole = await all(text, {}, 1000);
    assert.deepEqual(texts(whole), ['line 0,line 1,line 2', 'line 3,line 4,line 5', 'line 6,line 7']);
    assert.deepEqual(await all(text, {}, 1), whole);
    assert.deepEqual(
      whole.map(({ next }) => next),
      [
        { offset: 21, number: 4 },
        { offset: 42, number: 7 },
        { offset: 56, number: 9 },
      ],
    );
  });

  it('begin at the same places when the input is read from where one began', async () => {
    const text = Array.from({ length: 20 }, (_, i) => `line ${String(i)}\n`).join('');
    const whole = await all(text);
    const from = whole[2]?.next;
    assert.ok(from);
    assert.deepEqual(await all(text.slice(from.offset), { start: from }), whole.slice(3));
  });

  it('hold no more bytes than they may, but for a single line', async () => {
    const found = await all(`${'a'.repeat(6)}\n${'b'.repeat(6)}\n${'c'.repeat(30)}\nd\n`, { maxBytes: 12 });
    assert.deepEqual(texts(found), ['aaaaaa,bbbbbb', 'c'.repeat(30), 'd']);
  });

  it('keep a last line without line feed apart', async () => {
    const found = await all('a\nb\nc');
    assert.deepEqual(texts(found), ['a,b', 'c']);
    assert.deepEqual(
      found.map(({ open, next }) => [open, next.offset]),
      [
        [false, 4],
        [true, 5],
      ],
    );
  });

  it('of live input do not wait for more', async () => {
    async function* live(): AsyncGenerator<Buffer> {
      yield Buffer.from('a\n');
      await delay(200);
      yield Buffer.from('b\nc');
    }
    assert.deepEqual(texts(await collect(batches(live(), { ...BOUNDS, lingerMs: 20 }))), ['a', 'b', 'c']);
    assert.deepEqual(texts(await collect(batches(live(), BOUNDS))), ['a,b', 'c']);
  });
});
