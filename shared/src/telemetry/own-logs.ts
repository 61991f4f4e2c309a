import { hostname } from 'node:os';
import { backoffDelay, sleep } from '../flow/backoff.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Publisher, PublishOutcome, QueueMessage } from '../ports/queue.ts';
import type { RecordLimits } from '../record/limits.ts';
import { createIdMint, type IdMint } from '../record/mint-id.ts';
import { preparePart, recordContext, RecordPreparer } from '../record/prepare.ts';
import { isoMillis } from '../record/timestamp.ts';
import { LineThrottle } from './line-throttle.ts';
import type { LogEntry, LogLevel, LogSink } from './log-entry.ts';
import { bareOwnLogRecord, isAboutOwnLogs, OWN_DATA_SET, ownLogRecord } from './own-log-record.ts';

/** What became of one line. */
export type OwnLogOutcome = 'published' | 'withheld' | 'throttled' | 'overflow' | 'rejected' | 'lost';

export interface OwnLogsOptions {
  /** Least severe level that becomes a record. Not `debug`: clients of the queue tell there of each request, those for own logs included. */
  readonly level: Exclude<LogLevel, 'debug'>;
  /** Topic of checked records. */
  readonly topic: string;
  readonly limits: RecordLimits;
  readonly clock: Clock;
  /** Called once for each line. */
  readonly count: (outcome: OwnLogOutcome) => void;
  /** Does not lead back here. */
  readonly logger: Logger;
}

/** Lines that wait while the queue is away; further ones are dropped, since the first ones tell what began it. */
const MAX_LINES = 1000;
const MAX_BYTES = 2 * 1024 * 1024;
/** Lines that come together leave together. */
const GATHER_MS = 500;
const MAX_LINES_PER_SEND = 200;
const MAX_BYTES_PER_SEND = 512 * 1024;
const BACKOFF = { minMs: 500, maxMs: 10_000 } as const;

/** Bound of {@link OwnLogs.stop}: the last lines, then the connection. */
export const OWN_LOGS_STOP_MS = 2000;

interface Waiting {
  readonly entry: LogEntry;
  readonly bytes: number;
}

/**
 * Centralizes the own log in the product itself: lines become records of data set `paylog`, prepared as those of any sender, and go to
 * the queue by a publisher of their own. They are a copy: standard output has every line, whatever becomes of this one.
 *
 * It never makes itself work. What it logs itself, and what its publisher logs, goes to a logger that does not lead here; lines about own
 * records alone are withheld; each message has an allowance per minute; what waits is bounded and dropped, with a count; nobody waits for it.
 *
 * States: gathering (before `start`) -> sending -> stopped.
 */
export class OwnLogs implements LogSink {
  readonly name = 'own logs';
  readonly level: LogLevel;
  readonly #options: OwnLogsOptions;
  readonly #throttle: LineThrottle;
  readonly #mintId: IdMint;
  readonly #host = hostname();
  readonly #waiting: Waiting[] = [];
  readonly #stopping = new AbortController();
  #bytes = 0;
  #preparer: RecordPreparer | undefined;
  #publisher: Publisher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #isStarted = false;
  #isFailing = false;

  constructor(options: OwnLogsOptions) {
    this.#options = options;
    this.level = options.level;
    this.#throttle = new LineThrottle(options.clock.now());
    this.#mintId = createIdMint(() => options.clock.now());
  }

