import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BatchLoop } from '../../src/kafka/batch-loop.ts';
import { CommitQueue } from '../../src/kafka/commit-queue.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('places of partitions', () => {
  const makeLoop = (): BatchLoop => {
    const commits = new CommitQueue(
      () => Promise.resolve(),
      () => undefined,
      silent,
    );
    return new BatchLoop(() => Promise.resolve(), commits, { heartbeatIntervalMs: 1000, drainTimeoutMs: 1000 }, silent);
  };

  it('begin when a partition is assigned, stay while it is, and end with it', () => {
    const loop = makeLoop();
    assert.equal(loop.place('logs', 0), undefined);
    const beforeMs = Date.now();
    loop.assign({ logs: [0, 1], 'logs.direct': [0] });
    const first = loop.place('logs', 0);
    assert.ok((first?.endedMs ?? 0) >= beforeMs && first?.reachedEnd === true);
    loop.assign({ logs: [0, 2] });
    assert.equal(loop.place('logs', 0), first);
    assert.notEqual(loop.place('logs', 2), undefined);
    assert.equal(loop.place('logs', 1), undefined);
    assert.equal(loop.place('logs.direct', 0), undefined);
  });

  it('move on when nothing waits, never back', () => {
    const loop = makeLoop();
    loop.assign({ logs: [0] });
    const laterMs = Date.now() + 60_000;
    loop.caughtUp('logs', 0, laterMs);
    loop.caughtUp('logs', 0, laterMs - 1000);
    assert.equal(loop.place('logs', 0)?.endedMs, laterMs);
    loop.caughtUp('logs', 1, laterMs);
    assert.equal(loop.place('logs', 1), undefined);
  });
});
