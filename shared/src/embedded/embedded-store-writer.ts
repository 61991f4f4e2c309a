import type { DependencyState } from '../ports/queue.ts';
import type { StoreDocument, StoreWriter, WriteOutcome } from '../ports/store.ts';
import type { StoreCore } from './store-core.ts';
import { DAY_MS } from './store-layout.ts';
import type { PackedDocuments } from './store-ops.ts';
import { WorkerFaultError } from './worker-link.ts';

const STORED: WriteOutcome = { status: 'stored' };

/** Writes into the embedded store: one transaction, one fsync for each call. */
export class EmbeddedStoreWriter implements StoreWriter {
  readonly #core: StoreCore;
  #stopped = false;

  constructor(core: StoreCore) {
    this.#core = core;
  }

  start(): Promise<void> {
    return this.#core.start();
  }

  async write(
    documents: readonly StoreDocument[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly WriteOutcome[]> {
    if (documents.length === 0) return [];
    if (this.#stopped) return allRetryable(documents, 'unavailable', 'the writer is stopped');
    if (signal.aborted) return allRetryable(documents, 'aborted', 'the write was given up');
    const packed = packDocuments(documents);
    const { writeTimeoutMs } = this.#core.options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, writeTimeoutMs, 'late');
    });
    try {
      const exceptions = await Promise.race([this.#core.writer.call('write', packed, [packed.bytes]), late]);
      if (exceptions === 'late') {
        return allRetryable(documents, 'timeout', `the embedded store did not commit within ${writeTimeoutMs} ms`);
      }
      const outcomes = Array<WriteOutcome>(documents.length).fill(STORED);
      for (const [index, outcome] of exceptions) outcomes[index] = outcome;
      return outcomes;
    } catch (error) {
      if (error instanceof WorkerFaultError) return allRetryable(documents, error.code, error.message);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async enforceRetention(nowMs: number): Promise<readonly string[]> {
    const { retentionDays } = this.#core.options;
    if (retentionDays === 0) return [];
    const day = Math.floor(nowMs / DAY_MS) - retentionDays;
    const dropped = new Set<string>();
    // Small transactions: writes go on in between.
    for (let more = true; more && !this.#stopped;) {
      const step = await this.#core.writer.call('retain', { day });
      for (const name of step.dropped) dropped.add(name);
      more = step.more;
    }
    return [...dropped].sort();
  }

  /** The file itself is closed by the store's `stop`, since searches may go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
  }

  state(): DependencyState {
    return this.#core.writer.state();
  }
}

function allRetryable(documents: readonly StoreDocument[], type: string, reason: string): WriteOutcome[] {
  return Array<WriteOutcome>(documents.length).fill({ status: 'retryable', type, reason });
}

function packDocuments(documents: readonly StoreDocument[]): PackedDocuments {
  const lengths = Uint32Array.from(documents, ({ source }) => source.length);
  const bytes = new ArrayBuffer(lengths.reduce((sum, length) => sum + length, 0));
  const target = Buffer.from(bytes);
  let at = 0;
  for (const { source } of documents) {
    target.set(source, at);
    at += source.length;
  }
  return {
    ids: documents.map(({ id }) => id),
    dataSets: documents.map(({ dataSet }) => dataSet),
    timestamps: documents.map(({ timestamp }) => timestamp),
    receivedAts: documents.map(({ receivedAt }) => receivedAt),
    lengths,
    bytes,
  };
}
