import { backoffDelay, sleep, type BackoffOptions } from '@paylog/shared/flow/backoff';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Publisher, QueueMessage } from '@paylog/shared/ports/queue';
import { readEnvelope } from '@paylog/shared/record/envelope';
import { encodeDeadLetter, type DeadLetter } from './dead-letter.ts';

/** Where dead letters go and how large they may be. */
export interface DeadLetterOptions extends BackoffOptions {
  readonly topic: string;
  /** What the queue takes at most in one batch, in bytes. */
  readonly maxBatchBytes: number;
  /** After each attempt, whatever came of it: a sign of life. */
  readonly onAttempt: () => void;
}

/** Header of a Kafka record batch (61 bytes) and room for what an adapter adds. */
const BATCH_OVERHEAD = 1024;
/** Key, framing and header of one message. */
const MESSAGE_OVERHEAD = 400;
/** A letter is never truncated below this: its head alone needs about as much. */
const SMALLEST_LETTER = 8 * 1024;

const WARN_INTERVAL_MS = 60_000;

/** A group of letters that travels in one batch. */
interface Group {
  readonly letters: DeadLetter[];
  readonly messages: QueueMessage[];
}

/**
 * Publishes dead letters until the queue holds them or the signal is aborted. It never drops one: a letter that the queue
 * finds too large is truncated further, and one that is not allowed waits for an operator (its partition stands still,
 * visibly, by lag and log).
 */
export class DeadLetterPublisher {
  readonly #publisher: Publisher;
  readonly #options: DeadLetterOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #maxBytes: number;
  #failing = false;
  #failedDataSets: readonly string[] = [];
  #warnedMs = -Infinity;

  constructor(publisher: Publisher, options: DeadLetterOptions, clock: Clock, logger: Logger) {
    this.#publisher = publisher;
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#maxBytes = Math.max(SMALLEST_LETTER, options.maxBatchBytes - BATCH_OVERHEAD);
  }

  /** Calls `onStored` for each letter that the queue holds, in order; returns early when the signal is aborted. */
  async publish(
    letters: readonly DeadLetter[],
    signal: AbortSignal,
    onStored: (letter: DeadLetter) => void,
  ): Promise<void> {
    for (const group of this.#groups(letters)) {
      if (!(await this.#store(group, signal))) return;
      group.letters.forEach(onStored);
      this.#warn(group.letters);
    }
  }

  /** Says that there are dead letters, not each of them: the metric counts them and the topic holds them. */
  #warn(letters: readonly DeadLetter[]): void {
    const now = this.#clock.now();
    if (now - this.#warnedMs < WARN_INTERVAL_MS) return;
    this.#warnedMs = now;
    const { topic, partition, message, failure } = letters[0] ?? {};
    const { stage, type, field } = failure ?? {};
    this.#logger.warn(
      'records were dead-lettered; this is the first of them, further ones are not logged for a minute',
      {
        records: letters.length,
        topic,
        partition,
        offset: message?.offset,
        stage,
        type,
        field,
        data_sets: dataSetsOf(letters),
      },
    );
  }

  /** Encodes lazily, so that at most one batch of letters is in memory beside the records themselves. */
  *#groups(letters: readonly DeadLetter[]): Generator<Group> {
    let group: Group = { letters: [], messages: [] };
    let bytes = 0;
    for (const letter of letters) {
      const message = encodeDeadLetter(letter, this.#clock.now(), this.#maxBytes - MESSAGE_OVERHEAD);
      const size = message.value.byteLength + MESSAGE_OVERHEAD;
      if (bytes + size > this.#maxBytes && group.letters.length > 0) {
        yield group;
        group = { letters: [], messages: [] };
        bytes = 0;
      }
      group.letters.push(letter);
      group.messages.push(message);
      bytes += size;
    }
    if (group.letters.length > 0) yield group;
  }

  async #store(group: Group, signal: AbortSignal): Promise<boolean> {
    let messages = group.messages;
    let maxBytes = this.#maxBytes - MESSAGE_OVERHEAD;
    for (let retry = 0; !signal.aborted; retry += 1) {
      const outcome = await this.#publisher.publish(this.#options.topic, messages);
      this.#options.onAttempt();
      if (outcome.status === 'stored') {
        this.#recovered();
        return true;
      }
      if (outcome.status === 'rejected' && outcome.reason === 'too_large') {
        if (messages.length > 1) return this.#storeOneByOne(group, signal);
        const [letter] = group.letters;
        if (letter !== undefined && maxBytes > SMALLEST_LETTER) {
          maxBytes = Math.max(SMALLEST_LETTER, Math.floor(maxBytes / 2));
          messages = [encodeDeadLetter(letter, this.#clock.now(), maxBytes)];
          continue;
        }
      }
      this.#failed(group.letters, outcome.reason, outcome.message);
      await sleep(backoffDelay(retry, this.#options), signal);
    }
    return false;
  }

  async #storeOneByOne(group: Group, signal: AbortSignal): Promise<boolean> {
    for (const [i, letter] of group.letters.entries()) {
      const message = group.messages[i];
      if (message === undefined) continue;
      if (!(await this.#store({ letters: [letter], messages: [message] }, signal))) return false;
    }
    return true;
  }

  #failed(letters: readonly DeadLetter[], reason: string, message: string): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#failedDataSets = dataSetsOf(letters);
    this.#logger.error('dead letters cannot be published, retrying', {
      topic: this.#options.topic,
      reason,
      message,
      data_sets: this.#failedDataSets,
    });
  }

  #recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#logger.info('dead letters can be published again', {
      topic: this.#options.topic,
      data_sets: this.#failedDataSets,
    });
  }
}

/** Data sets that a line names. */
const MAX_NAMED_DATA_SETS = 10;

/** Whose records they are, as far as is known: lines about own logs alone are kept from becoming records themselves. */
function dataSetsOf(letters: readonly DeadLetter[]): readonly string[] {
  const names = new Set<string>();
  for (const letter of letters) {
    names.add(dataSetOf(letter) ?? 'unknown');
    if (names.size === MAX_NAMED_DATA_SETS) break;
  }
  return [...names];
}

function dataSetOf({ failure, message }: DeadLetter): string | undefined {
  if (failure.document !== undefined) return failure.document.dataSet;
  // What a direct producer wrote may begin like an envelope: nobody checked it, and it would silence the line about itself.
  if (failure.stage !== 'envelope' || message.value === null) return undefined;
  return readEnvelope(message.value)?.dataSet;
}
