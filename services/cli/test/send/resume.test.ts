import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { startOf } from '../../src/send/resume.ts';
import type { SendSource } from '../../src/send/send-source.ts';
import { parseState, type SendState } from '../../src/send/send-state.ts';

const WANTED = { url: 'http://a', batch: 500, rejectsFile: '/r', resume: true };

const STATE: SendState = {
  identity: 'first',
  source: 'f',
  url: 'http://a',
  head: 'h',
  offset: 100,
  line: 11,
  open: 0,
  batch: 1000,
  accepted: 9,
  rejected: 1,
  rejectsFile: '/r',
  rejectsBytes: 77,
  complete: false,
};

function source(more: Partial<SendSource> = {}): SendSource {
  return {
    name: 'f',
    size: 500,
    identity: 'now',
    head: 'h',
    key: 'k',
    read: () => {
      throw new Error('not read');
    },
    ...more,
  };
}

describe('startOf', () => {
  it('begins at the beginning when nothing was sent before, or when that is wanted', () => {
    const fresh = startOf(source(), undefined, WANTED);
    const again = startOf(source(), STATE, { ...WANTED, resume: false });
    for (const { state, note } of [fresh, again]) {
      assert.deepEqual([state.offset, state.identity, state.accepted, note], [0, 'now', 0, undefined]);
    }
    // In other batches the same lines would get other ids.
    assert.deepEqual([fresh.state.batch, again.state.batch], [500, 1000]);
  });

  it('goes on where it stopped, with the name and the bounds of before', () => {
    const { state, note, keepRejects } = startOf(source(), STATE, WANTED);
    assert.deepEqual(
      [state.offset, state.line, state.identity, state.batch, state.accepted],
      [100, 11, 'first', 1000, 9],
    );
    assert.equal(note, 'going on at line 11 of f');
    assert.equal(keepRejects, 77);
  });

  it('leaves a file of rejects alone that is not the one of before', () => {
    assert.equal(startOf(source(), STATE, { ...WANTED, rejectsFile: '/other' }).keepRejects, undefined);
  });

  it('begins anew when the content is another, or shorter', () => {
    for (const other of [source({ head: 'x' }), source({ size: 99 })]) {
      const { state, note } = startOf(other, STATE, WANTED);
      assert.deepEqual([state.offset, state.identity, state.accepted], [0, 'now', 0]);
      assert.match(note ?? '', /starting at its beginning/);
    }
  });

  it('has nothing to do at the end of a file that has not grown', () => {
    const complete = { ...STATE, complete: true };
    assert.equal(startOf(source({ size: 100 }), complete, WANTED).nothingNew, true);
    assert.equal(startOf(source({ size: 120 }), { ...complete, open: 20 }, WANTED).nothingNew, true);
  });

  it('sends what was added, with counts and bounds of its own', () => {
    const { state, nothingNew, keepRejects } = startOf(source(), { ...STATE, complete: true, open: 3 }, WANTED);
    assert.equal(nothingNew, false);
    assert.deepEqual([state.offset, state.accepted, state.rejected, state.batch, state.open], [100, 0, 0, 500, 0]);
    assert.equal(keepRejects, undefined);
  });

  it('takes a first line that had no end then for the same', () => {
    assert.equal(startOf(source(), { ...STATE, head: '' }, WANTED).state.offset, 100);
  });
});

describe('parseState', () => {
  const text = (more: object): string => JSON.stringify({ version: 1, ...STATE, ...more });

  it('reads what was written', () => {
    assert.deepEqual(parseState(text({})), { version: 1, ...STATE });
  });

  it('refuses what is damaged, or of another version', () => {
    for (const broken of [
      '',
      '{',
      'null',
      '[]',
      text({ version: 2 }),
      text({ offset: -1 }),
      text({ head: 1 }),
      text({ complete: 'no' }),
    ]) {
      assert.equal(parseState(broken), undefined, broken);
    }
  });
});
