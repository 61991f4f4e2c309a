import type { DependencyState } from '../../ports/queue.ts';
import type { StoreDocument, StoreWriter, WriteOutcome } from '../../ports/store.ts';
import { systemName } from './system-name.ts';
import type { Tracing } from './tracing.ts';
import { WorkContexts } from './work-contexts.ts';

/**
 * Decorates a store writer with a span for each attempt to write documents of sampled traces. It belongs to the first of these traces and
 * links to the others.
 */
export class TracedWriter implements StoreWriter {
  readonly #inner: StoreWriter;
  readonly #tracing: Tracing;

  constructor(inner: StoreWriter, tracing: Tracing) {
    this.#inner = inner;
    this.#tracing = tracing;
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  write(
    documents: readonly StoreDocument[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly WriteOutcome[]> {
    const contexts = contextsOf(documents);
    return contexts === undefined
      ? this.#inner.write(documents, options)
      : this.#writeTraced(documents, options, contexts);
  }

  enforceRetention(nowMs: number): Promise<readonly string[]> {
    return this.#inner.enforceRetention(nowMs);
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  state(): DependencyState {
    return this.#inner.state();
  }

  async #writeTraced(
    documents: readonly StoreDocument[],
    options: { readonly signal: AbortSignal },
    contexts: NonNullable<WorkContexts['parentAndLinks']>,
  ): Promise<readonly WriteOutcome[]> {
    const span = this.#tracing.startSpan('bulk', {
      kind: 'client',
      ...contexts,
      attributes: {
        'db.system.name': systemName(this.#inner.state().name),
        'db.operation.name': 'bulk',
        'db.operation.batch.size': documents.length,
      },
    });
    try {
      const outcomes = await this.#inner.write(documents, options);
      const counts = { stored: 0, duplicate: 0, rejected: 0, retryable: 0 };
      let failure: string | undefined;
      for (const outcome of outcomes) {
        counts[outcome.status] += 1;
        if ('type' in outcome) failure ??= outcome.type;
      }
      for (const [status, count] of Object.entries(counts)) span.set({ [`paylog.documents.${status}`]: count });
      if (failure !== undefined) span.fail(failure);
      return outcomes;
    } finally {
      span.end();
    }
  }
}

function contextsOf(documents: readonly StoreDocument[]): WorkContexts['parentAndLinks'] {
  let contexts: WorkContexts | undefined;
  for (const { traceparent } of documents) {
    if (traceparent !== undefined) (contexts ??= new WorkContexts()).add(traceparent);
  }
  return contexts?.parentAndLinks;
}
