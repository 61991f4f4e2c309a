import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Line, LineSplitter } from '../../src/send/line-splitter.ts';

function split(text: string | Buffer, pieceBytes: number, maxLineBytes = 100): Line[] {
  const input = Buffer.from(text);
  const splitter = new LineSplitter(0, 1, maxLineBytes);
  const lines: Line[] = [];
  for (let at = 0; at < input.length; at += pieceBytes)
    lines.push(...splitter.push(input.subarray(at, at + pieceBytes)));
  lines.push(...splitter.end());
  assert.equal(splitter.position.offset, input.length);
  return lines;
}

const shown = (lines: readonly Line[]): unknown[] =>
  lines.map(({ number, offset, bytes }) => [number, offset, bytes.toString()]);

describe('LineSplitter', () => {
  it('gives every line its number and its place, wherever the pieces end', () => {
    for (const piece of [1, 2, 3, 5, 1000]) {
      assert.deepEqual(shown(split('one\ntwo\r\n\n  \t\nfünf\n six ', piece)), [
        [1, 0, 'one'],
        [2, 4, 'two'],
        [5, 14, 'fünf'],
        [6, 20, 'six'],
      ]);
    }
  });

  it('drops a byte order mark at the beginning only', () => {
    assert.deepEqual(shown(split('\ufeffa\n\ufeffb\n', 2)), [
      [1, 0, 'a'],
      [2, 5, '\ufeffb'],
    ]);
  });

  it('holds nothing of a line that is too long, and goes on behind it', () => {
    const lines = split(`a\n${'x'.repeat(101)}\nb\n`, 7);
    assert.deepEqual(
      lines.map(({ number, bytes, tooLong }) => [number, bytes.toString(), tooLong]),
      [
        [1, 'a', false],
        [2, '', true],
        [3, 'b', false],
      ],
    );
    assert.equal(lines[2]?.offset, 104);
  });

  it('finds nothing in nothing', () => {
    assert.deepEqual(split('', 1), []);
    assert.deepEqual(split('\n\n \n', 1), []);
  });
});
