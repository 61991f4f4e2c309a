import assert from 'node:assert/strict';
import { after, before, describe, it, type Context } from 'mocha';
import { QueueBench, type QueueHarness } from './queue-bench.ts';
import { boundCases, survivesKill } from './queue-bound-cases.ts';
import { consumeCases } from './queue-consume-cases.ts';
import { publishCases } from './queue-publish-cases.ts';

/** Cases that an adapter may be unable to do; each skip says why. */
export interface QueueContractOptions {
  readonly cases?: { readonly kill?: string };
}

const CASE_TIMEOUT_MS = 60_000;
/** A broker is provisioned and booted. */
const START_TIMEOUT_MS = 300_000;

/**
 * The cases that every queue adapter passes, on the real thing. Call it at the top level of a mocha file.
 * `make` is called once, in a `before` hook; it may skip the whole suite through the context.
 */
export function describeQueueContract(
  name: string,
  make: (context: Context) => Promise<QueueHarness>,
  options: QueueContractOptions = {},
): void {
  describe(`queue contract: ${name}`, function () {
    this.timeout(CASE_TIMEOUT_MS);
    let harness: QueueHarness | undefined;

    before(async function () {
      this.timeout(START_TIMEOUT_MS);
      harness = await make(this);
    });
    after(async () => {
      await harness?.close();
    });

    const withBench = (run: (bench: QueueBench) => Promise<void>) => async () => {
      assert.ok(harness);
      const bench = new QueueBench(harness);
      try {
        await run(bench);
      } finally {
        await bench.stop();
      }
    };

    describe('publishing', () => {
      for (const [title, run] of Object.entries(publishCases)) it(title, withBench(run));
    });
    describe('consuming', () => {
      for (const [title, run] of Object.entries(consumeCases)) it(title, withBench(run));
    });
    describe('bounds and lifecycle', () => {
      for (const [title, run] of Object.entries(boundCases)) it(title, withBench(run));
      it('keeps what it acknowledged through kill -9 of the queue', async function () {
        if (options.cases?.kill !== undefined) {
          console.log(`      skipped: ${options.cases.kill}`);
          this.skip();
        }
        await withBench(survivesKill)();
      });
    });
  });
}
