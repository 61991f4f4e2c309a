import type { Output } from '../cli-context.ts';
import { progressBar, type ProgressSnapshot, progressText } from './progress-line.ts';

/** What {@link Progress} shows, and where. */
export interface ProgressOptions {
  /** Standard error, mostly: standard output belongs to results. */
  readonly output: Output;
  readonly totalBytes: number | undefined;
  readonly startBytes: number;
  readonly quiet: boolean;
}

const REDRAW_MS = 200;
const LINE_MS = 5000;
/** Rates are those of about so long. */
const RATE_MS = 5000;
const CLEAR_LINE = '\r\u001b[K';

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly lines: number;
}

/** Shows how far a send has come: a bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #samples: Sample[];
  #timer: NodeJS.Timeout | undefined;
  #bytes: number;
  #lines = 0;
  #rejected = 0;
  #waiting: string | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#bytes = options.startBytes;
    this.#samples = [{ atMs: performance.now(), bytes: options.startBytes, lines: 0 }];
  }

  start(): void {
    const { quiet, output } = this.#options;
    if (quiet) return;
    const isTerminal = output.isTTY === true;
    this.#timer = setInterval(
      () => {
        if (isTerminal) output.write(CLEAR_LINE + progressBar(this.#snapshot(), output.columns ?? 80));
        else output.write(`${progressText(this.#snapshot())}\n`);
      },
      isTerminal ? REDRAW_MS : LINE_MS,
    );
    this.#timer.unref();
  }

  /** Something was done. */
  update(done: { readonly bytes: number; readonly lines: number; readonly rejected: number }): void {
    this.#bytes = done.bytes;
    this.#lines = done.lines;
    this.#rejected = done.rejected;
    this.#waiting = undefined;
  }

  /** A request is waiting to be sent again. Several may do so at the same time, for the same reason. */
  retrying(reason: string, waitMs: number): void {
    const { quiet, output } = this.#options;
    const isNews = this.#waiting === undefined;
    this.#waiting = `waiting: ${reason}`;
    if (isNews && !quiet && output.isTTY !== true) {
      output.write(`${reason}; trying again in ${(waitMs / 1000).toFixed(1)} s\n`);
    }
  }

  /** Takes the bar away. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#options.output.isTTY === true) this.#options.output.write(CLEAR_LINE);
  }

  #snapshot(): ProgressSnapshot {
    const now: Sample = { atMs: performance.now(), bytes: this.#bytes, lines: this.#lines };
    this.#samples.push(now);
    while (this.#samples.length > 2 && now.atMs - (this.#samples[1]?.atMs ?? 0) > RATE_MS) this.#samples.shift();
    const [first = now] = this.#samples;
    const seconds = Math.max(0.001, (now.atMs - first.atMs) / 1000);
    return {
      doneBytes: now.bytes,
      totalBytes: this.#options.totalBytes,
      lines: now.lines,
      rejected: this.#rejected,
      linesPerSecond: (now.lines - first.lines) / seconds,
      bytesPerSecond: (now.bytes - first.bytes) / seconds,
      waiting: this.#waiting,
    };
  }
}
