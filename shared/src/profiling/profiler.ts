import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';
import { sleep } from '../flow/backoff.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { KeptProfile, ProfileFiles } from './profile-files.ts';

/** What came of a wish for a profile. */
export type Profiled =
  | { readonly status: 'kept'; readonly file: string; readonly bytes: number }
  /** Another one is being taken. */
  | { readonly status: 'busy' }
  /** For people. */
  | { readonly status: 'failed'; readonly message: string };

/** A heap snapshot is about as large as the heap, strings counted twice; the rest is left to others. */
const HEAP_FACTOR = 2;
const SPARE_BYTES = 64 * 1024 * 1024;

/** Microseconds between two samples: a few percent of one core while it runs. */
const SAMPLING_US = 1000;

/** Takes CPU profiles and heap snapshots of this process (its main thread), one at a time. */
export class Profiler {
  readonly #files: ProfileFiles;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<Profiled> | undefined;

  constructor(files: ProfileFiles, clock: Clock, logger: Logger) {
    this.#files = files;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Samples the stacks for `durationMs`, or until `stop`. */
  cpu(durationMs: number): Promise<Profiled> {
    return this.#alone('CPU profile', async () => {
      this.#logger.info('a CPU profile is taken', { duration_ms: durationMs });
      const session = new Session();
      session.connect();
      try {
        await session.post('Profiler.enable');
        await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
        await session.post('Profiler.start');
        await sleep(durationMs, this.#stopping.signal);
        const { profile } = await session.post('Profiler.stop');
        const text = JSON.stringify(profile);
        return await this.#files.keep('cpuprofile', this.#clock.now(), (file) => {
          writeFileSync(file, text);
        });
      } finally {
        session.disconnect();
      }
    });
  }

  /** Stops the process until the snapshot is written: some seconds for each GiB of heap. */
  heap(): Promise<Profiled> {
    return this.#alone('heap snapshot', async () => {
      const heapBytes = getHeapStatistics().used_heap_size;
      const [needed, free] = [heapBytes * HEAP_FACTOR + SPARE_BYTES, this.#files.freeBytes()];
      if (free < needed) throw new Error(`it may need ${String(needed)} bytes of disk, ${String(free)} are free`);
      this.#logger.warn('a heap snapshot is taken, the process stands still meanwhile', { heap_bytes: heapBytes });
      return this.#files.keep('heapsnapshot', this.#clock.now(), (file) => {
        writeHeapSnapshot(file);
      });
    });
  }

  /** Ends the profile under way, and waits until it is written. Later wishes are answered `busy`. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #alone(what: string, take: () => Promise<KeptProfile>): Promise<Profiled> {
    if (this.#running || this.#stopping.signal.aborted) return Promise.resolve({ status: 'busy' });
    this.#running = this.#take(what, take).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #take(what: string, take: () => Promise<KeptProfile>): Promise<Profiled> {
    try {
      const kept = await take();
      this.#logger.info('a profile was written', { what, ...kept });
      return { status: 'kept', ...kept };
    } catch (error) {
      this.#logger.error('a profile could not be taken', { what, error });
      return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }
}