  /** Takes a line, or drops it: costs a push. */
  write(entry: LogEntry, line: string): void {
    if (this.#stopped) return;
    const dropped = this.#reasonToDrop(entry, line);
    if (dropped) {
      this.#options.count(dropped);
      return;
    }
    this.#waiting.push({ entry, bytes: line.length });
    this.#bytes += line.length;
    this.#schedule();
  }

  /** From now on lines leave, also those that came before. It owns the publisher, and does not wait for its brokers: nothing may. */
  start(publisher: Publisher): Promise<void> {
    this.#preparer = new RecordPreparer(this.#options.limits);
    this.#publisher = publisher;
    publisher.start().then(
      () => {
        this.#isStarted = true;
        this.#schedule();
      },
      (error: unknown) => {
        this.#options.logger.error('own logs cannot be sent: their publisher does not start', { error });
      },
    );
    return Promise.resolve();
  }

  /** Sends what waits, if the queue takes it at once, and stops the publisher; all within {@link OWN_LOGS_STOP_MS}. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #reasonToDrop(entry: LogEntry, line: string): OwnLogOutcome | undefined {
    if (isAboutOwnLogs(entry)) return 'withheld';
    if (this.#waiting.length >= MAX_LINES || this.#bytes + line.length > MAX_BYTES) return 'overflow';
    return this.#throttle.admits(`${entry.level} ${entry.message}`, this.#options.clock.now())
      ? undefined
      : 'throttled';
  }

  #schedule(): void {
    if (!this.#isStarted || this.#timer || this.#sending || this.#stopped || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
        this.#schedule();
      });
    }, GATHER_MS);
    this.#timer.unref();
  }

  /** Sends all that waits. While the queue does not take it, waits; when stopping, gives up instead. */
  async #send(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#waiting.length > 0) {
      const taken = this.#take();
      const messages = taken.flatMap(({ entry }) => this.#message(entry) ?? []);
      for (let retry = 0; messages.length > 0; retry += 1) {
        const outcome = await this.#publish(messages);
        if (this.#settles(outcome, messages.length)) break;
        if (signal.aborted) {
          this.#countAll('lost', messages.length + this.#waiting.length);
          this.#waiting.length = 0;
          return;
        }
        await sleep(backoffDelay(retry, BACKOFF), signal);
      }
    }
  }

  #take(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const line of this.#waiting) {
      bytes += line.bytes;
      if (count > 0 && (count >= MAX_LINES_PER_SEND || bytes > MAX_BYTES_PER_SEND)) break;
      count += 1;
    }
    const taken = this.#waiting.splice(0, count);
    for (const line of taken) this.#bytes -= line.bytes;
    return taken;
  }

  /** The record on the queue; undefined, and counted, when none can be made. A line must not end the process that it tells of. */
  #message(entry: LogEntry): QueueMessage | undefined {
    try {
      const message = this.#prepared(entry);
      if (message) return message;
    } catch (error) {
      this.#options.logger.error('a line of the own log cannot be made a record', { error });
    }
    this.#options.count('rejected');
    return undefined;
  }

  /** Undefined when the rules for records refuse even its bare form. */
  #prepared(entry: LogEntry): QueueMessage | undefined {
    const receivedAt = isoMillis(this.#options.clock.now());
    const context = recordContext({ dataSet: OWN_DATA_SET, receivedAt, idFor: this.#mintId });
    // `start` made it before anything is sent.
    const preparer = (this.#preparer ??= new RecordPreparer(this.#options.limits));
    const whole = preparePart(preparer, ownLogRecord(entry, this.#host), 0, context);
    const prepared = whole.ok
      ? whole
      : preparePart(preparer, bareOwnLogRecord(entry, this.#host, whole.code), 0, context);
    return prepared.ok ? { key: prepared.id, value: prepared.value } : undefined;
  }

  async #publish(messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    try {
      const outcome = await this.#publisher?.publish(this.#options.topic, messages);
      return outcome ?? { status: 'retryable', reason: 'unavailable', message: 'not started' };
    } catch (error) {
      return {
        status: 'retryable',
        reason: 'unavailable',
        message: error instanceof Error ? error.message : String(error),
      };
    }
  }

  /** Whether these lines are done with. An outage is logged when it begins and when it is over. */
  #settles(outcome: PublishOutcome, lines: number): boolean {
    const { logger } = this.#options;
    if (outcome.status === 'stored') {
      this.#countAll('published', lines);
      if (this.#isFailing) logger.info('own logs are sent to the queue again');
      this.#isFailing = false;
      return true;
    }
    const { reason, message } = outcome;
    if (!this.#isFailing) logger.warn('own logs cannot be sent to the queue', { reason, message });
    this.#isFailing = true;
    if (outcome.status !== 'rejected') return false;
    this.#countAll('rejected', lines);
    return true;
  }

  #countAll(outcome: OwnLogOutcome, lines: number): void {
    for (let i = 0; i < lines; i += 1) this.#options.count(outcome);
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopping.abort();
    const publisher = this.#publisher;
    if (!publisher) return;
    const drained = (async () => {
      await this.#sending;
      await this.#send();
      await publisher.stop();
    })();
    const done = new AbortController();
    await Promise.race([drained.finally(() => done.abort()), sleep(OWN_LOGS_STOP_MS, done.signal)]);
    this.#countAll('lost', this.#waiting.length);
  }
}
