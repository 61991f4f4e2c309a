import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { DependencyState, PublishOutcome, Publisher, QueueMessage } from '../ports/queue.ts';
import { ConnectionState } from './connection-state.ts';
import { classifyPublishError, describeKafkaError, type PublishFailure } from './kafka-error.ts';
import type { ProduceClient } from './produce-client.ts';
import { sliceMessages, type MessageSlice } from './slice-messages.ts';

/** Settings of {@link KafkaPublisher}. */
export interface KafkaPublisherLimits {
  readonly publishTimeoutMs: number;
  readonly maxBatchBytes: number;
}

const STORED: PublishOutcome = { status: 'stored' };
/** Waits between attempts; an election of a leader takes a few hundred milliseconds. */
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 500;
const PROBE_INTERVAL_MS = 1000;
/** Brokers are asked for signs of life and leaders this long after the last acknowledgement. */
const IDLE_PROBE_MS = 5000;
const DISCONNECT_TIMEOUT_MS = 2000;

/**
 * The queue port's publisher over any {@link ProduceClient}.
 *
 * Not idempotent in Kafka's sense: a lost acknowledgement is answered by sending again, so a message may be in the topic
 * twice. That is safe here (document addresses are deterministic), while kafkajs's idempotent producer acknowledges
 * messages that are never stored.
 */
export class KafkaPublisher implements Publisher {
  readonly #client: ProduceClient;
  readonly #limits: KafkaPublisherLimits;
  readonly #clock: Clock;
  readonly #state: ConnectionState;
  readonly #inFlight = new Set<Promise<PublishOutcome>>();
  #phase: 'new' | 'running' | 'stopped' = 'new';
  #probe: NodeJS.Timeout | undefined;
  #probing = false;
  #lastAnswerMs = 0;
  #stopped: Promise<void> | undefined;

  constructor(client: ProduceClient, limits: KafkaPublisherLimits, logger: Logger, clock: Clock) {
    this.#client = client;
    this.#limits = limits;
    this.#clock = clock;
    this.#state = new ConnectionState('kafka-publisher', logger, clock);
  }

  async start(): Promise<void> {
    if (this.#phase !== 'new') throw new Error('a publisher is started once');
    this.#phase = 'running';
    this.#probe = setInterval(() => void this.#probeBrokers(), PROBE_INTERVAL_MS).unref();
    // Waits for the first answer, but not for a broker that gives none.
    await Promise.race([this.#probeBrokers(), sleep(this.#limits.publishTimeoutMs, undefined, { ref: false })]);
  }

  publish(topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    if (this.#phase !== 'running') return Promise.resolve(unavailable('the publisher is not running'));
    if (messages.length === 0) return Promise.resolve(STORED);
    const slices = sliceMessages(messages, this.#limits.maxBatchBytes, this.#client.maxMessagesPerBatch);
    if ('tooLarge' in slices) {
      const message = `message ${String(slices.tooLarge)} does not fit into a batch of ${String(this.#limits.maxBatchBytes)} bytes`;
      return Promise.resolve({ status: 'rejected', reason: 'too_large', message });
    }
    const state = this.#state.current;
    // A long outage: the probe finds its end. Callers should not wait, and the client should not pile up attempts.
    if (state.state === 'down' && this.#clock.now() - state.sinceMs > this.#limits.publishTimeoutMs)
      return Promise.resolve(unavailable(state.reason ?? 'no broker answers'));
    const outcome = this.#settleInTime(topic, messages, slices);
    this.#inFlight.add(outcome);
    void outcome.finally(() => this.#inFlight.delete(outcome));
    return outcome;
  }

  state(): DependencyState {
    return this.#state.current;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const wasRunning = this.#phase === 'running';
    this.#phase = 'stopped';
    clearInterval(this.#probe);
    if (!wasRunning) return;
    await Promise.all(this.#inFlight);
    // kafkajs's disconnect can hang for ever (tulios/kafkajs#1167).
    const closed = this.#client.close().catch(() => undefined);
    await Promise.race([closed, sleep(DISCONNECT_TIMEOUT_MS, undefined, { ref: false })]);
    this.#state.stopped();
  }

  /** The delivery, or `unavailable` at the deadline, whatever the client does. */
  #settleInTime(
    topic: string,
    messages: readonly QueueMessage[],
    slices: readonly MessageSlice[],
  ): Promise<PublishOutcome> {
    const { publishTimeoutMs } = this.#limits;
    const deadlineMs = this.#clock.now() + publishTimeoutMs;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const reason = `no acknowledgement within ${String(publishTimeoutMs)} ms`;
        this.#state.down(reason);
        resolve(unavailable(reason));
      }, publishTimeoutMs);
      void this.#deliver(topic, messages, slices, deadlineMs).then((outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      });
    });
  }

  async #deliver(
    topic: string,
    messages: readonly QueueMessage[],
    cut: readonly MessageSlice[],
    deadlineMs: number,
  ): Promise<PublishOutcome> {
    let slices = cut;
    let sent = 0;
    let oneByOne = false;
    for (let attempt = 0; ;) {
      const width = oneByOne ? 1 : this.#client.partitions(topic);
      const round = sent === 0 && slices.length <= width ? slices : slices.slice(sent, sent + width);
      try {
        await this.#client.produce(topic, messages, round, deadlineMs);
        this.#lastAnswerMs = this.#clock.now();
        this.#state.up();
        sent += round.length;
        attempt = 0;
        if (sent >= slices.length) return STORED;
        if (this.#clock.now() >= deadlineMs) return unavailable('the deadline passed between two batches');
        continue;
      } catch (error) {
        const failure = classifyPublishError(error);
        if (failure.status === 'rejected') {
          if (failure.reason !== 'too_large') return failure;
          // Two slices that met in one partition (its leader is gone) may be too large together; and the topic's limit
          // may be below the configured one. Only a message that is too large by itself is hopeless.
          if (round.length === 1) {
            const halves = halve(round[0]);
            if (halves === undefined) return failure;
            slices = [...slices.slice(0, sent), ...halves, ...slices.slice(sent + 1)];
          }
          oneByOne = true;
          continue;
        }
        const waitMs = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
        if (this.#clock.now() + waitMs >= deadlineMs) {
          this.#state.down(failure.message);
          return failure;
        }
        attempt += 1;
        await sleep(waitMs);
        // Its failure shows in the next attempt.
        await this.#client.refresh().catch(() => undefined);
        if (this.#clock.now() >= deadlineMs) return failure;
      }
    }
  }

  async #probeBrokers(): Promise<void> {
    const quietMs = this.#clock.now() - this.#lastAnswerMs;
    if (this.#probing || (this.#state.current.state === 'up' && quietMs < IDLE_PROBE_MS)) return;
    this.#probing = true;
    try {
      await this.#client.refresh();
      this.#lastAnswerMs = this.#clock.now();
      if (this.#phase === 'running') this.#state.up();
    } catch (error) {
      if (this.#phase === 'running') this.#state.down(describeKafkaError(error));
    } finally {
      this.#probing = false;
    }
  }
}

function unavailable(message: string): PublishFailure {
  return { status: 'retryable', reason: 'unavailable', message };
}

function halve(slice: MessageSlice | undefined): readonly MessageSlice[] | undefined {
  if (slice === undefined || slice.end - slice.start < 2) return undefined;
  const middle = Math.floor((slice.start + slice.end) / 2);
  return [
    { start: slice.start, end: middle },
    { start: middle, end: slice.end },
  ];
}
