/** Entry of the store's reader thread: searches, several at once in small steps. */
import { setImmediate } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { StoreReaderOps, StoreWorkerData } from './store-ops.ts';
import { StoreReadDatabase } from './store-read-database.ts';
import { serveWorker } from './worker-host.ts';

/** Ends a search from inside of its steps; never leaves this file. */
class SearchEnd extends Error {
  readonly answer: 'late' | undefined;

  constructor(answer: 'late' | undefined) {
    super('The search was ended');
    this.answer = answer;
  }
}

const BREATH_MS = 3;

serveWorker<StoreReaderOps>(() => {
  const database = new StoreReadDatabase(workerData as StoreWorkerData);
  const cancelled = new Set<number>();
  const running = new Set<number>();
  return {
    ask: async ({ id, question, timeoutMs }) => {
      const deadlineMs = performance.now() + timeoutMs;
      let breathedMs = performance.now();
      running.add(id);
      try {
        return await database.answer(question, async () => {
          // Many steps are shorter than the way around the event loop.
          if (performance.now() - breathedMs < BREATH_MS) return;
          await setImmediate();
          breathedMs = performance.now();
          if (cancelled.has(id)) throw new SearchEnd(undefined);
          if (performance.now() > deadlineMs) throw new SearchEnd('late');
        });
      } catch (error) {
        if (error instanceof SearchEnd) return error.answer;
        throw error;
      } finally {
        running.delete(id);
        cancelled.delete(id);
      }
    },
    cancel: ({ id }) => {
      if (running.has(id)) cancelled.add(id);
      return undefined;
    },
    get: ({ id }) => database.get(id),
    probe: () => {
      database.probe();
      return undefined;
    },
    close: () => {
      database.close();
      return undefined;
    },
  };
});
