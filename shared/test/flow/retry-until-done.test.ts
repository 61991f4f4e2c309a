import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { retryUntilDone } from '../../src/flow/retry-until-done.ts';
import type { Logger } from '../../src/ports/logger.ts';

class Away extends Error {}

function setUp(signal = new AbortController().signal) {
  const lines: string[] = [];
  const keep = (message: string): void => {
    lines.push(message);
  };
  const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep };
  const isTransient = (error: unknown): boolean => error instanceof Away;
  return { lines, logger, options: { minMs: 1, maxMs: 2, what: 'store', signal, isTransient } };
}

describe('retryUntilDone', () => {
  it('waits for what is away and logs the beginning and the end of it', async () => {
    const { lines, logger, options } = setUp();
    let calls = 0;
    let attempts = 0;
    const action = async (): Promise<void> => {
      calls += 1;
      if (calls < 5) throw new Away();
    };
    await retryUntilDone(action, { ...options, onAttempt: () => (attempts += 1) }, logger);
    assert.deepEqual([calls, attempts], [5, 5]);
    assert.deepEqual(lines, ['not there yet, waiting for it', 'it is there, going on']);
  });

  it('does not repeat what will not help', async () => {
    const { lines, logger, options } = setUp();
    let calls = 0;
    const action = async (): Promise<void> => {
      calls += 1;
      throw new Error('refused');
    };
    await assert.rejects(retryUntilDone(action, options, logger), /refused/);
    assert.deepEqual([calls, lines], [1, []]);
  });

  it('ends, undone, when it is aborted', async () => {
    const controller = new AbortController();
    const { logger, options } = setUp(controller.signal);
    let calls = 0;
    const action = async (): Promise<void> => {
      calls += 1;
      if (calls === 3) controller.abort();
      throw new Away();
    };
    await retryUntilDone(action, options, logger);
    assert.equal(calls, 3);
  });
});
