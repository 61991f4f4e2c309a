import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { BatchHandler, Consumer, ConsumerProgress, DependencyState, PartitionLag } from '../ports/queue.ts';
import { ConnectionState } from './connection-state.ts';
import { describeKafkaError, isFencedError } from './kafka-error.ts';
import type { KafkaConsumerOptions } from './kafka-options.ts';
import { readLag } from './kafkajs-lag.ts';
import { KafkaJsSession } from './kafkajs-session.ts';

const MIN_RESTART_MS = 200;
const MAX_RESTART_MS = 10_000;
const MOST_DOUBLINGS = 10;
/** A session that lived this long starts the backoff anew. */
const STABLE_MS = 60_000;
const ADMIN_DISCONNECT_MS = 2000;

/**
 * The queue port's consumer on kafkajs: supervision. A session (`kafkajs-session.ts`) that ends by itself is replaced by a
 * new one with backoff, for ever; kafkajs alone would be dead for good after a non-retriable error (tulios/kafkajs#659).
 */
export class KafkaJsConsumer implements Consumer {
  readonly #kafka: Kafka;
  readonly #options: KafkaConsumerOptions;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #state: ConnectionState;
  readonly #stopping = new AbortController();
  #admin: Promise<Admin> | undefined;
  #session: KafkaJsSession | undefined;
  #supervision: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #lastActivityMs = 0;

  constructor(kafka: Kafka, options: KafkaConsumerOptions, logger: Logger, clock: Clock) {
    this.#kafka = kafka;
    this.#options = options;
    this.#logger = logger;
    this.#clock = clock;
    this.#state = new ConnectionState('kafka-consumer', logger, clock);
  }

  start(handler: BatchHandler): Promise<void> {
    if (this.#supervision !== undefined) throw new Error('a consumer is started once');
    if (!this.#stopping.signal.aborted) this.#supervision = this.#supervise(handler);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  state(): DependencyState {
    if (this.#state.current.state === 'up' && this.#session?.isSilent === true)
      this.#state.down('the brokers do not answer');
    return this.#state.current;
  }

  progress(): ConsumerProgress {
    return { lastActivityMs: this.#lastActivityMs, joined: this.#session?.assignment !== undefined };
  }

  async lag(): Promise<readonly PartitionLag[]> {
    const session = this.#session;
    const { state, reason } = this.state();
    if (state === 'down') throw new Error(`the lag is not known: ${reason ?? 'not connected'}`);
    // It is nobody's then: "none" would look like no lag at all, on every member at once.
    if (session?.assignment === undefined) throw new Error('the lag is not known: between two assignments');
    this.#admin ??= this.#connectAdmin();
    const { assignment, loop } = session;
    const askedMs = Date.now();
    const lags = await readLag(await this.#admin, this.#options.groupId, assignment, (topic, partition) =>
      loop.place(topic, partition),
    );
    if (session.assignment !== assignment) throw new Error('the lag is not known: the partitions were shared anew');
    for (const { topic, partition, records } of lags) if (records === 0) loop.caughtUp(topic, partition, askedMs);
    return lags;
  }

  async #connectAdmin(): Promise<Admin> {
    const admin = this.#kafka.admin({ retry: { retries: 1 } });
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      this.#admin = undefined;
      throw error;
    }
  }

  async #supervise(handler: BatchHandler): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    for (let failures = 0; !signal.aborted; failures += 1) {
      const startedMs = this.#clock.now();
      const session = new KafkaJsSession(this.#kafka, this.#options, handler, this.#sessionEvents(), this.#logger);
      this.#session = session;
      try {
        await Promise.race([session.run().then(() => stopped), session.crashed, stopped]);
      } catch (error) {
        this.#logCrash(error);
        // Whoever comes back takes the partitions again: the one that has them gets the longest time to be ended by its operator.
        if (isFencedError(error)) failures = Math.max(failures, MOST_DOUBLINGS);
        this.#options.onRestart?.();
        this.#state.down(describeKafkaError(error));
      }
      await session.stop();
      this.#session = undefined;
      if (this.#clock.now() - startedMs > STABLE_MS) failures = 0;
      const waitMs =
        Math.min(MAX_RESTART_MS, MIN_RESTART_MS * 2 ** Math.min(failures, MOST_DOUBLINGS)) * (0.5 + Math.random() / 2);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #logCrash(error: unknown): void {
    const { groupId, groupInstanceId } = this.#options;
    if (isFencedError(error))
      this.#logger.error(
        'another process has joined the group under the same instance id, each takes the partitions from the other',
        {
          groupId,
          groupInstanceId,
          error,
        },
      );
    else this.#logger.warn('the consumer crashed and is made anew', { error });
  }

  #sessionEvents(): { onActivity(): void; onJoined(): void } {
    return {
      onActivity: () => {
        this.#lastActivityMs = this.#clock.now();
        if (this.#session?.assignment !== undefined) this.#state.up();
      },
      onJoined: () => {
        this.#state.up();
      },
    };
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#supervision;
    const admin = await this.#admin?.catch(() => undefined);
    if (admin !== undefined)
      await Promise.race([
        admin.disconnect().catch(() => undefined),
        sleep(ADMIN_DISCONNECT_MS, undefined, { ref: false }),
      ]);
    if (this.#supervision !== undefined) this.#state.stopped();
  }
}
