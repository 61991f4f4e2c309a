import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RetryingWriter, type RetryingWriterOptions } from '../../src/flow/retrying-writer.ts';
import type { LogFields, Logger } from '../../src/ports/logger.ts';
import type { StoreDocument, StoreWriter, WriteOutcome } from '../../src/ports/store.ts';

/** Answers each attempt from a script; timing and failure have to be exact here, which no real store can do. */
class ScriptedWriter implements StoreWriter {
  readonly attempts: string[][] = [];
  readonly #script: (ids: readonly string[], attempt: number, signal: AbortSignal) => Promise<WriteOutcome[]>;

  constructor(script: (ids: readonly string[], attempt: number, signal: AbortSignal) => Promise<WriteOutcome[]>) {
    this.#script = script;
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  write(documents: readonly StoreDocument[], { signal }: { signal: AbortSignal }): Promise<WriteOutcome[]> {
    const ids = documents.map(({ id }) => id);
    this.attempts.push(ids);
    return this.#script(ids, this.attempts.length, signal);
  }

  async enforceRetention(): Promise<readonly string[]> {
    return [];
  }

  state() {
    return { name: 'scripted', state: 'up', sinceMs: 0 } as const;
  }
}

class MemoryLogger implements Logger {
  readonly lines: string[] = [];
  debug(message: string, _fields?: LogFields): void {
    this.lines.push(`debug ${message}`);
  }
  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(message: string): void {
    this.lines.push(`error ${message}`);
  }
}

const STORED = { status: 'stored' } as const;
const BUSY = { status: 'retryable', type: 'busy', reason: 'later' } as const;
const BAD = { status: 'rejected', type: 'bad', reason: 'never' } as const;

function documents(...ids: string[]): StoreDocument[] {
  return ids.map((id) => ({
    id,
    dataSet: 'main',
    timestamp: '2026-11-20T08:00:00.000000000Z',
    receivedAt: '2026-11-20T08:00:00.000Z',
    source: Buffer.from('{}'),
  }));
}

function retrying(inner: StoreWriter, logger: Logger, extra: Partial<RetryingWriterOptions> = {}): RetryingWriter {
  return new RetryingWriter(inner, { minMs: 1, maxMs: 4, abortGraceMs: 50, ...extra }, logger);
}

describe('RetryingWriter', () => {
  it('sends only the retryable documents again and keeps the outcomes in input order', async () => {
    const inner = new ScriptedWriter(async (ids, attempt) =>
      ids.map((id) => (id === 'bad' ? BAD : id.startsWith('slow') && attempt < 4 ? BUSY : STORED)),
    );
    const logger = new MemoryLogger();
    const retries: [string, number][] = [];
    let attempts = 0;
    const writer = retrying(inner, logger, {
      onRetry: (type, count) => retries.push([type, count]),
      onAttempt: () => (attempts += 1),
    });
    const outcomes = await writer.write(documents('a', 'slow1', 'bad', 'slow2', 'b'), {
      signal: new AbortController().signal,
    });
    assert.deepEqual(outcomes, [STORED, STORED, { ...BAD, attempts: 1 }, STORED, STORED]);
    assert.deepEqual(inner.attempts, [
      ['a', 'slow1', 'bad', 'slow2', 'b'],
      ['slow1', 'slow2'],
      ['slow1', 'slow2'],
      ['slow1', 'slow2'],
    ]);
    assert.deepEqual(retries, [
      ['busy', 2],
      ['busy', 2],
      ['busy', 2],
    ]);
    assert.equal(attempts, 4);
    assert.deepEqual(logger.lines, [
      'warn the store takes no documents, retrying',
      'info the store takes documents again',
    ]);
  });

  it('says after how many attempts a document was rejected', async () => {
    const inner = new ScriptedWriter(async (ids, attempt) => ids.map(() => (attempt < 3 ? BUSY : BAD)));
    const writer = retrying(inner, new MemoryLogger());
    const outcomes = await writer.write(documents('x'), { signal: new AbortController().signal });
    assert.deepEqual(outcomes, [{ ...BAD, attempts: 3 }]);
  });

  it('logs one outage once, however many writes it touches', async () => {
    let down = true;
    const inner = new ScriptedWriter(async (ids) => ids.map(() => (down ? BUSY : STORED)));
    const logger = new MemoryLogger();
    const writer = retrying(inner, logger);
    const { signal } = new AbortController();
    const writes = ['a', 'b', 'c'].map((id) => writer.write(documents(id), { signal }));
    setTimeout(() => (down = false), 30);
    await Promise.all(writes);
    assert.equal(logger.lines.length, 2, logger.lines.join('\n'));
  });

  it('makes no attempt when the signal is aborted before', async () => {
    const inner = new ScriptedWriter(async (ids) => ids.map(() => STORED));
    const outcomes = await retrying(inner, new MemoryLogger()).write(documents('a', 'b'), {
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['retryable', 'retryable'],
    );
    assert.deepEqual(inner.attempts, []);
  });

  it('stops retrying on abort and reports what is done and what is open', async () => {
    const controller = new AbortController();
    const inner = new ScriptedWriter(async (ids, attempt) => {
      if (attempt === 3) controller.abort();
      return ids.map((id) => (id === 'good' ? STORED : BUSY));
    });
    const outcomes = await retrying(inner, new MemoryLogger()).write(documents('good', 'open'), controller);
    assert.deepEqual(outcomes, [STORED, BUSY]);
    assert.equal(inner.attempts.length, 3);
  });

  it('lets the attempt under way finish after an abort, but not for ever', async () => {
    const finishes = new AbortController();
    const quick = new ScriptedWriter(async (ids) => {
      finishes.abort();
      await new Promise((resolve) => setTimeout(resolve, 10));
      return ids.map(() => STORED);
    });
    assert.deepEqual(await retrying(quick, new MemoryLogger()).write(documents('a'), finishes), [STORED]);

    const hangs = new AbortController();
    const stuck = new ScriptedWriter(async (ids, _, signal) => {
      hangs.abort();
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      return ids.map(() => BUSY);
    });
    assert.deepEqual(await retrying(stuck, new MemoryLogger()).write(documents('a'), hangs), [BUSY]);
  });
});
