import assert from 'node:assert/strict';
import { CommitQueue, type PartitionOffset } from '@paylog/shared/kafka/commit-queue';
import { KafkaAnswerError } from '@paylog/shared/kafka/kafka-error';
import type { Logger } from '@paylog/shared/ports/logger';

const logger: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function harness() {
  const commits: (readonly PartitionOffset[])[] = [];
  let failure: Error | undefined;
  let gate: Promise<void> | undefined;
  const queue = new CommitQueue(
    async (offsets) => {
      commits.push(offsets);
      await gate;
      if (failure !== undefined) throw failure;
    },
    () => undefined,
    logger,
  );
  return {
    queue,
    commits,
    failWith: (error: Error | undefined) => {
      failure = error;
    },
    holdUntil: (promise: Promise<void>) => {
      gate = promise;
    },
  };
}

const at = (partition: number, offset: number): PartitionOffset => ({ topic: 't', partition, offset });

describe('commit queue', () => {
  it('commits the newest offset of each partition, once', async () => {
    const { queue, commits } = harness();
    queue.add(at(0, 1));
    queue.add(at(0, 5));
    queue.add(at(1, 2));
    await queue.flush();
    await queue.flush();
    assert.deepEqual(commits, [[at(0, 5), at(1, 2)]]);
  });

  it('is due once a second', async () => {
    const { queue, commits } = harness();
    queue.add(at(0, 1));
    await queue.flushIfDue();
    queue.add(at(0, 2));
    await queue.flushIfDue();
    assert.equal(commits.length, 1);
  });

  it('commits what came while a commit was under way', async () => {
    const { queue, commits, holdUntil } = harness();
    let open: () => void = () => undefined;
    holdUntil(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    queue.add(at(0, 1));
    const first = queue.flush();
    await Promise.resolve();
    assert.equal(commits.length, 1);
    queue.add(at(0, 2));
    const second = queue.flush();
    open();
    await Promise.all([first, second]);
    assert.deepEqual(commits, [[at(0, 1)], [at(0, 2)]]);
  });

  it('repeats what failed, but not over something newer', async () => {
    const { queue, commits, failWith } = harness();
    failWith(new Error('connection closed'));
    queue.add(at(0, 1));
    queue.add(at(1, 1));
    await queue.flush();
    failWith(undefined);
    queue.add(at(1, 9));
    await queue.flush();
    assert.deepEqual(new Set(commits[1]), new Set([at(0, 1), at(1, 9)]));
  });

  it('gives up what was settled for partitions that were shared anew', async () => {
    const { queue, commits, failWith } = harness();
    failWith(new KafkaAnswerError(22, 'ILLEGAL_GENERATION'));
    queue.add(at(0, 1));
    await queue.flush();
    failWith(undefined);
    await queue.flush();
    assert.equal(commits.length, 1);
    queue.add(at(0, 2));
    queue.reset();
    await queue.flush();
    assert.equal(commits.length, 1);
  });
});
