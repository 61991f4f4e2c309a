import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Kafka } from 'kafkajs';
import type { Logger } from '../ports/logger.ts';
import type { BatchHandler } from '../ports/queue.ts';
import { BatchLoop, type Assignment } from './batch-loop.ts';
import { CommitQueue, type PartitionOffset } from './commit-queue.ts';
import type { KafkaConsumerOptions } from './kafka-options.ts';

/** Told about by a {@link KafkaJsSession}. */
export interface SessionEvents {
  /** A sign of life of the consume loop: a fetch came back or a commit was taken. */
  onActivity(): void;
  onJoined(): void;
}

const MAX_FETCH_WAIT_MS = 500;
const HEARTBEATS_PER_SESSION = 10;
/** Heartbeats are also how a member hears that the group shares its partitions anew: not rarer, however long the session. */
const MAX_HEARTBEAT_INTERVAL_MS = 3000;
/** For a round trip or two, on top of the time to drain. Not longer, however long the session: all wait for a member that is away. */
const MAX_REJOIN_MS = 30_000;
const MIN_SILENCE_MS = 5000;
const TICK_MS = 1000;
const DISCONNECT_TIMEOUT_MS = 5000;
/** What brokers that answer need; nobody should wait for the others. */
const OPENING_TIMEOUT_MS = 1000;
/** Handlers side by side; more partitions than this wait for a free place. */
const MAX_PARTITIONS_AT_ONCE = 64;

/**
 * One life of a kafkajs consumer, from connect to crash or stop. kafkajs is told not to restart itself: a crash ends
 * the session, whatever its cause, and the owner makes a new one.
 */
export class KafkaJsSession {
  readonly loop: BatchLoop;
  /** Rejects with the reason when the session is over by itself. */
  readonly crashed: Promise<never>;
  readonly #options: KafkaConsumerOptions;
  readonly #consumer: Consumer;
  readonly #commits: CommitQueue;
  readonly #events: SessionEvents;
  #assignment: Assignment | undefined;
  readonly #heartbeatIntervalMs: number;
  #lastSignMs = Date.now();
  /** When the coordinator last took us for a member. */
  #lastMemberMs = Date.now();
  #timer: NodeJS.Timeout | undefined;
  /** Connecting and subscribing. */
  #opening: Promise<void> | undefined;
  #isStopping = false;
  #crash: (reason: Error) => void = () => undefined;

  constructor(
    kafka: Kafka,
    options: KafkaConsumerOptions,
    handler: BatchHandler,
    events: SessionEvents,
    logger: Logger,
  ) {
    const { sessionTimeoutMs } = options;
    this.#options = options;
    this.#events = events;
    const heartbeatIntervalMs = Math.min(
      MAX_HEARTBEAT_INTERVAL_MS,
      Math.floor(sessionTimeoutMs / HEARTBEATS_PER_SESSION),
    );
    this.#heartbeatIntervalMs = heartbeatIntervalMs;
    this.#consumer = kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: sessionTimeoutMs,
      // Members that drain must still be able to rejoin.
      rebalanceTimeout: Math.min(MAX_REJOIN_MS, sessionTimeoutMs) + options.drainTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      maxBytesPerPartition: options.maxBytesPerPartition,
      maxBytes: options.maxBytesPerFetch,
      maxWaitTimeInMs: MAX_FETCH_WAIT_MS,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 5000, restartOnFailure: () => Promise.resolve(false) },
    });
    this.#commits = new CommitQueue(
      (offsets) => this.#commit(offsets),
      () => {
        this.#sign();
      },
      logger,
    );
    const limits = { heartbeatIntervalMs, drainTimeoutMs: options.drainTimeoutMs };
    this.loop = new BatchLoop(handler, this.#commits, limits, logger);
    this.crashed = new Promise<never>((_, reject) => {
      this.#crash = reject;
    });
    this.crashed.catch(() => undefined);
    this.#listen();
  }

  /** Undefined while the member is not in its group. */
  get assignment(): Assignment | undefined {
    return this.#assignment;
  }

  /** Whether fetches (an idle one comes back every half second) and heartbeats stay away for longer than they should. */
  get isSilent(): boolean {
    return Date.now() - this.#lastSignMs > Math.max(MIN_SILENCE_MS, 3 * this.#heartbeatIntervalMs);
  }

  /** Joins the group and starts to fetch. Rejects when the brokers cannot be reached. */
  async run(): Promise<void> {
    this.#opening = this.#open();
    await this.#opening;
    if (this.#isStopping) {
      // Later than `stop` waits for.
      await this.#consumer.disconnect();
      return;
    }
    this.#lastSignMs = Date.now();
    this.#lastMemberMs = Date.now();
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS);
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: MAX_PARTITIONS_AT_ONCE,
      eachBatch: this.loop.eachBatch,
    });
  }

  async #open(): Promise<void> {
    await this.#consumer.connect();
    // With `false` an offset that retention has overtaken would jump to the end (tulios/kafkajs#1119).
    await this.#consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
  }

  /** Drains, commits, leaves the group. Bounded by the drain budget and a few seconds. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    // kafkajs closes only connections that are there already: those under way would stay, and the member join after it left.
    await Promise.race([this.#opening?.catch(() => undefined), pause(OPENING_TIMEOUT_MS)]);
    clearInterval(this.#timer);
    if (this.#assignment !== undefined) this.#consumer.pause(Object.keys(this.#assignment).map((topic) => ({ topic })));
    await Promise.race([this.loop.stop(), pause(this.#options.drainTimeoutMs + DISCONNECT_TIMEOUT_MS)]);
    this.#assignment = undefined;
    // Can hang for ever (tulios/kafkajs#1167).
    await Promise.race([this.#consumer.disconnect().catch(() => undefined), pause(DISCONNECT_TIMEOUT_MS)]);
  }

  #listen(): void {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.#commits.reset();
      this.loop.assign(payload.memberAssignment);
      this.#assignment = payload.memberAssignment;
      this.#lastMemberMs = Date.now();
      this.#sign();
      this.#events.onJoined();
    });
    this.#consumer.on(events.REBALANCING, () => {
      this.#assignment = undefined;
      // What waits for its turn to be committed would be delivered again. kafkajs asks for the coordinator before it joins: this is first.
      void this.#commits.flush();
    });
    this.#consumer.on(events.FETCH, () => {
      this.#sign();
    });
    // kafkajs passes over what was aborted and hands it to no handler. Nobody else would commit it, and it would be lag for ever.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (batchSize === 0) this.#commits.add({ topic, partition, offset: Number(lastOffset) + 1 });
    });
    // While a handler holds the loop there are no fetches, but heartbeats.
    this.#consumer.on(events.HEARTBEAT, () => {
      this.#lastSignMs = Date.now();
      this.#lastMemberMs = Date.now();
    });
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#assignment = undefined;
      this.#crash(payload.error);
    });
  }

  #tick(): void {
    void this.#commits.flushIfDue();
    // kafkajs loses its way without a crash event when its own disconnect hangs, and when it could not join again after the coordinator had
    // forgotten it: then it fetches on without a member id, sends no heartbeats, and none of its commits is taken.
    const goneMs = Date.now() - this.#lastMemberMs;
    if (goneMs > this.#options.sessionTimeoutMs * 2)
      this.#crash(new Error(`no member of the group for ${String(goneMs)} ms`));
  }

  #sign(): void {
    this.#lastSignMs = Date.now();
    this.#events.onActivity();
  }

  async #commit(offsets: readonly PartitionOffset[]): Promise<void> {
    await this.#consumer.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
    );
  }
}

async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false });
}
