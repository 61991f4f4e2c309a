import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import { backoffDelay, sleep } from '@paylog/shared/flow/backoff';
import { recordForReader } from '@paylog/shared/record/envelope';
import { encodePosition } from './event-position.ts';
import type { EventSink } from './event-sink.ts';
import type { SentRecords } from './sent-records.ts';
import { AGAIN, type TailItem, type TailReader } from './tail-reader.ts';

/** What a stream is made of. Reader and sent records outlive it, so that it can be resumed. */
export interface TailStreamOptions {
  readonly name: string;
  readonly reader: TailReader;
  readonly sent: SentRecords;
  readonly sink: EventSink;
  /** Between the end of a poll and the begin of the next. */
  readonly intervalMs: number;
  /** Begins in the past: what is there is sent without the cap. */
  readonly catchesUp: boolean;
  readonly onLeftOut: (count: number) => void;
  /** The first look is over: what was there in the beginning has been sent, or the store is away. */
  readonly onOpened: () => void;
}

/** Silence that proxies take for a dead connection begins at 30 s. */
const KEEP_ALIVE_MS = 15_000;
/** One poll that fails is no outage: the store may be busy for a moment. */
const TOLD_FAILURES = 2;
/** Clients come back after so long. */
const RETRY_MS = 2000;
/** Waits while the store is away; shorter than {@link KEEP_ALIVE_MS}, which is looked at after each. */
const BACKOFF = { minMs: 1000, maxMs: 10_000 } as const;

/** Sends what a {@link TailReader} finds as events, until the signal is aborted: one poll after the other. */
export class TailStream {
  readonly #options: TailStreamOptions;
  #mustCatchUp: boolean;
  #failures = 0;

  constructor(options: TailStreamOptions) {
    this.#options = options;
    this.#mustCatchUp = options.catchesUp;
  }

  /** Resolves when the signal is aborted; rejects for what nobody foresaw, and when the client does not read. */
  async run(signal: AbortSignal): Promise<void> {
    const { sink, intervalMs } = this.#options;
    sink.open();
    try {
      await sink.retry(RETRY_MS, signal);
      await sink.send({ id: this.#position() }, signal);
      for (let looks = 1; !signal.aborted; looks += 1) {
        await this.#look(signal);
        if (looks === 1) this.#options.onOpened();
        const waitMs = this.#failures === 0 ? intervalMs : backoffDelay(this.#failures - 1, BACKOFF);
        if (sink.silentMs >= KEEP_ALIVE_MS - waitMs) await this.#keepAlive(signal);
        await sleep(waitMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** One poll; a store that is away is told once. */
  async #look(signal: AbortSignal): Promise<void> {
    const { reader, sink } = this.#options;
    try {
      await this.#sendAgain(signal);
      const items = this.#mustCatchUp ? reader.catchUp(signal) : reader.poll(signal);
      for await (const item of items) await this.#send(item, signal);
      this.#mustCatchUp = false;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#failures += 1;
      if (this.#failures !== TOLD_FAILURES) return;
      const reason = error.code === 'store_timeout' ? 'the store did not answer in time' : 'the store does not answer';
      await sink.send({ event: 'store', data: JSON.stringify({ state: 'down', reason }) }, signal);
      return;
    }
    if (this.#failures >= TOLD_FAILURES)
      await sink.send({ event: 'store', data: JSON.stringify({ state: 'up' }) }, signal);
    this.#failures = 0;
  }

  /** What was sent before and got lost on the way. */
  async #sendAgain(signal: AbortSignal): Promise<void> {
    const { reader, sent } = this.#options;
    for (;;) {
      const ids = sent.owed(AGAIN);
      if (ids.length === 0) return;
      for (const hit of await reader.again(ids, signal)) {
        sent.settle(new Set([hit.id]));
        await this.#send({ kind: 'record', hit }, signal);
      }
      // Retention may have removed some meanwhile.
      sent.settle(new Set(ids));
    }
  }

  async #send(item: TailItem, signal: AbortSignal): Promise<void> {
    const { sink, sent, onLeftOut } = this.#options;
    if (item.kind === 'record') {
      // Before it is written: what was written to a client that is gone is sent again when it comes back.
      sent.add(item.hit.id);
      await sink.send({ event: 'log', data: recordForReader(item.hit.source), id: this.#position() }, signal);
      return;
    }
    const { count, relation } = item;
    onLeftOut(count);
    await sink.send({ event: 'left-out', data: JSON.stringify({ count, relation }), id: this.#position() }, signal);
  }

  /** With the position: a quiet stream moves on too. */
  async #keepAlive(signal: AbortSignal): Promise<void> {
    await this.#options.sink.comment('keep-alive', signal);
    await this.#options.sink.send({ id: this.#position() }, signal);
  }

  #position(): string {
    const { name, reader, sent } = this.#options;
    const { reachedMs, sinceMs } = reader;
    return encodePosition({ stream: name, sequence: sent.last, reachedMs, sinceMs });
  }
}
