import { RetryingWriter } from '@paylog/shared/flow/retrying-writer';
import { retryUntilDone } from '@paylog/shared/flow/retry-until-done';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Consumer, DependencyState, Publisher } from '@paylog/shared/ports/queue';
import type { StoreWriter } from '@paylog/shared/ports/store';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { systemName } from '@paylog/shared/telemetry/tracing/system-name';
import { TracedPublisher } from '@paylog/shared/telemetry/tracing/traced-publisher';
import { TracedWriter } from '@paylog/shared/telemetry/tracing/traced-writer';
import { NO_TRACING, type Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import { BatchPipeline } from './batch-pipeline.ts';
import { BulkBatcher, type BulkLimits } from './bulk-batcher.ts';
import { DeadLetterPublisher } from './dead-letter-publisher.ts';
import { InflightBudget } from './inflight-budget.ts';
import { LagMonitor } from './lag-monitor.ts';
import { Liveness } from './liveness.ts';
import { createMetricsObserver } from './metrics-observer.ts';
import type { PrepareOptions } from './prepare-batch.ts';
import { RetentionTimer } from './retention-timer.ts';

/** Settings of an indexer; all of them come from the configuration. */
export interface IndexerOptions {
  readonly prepare: PrepareOptions;
  readonly bulk: BulkLimits;
  /** Bytes of records that may be in work at the same time. */
  readonly maxInflightBytes: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Budget of the consumer for running batches when it stops or loses partitions. */
  readonly drainTimeoutMs: number;
  readonly stallTimeoutMs: number;
  /** At most so long after the store took a record a search finds it. */
  readonly searchableAfterMs: number;
  readonly deadLetterTopic: string;
  /** What the queue takes at most in one batch, in bytes. */
  readonly maxBatchBytes: number;
}

/** What an indexer works with. It owns none of it before {@link Indexer.start}, and stops all of it in {@link Indexer.stop}. */
export interface IndexerDeps {
  readonly consumer: Consumer;
  /** For the dead-letter topic. */
  readonly publisher: Publisher;
  readonly writer: StoreWriter;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing;
  readonly options: IndexerOptions;
}

/** Moves records from the queue to the store. */
export interface Indexer {
  readonly name: string;
  /** Waits for the store as long as it takes (or until `stop`), then consumes. Rejects when the store refuses its set-up. */
  start(): Promise<void>;
  /** Consumer (drained), then dead letters, then the store. Idempotent, legal before and during `start`. */
  stop(): Promise<void>;
  /** For readiness: consumer, store, dead-letter topic. */
  readonly dependencies: readonly (() => DependencyState)[];
  /** For liveness: why it should be restarted; undefined while it makes progress. */
  stalled(): string | undefined;
}

const LAG_INTERVAL_MS = 5000;

/** An attempt under way gets this part of the drain budget; the rest is for dead letters and the commit. */
const ATTEMPT_SHARE_OF_DRAIN = 0.75;

/** Puts an indexer together; nothing runs before `start`. */
export function createIndexer(deps: IndexerDeps): Indexer {
  return new PipelineIndexer(deps);
}

class PipelineIndexer implements Indexer {
  readonly name = 'indexer';
  readonly #deps: IndexerDeps;
  readonly #liveness: Liveness;
  readonly #writer: StoreWriter;
  readonly #pipeline: BatchPipeline;
  readonly #lag: LagMonitor;
  readonly #retention: RetentionTimer;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(deps: IndexerDeps) {
    const { consumer, metrics, logger, clock, tracing = NO_TRACING, options } = deps;
    const publisher = tracing.isOn ? new TracedPublisher(deps.publisher, tracing) : deps.publisher;
    const observer = createMetricsObserver(metrics, clock, options.searchableAfterMs);
    const backoff = { minMs: options.retryMinMs, maxMs: options.retryMaxMs };
    this.#deps = deps;
    this.#liveness = new Liveness(consumer, clock, options.stallTimeoutMs);
    const budget = new InflightBudget(options.maxInflightBytes);
    metrics.indexerInflightBytes.child({}).readFrom(() => budget.used);
    metrics.indexerInflightLimitBytes.set({}, budget.limit);
    // There from the start, with zero: who made the consumer counts.
    metrics.consumerRestarts.child({});
    const writer = new RetryingWriter(
      tracing.isOn ? new TracedWriter(deps.writer, tracing) : deps.writer,
      {
        ...backoff,
        abortGraceMs: options.drainTimeoutMs * ATTEMPT_SHARE_OF_DRAIN,
        onAttempt: this.#liveness.sign,
        onRetry: (type, documents) => {
          observer.retried(type, documents);
        },
      },
      logger,
    );
    metrics.bulkRetryingSeconds.child({}).readFrom(() => writer.retryingMs / 1000);
    this.#writer = writer;
    this.#pipeline = new BatchPipeline({
      budget,
      batcher: new BulkBatcher(writer, options.bulk, (report) => {
        observer.bulk(report);
      }),
      deadLetters: new DeadLetterPublisher(
        publisher,
        {
          ...backoff,
          topic: options.deadLetterTopic,
          maxBatchBytes: options.maxBatchBytes,
          onAttempt: this.#liveness.sign,
        },
        clock,
        logger,
      ),
      observer,
      prepare: options.prepare,
      trace: { tracing, system: systemName(consumer.state().name) },
    });
    this.#lag = new LagMonitor(
      {
        intervalMs: LAG_INTERVAL_MS,
        read: () => consumer.lag(),
        show: (lag) => {
          observer.lag(lag);
        },
        showOwned: (partitions) => {
          observer.owned(partitions);
        },
      },
      logger,
    );
    this.#retention = new RetentionTimer(writer, clock, logger);
  }

  get dependencies(): readonly (() => DependencyState)[] {
    const { consumer, publisher } = this.#deps;
    return [() => membership(consumer), () => this.#writer.state(), () => publisher.state()];
  }

  stalled(): string | undefined {
    return this.#liveness.stalled();
  }

  async start(): Promise<void> {
    const { publisher, consumer, logger, options } = this.#deps;
    const { signal } = this.#stopping;
    this.#liveness.sign();
    await publisher.start();
    await retryUntilDone(
      () => this.#writer.start(),
      {
        what: 'store',
        minMs: options.retryMinMs,
        maxMs: options.retryMaxMs,
        signal,
        isTransient: (error) => error instanceof StoreUnavailableError,
        onAttempt: this.#liveness.sign,
      },
      logger,
    );
    if (signal.aborted) return;
    this.#retention.start();
    this.#lag.start();
    await consumer.start(this.#pipeline.handle);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#retention.stop();
    this.#lag.stop();
    const { consumer, publisher } = this.#deps;
    // What stops last must be stopped even when something before it fails.
    try {
      await consumer.stop();
    } finally {
      try {
        await publisher.stop();
      } finally {
        await this.#writer.stop();
      }
    }
  }
}

/** A consumer that has not joined its group reads nothing, whatever its connection says. */
function membership(consumer: Consumer): DependencyState {
  const state = consumer.state();
  if (state.state === 'down' || consumer.progress().joined) return state;
  return { ...state, state: 'down', reason: 'has not joined its consumer group yet' };
}
