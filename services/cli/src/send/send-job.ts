import { type Batch, batches } from './batches.ts';
import type { BatchDelivery, Delivery } from './deliver-batch.ts';
import type { RejectsFile } from './rejects-file.ts';
import type { SendSource } from './send-source.ts';
import type { SendState, StateFile } from './send-state.ts';

/** Most bytes of lines in one request. */
const MAX_BATCH_BYTES = 1_048_576;

/** The default of the API's MAX_BODY_BYTES: a longer line can never be taken. */
const MAX_LINE_BYTES = 10_485_760;

/** Lines of live input wait no longer than this for others. */
const LINGER_MS = 200;

/** What was under way may still be answered for this long after Ctrl-C. */
const DRAIN_MS = 5000;

/** What {@link SendJob} needs. */
export interface SendJobOptions {
  readonly source: SendSource;
  /** Makes the delivery; its requests end with this signal. */
  readonly delivery: (signal: AbortSignal) => BatchDelivery;
  /** Where to begin, and what was counted before. */
  readonly start: SendState;
  /** Absent: the input cannot be read again. */
  readonly stateFile: StateFile | undefined;
  readonly rejects: RejectsFile;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress: (state: SendState) => void;
}

/**
 * Sends an input. Several batches are under way at once, but results are taken in order: the state says that everything before a
 * position is done, and is written after the rejects of these lines.
 */
export class SendJob {
  readonly #options: SendJobOptions;
  /** Batches whose results are not taken yet, the oldest first. */
  readonly #underWay: Promise<void>[] = [];
  readonly #stopReading = new AbortController();
  readonly #giveUp = new AbortController();
  #state: SendState;

  constructor(options: SendJobOptions) {
    this.#options = options;
    this.#state = options.start;
  }

  /** How far it has come, also when `run` has failed. */
  get state(): SendState {
    return this.#state;
  }

  /** Resolves at the end of the input, or in time after the signal. Throws `CliError`. */
  async run(): Promise<void> {
    const { signal, rejects } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      this.#stopReading.abort();
      timer = setTimeout(() => this.#giveUp.abort(), DRAIN_MS);
    };
    signal.addEventListener('abort', onAbort);
    try {
      // Before anything is sent: whatever happens now, it can be gone on with.
      await this.#save();
      await this.#readAndSend();
      await Promise.all(this.#underWay);
      if (!signal.aborted) await this.#advance({ complete: true });
    } catch (error) {
      if (!this.#giveUp.signal.aborted) throw error;
    } finally {
      this.#giveUp.abort();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      await Promise.allSettled(this.#underWay);
      await rejects.close();
    }
  }

  async #readAndSend(): Promise<void> {
    const { source, start, concurrency, stateFile } = this.#options;
    const delivery = this.#options.delivery(this.#giveUp.signal);
    const options = {
      start: { offset: start.offset, number: start.line },
      maxLines: start.batch,
      maxBytes: MAX_BATCH_BYTES,
      maxLineBytes: MAX_LINE_BYTES,
      lingerMs: stateFile === undefined ? LINGER_MS : undefined,
    };
    const { signal } = this.#stopReading;
    let before = Promise.resolve();
    try {
      for await (const batch of batches(source.read(start.offset, signal), options)) {
        if (signal.aborted) return;
        before = this.#take(batch, delivery.deliver(batch), before);
        this.#underWay.push(before);
        // A failure ends the reading, which may be waiting for input; it is thrown where the results are awaited.
        before.catch(() => this.#stopReading.abort());
        if (this.#underWay.length >= concurrency) await this.#underWay[0];
      }
    } catch (error) {
      // The input was closed under the reader's feet.
      if (!signal.aborted) throw error;
    }
  }

  /** Takes a result when those before it are taken. */
  async #take(batch: Batch, result: Promise<Delivery>, before: Promise<void>): Promise<void> {
    const [{ accepted, rejects }] = await Promise.all([result, before]);
    await this.#options.rejects.append(rejects);
    const [only] = batch.lines;
    // An open line is done for now, and looked at again when the input has grown.
    const place =
      batch.open && only
        ? { offset: only.offset, line: only.number, open: batch.next.offset - only.offset }
        : { offset: batch.next.offset, line: batch.next.number, open: 0 };
    await this.#advance({
      ...place,
      accepted: this.#state.accepted + accepted,
      rejected: this.#state.rejected + rejects.length,
      rejectsBytes: this.#options.rejects.bytes,
    });
    void this.#underWay.shift();
  }

  async #advance(change: Partial<SendState>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    this.#options.onProgress(this.#state);
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.#options.stateFile?.write(this.#state);
  }
}
