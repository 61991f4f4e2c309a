import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Logger } from '@paylog/shared/ports/logger';
import type { RecordFilter, StoreSearcher } from '@paylog/shared/ports/store';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { ClientGoneError } from '../http/client-gone-error.ts';
import { endRequest, logFieldsOf, rememberRequest, requestOf } from '../http/request-trace.ts';
import { failsMidway } from '../search/measured.ts';
import type { EventPosition } from './event-position.ts';
import { EventSink, StalledClientError } from './event-sink.ts';
import { SentRecords } from './sent-records.ts';
import { OVERLAP_MS, TailReader } from './tail-reader.ts';
import { TailStream } from './tail-stream.ts';

/** What a client asks for. */
export interface TailRequest {
  readonly filter: RecordFilter;
  readonly maxPerSecond: number;
  /** Begin with what arrived since then. */
  readonly sinceMs?: number | undefined;
  /** Go on behind this event; `sinceMs` means nothing then. */
  readonly after?: EventPosition | undefined;
  /** What was asked for, as it was written: a stream goes on only where the same is asked for again. */
  readonly wish: string;
}

/** Settings of a {@link TailHub}. */
export interface TailHubOptions {
  readonly maxStreams: number;
  readonly intervalMs?: number;
  readonly stallMs?: number;
  readonly rememberMs?: number;
}

/** What a {@link TailHub} works with. */
export interface TailHubDeps {
  readonly searcher: StoreSearcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'tailStreams' | 'tailStreamsLimit' | 'tailLeftOut'>;
  /** See {@link TailReader}. */
  readonly settledMs?: (() => number | undefined) | undefined;
  readonly options: TailHubOptions;
}

/** What is kept of a stream whose client went away. */
interface Kept {
  readonly reader: TailReader;
  readonly sent: SentRecords;
  readonly wish: string;
}

interface Running extends Kept {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

const DEFAULTS = { intervalMs: 1000, stallMs: 60_000, rememberMs: 300_000 } as const;

/** All streams of a process: bounds their number, ends them, and lets those that were cut off go on. */
export class TailHub {
  readonly #deps: TailHubDeps;
  readonly #options: Required<TailHubOptions>;
  readonly #running = new Map<string, Running>();
  readonly #kept = new Map<string, { readonly kept: Kept; readonly timer: NodeJS.Timeout }>();
  #isStopping = false;

  constructor(deps: TailHubDeps) {
    this.#deps = deps;
    this.#options = { ...DEFAULTS, ...deps.options };
    deps.metrics.tailStreams.child({}).readFrom(() => this.#running.size);
    deps.metrics.tailStreamsLimit.set({}, this.#options.maxStreams);
    deps.metrics.tailLeftOut.child({});
  }

  /** Streams that are open. */
  get size(): number {
    return this.#running.size;
  }

  /** Streams until the client leaves or {@link stop}. Throws a ProblemError when there are too many, or none are taken any more. */
  async serve(request: TailRequest, response: ServerResponse): Promise<void> {
    const before = await this.#resume(request);
    if (this.#isStopping) throw new ProblemError('shutting_down', 'this instance takes no more streams');
    const { maxStreams } = this.#options;
    if (this.#running.size >= maxStreams) {
      throw new ProblemError('too_many_streams', `${maxStreams} streams are open (MAX_TAILS)`);
    }
    if (response.destroyed) return;
    await this.#run(request, before, response);
  }

  /** Ends all streams; their clients come back to another instance. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const { controller } of this.#running.values()) controller.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    for (const { timer } of this.#kept.values()) clearTimeout(timer);
    this.#kept.clear();
  }

  async #run(request: TailRequest, before: Kept | undefined, response: ServerResponse): Promise<void> {
    const { clock, metrics } = this.#deps;
    const name = randomBytes(12).toString('base64url');
    const kept = before ?? this.#create(request);
    const controller = new AbortController();
    const trace = requestOf(response);
    if (trace) rememberRequest(controller.signal, trace);
    const sink = new EventSink(response, clock, this.#options.stallMs);
    const stream = new TailStream({
      name,
      ...kept,
      sink,
      intervalMs: this.#options.intervalMs,
      catchesUp: before !== undefined || request.after !== undefined || request.sinceMs !== undefined,
      onLeftOut: (count) => {
        metrics.tailLeftOut.add({}, count);
      },
      // The span of the request is that of its begin, with what is asked of the store for it: the rest has no end.
      onOpened: () => {
        if (trace?.span === undefined) return;
        rememberRequest(controller.signal, { ...trace, span: undefined });
        trace.span.set({ 'paylog.tail.resumed': before !== undefined });
        endRequest(trace.span, response.statusCode);
      },
    });
    const onClose = (): void => {
      controller.abort();
    };
    response.once('close', onClose);
    const done = this.#finish(name, stream.run(controller.signal), sink, response);
    this.#running.set(name, { ...kept, controller, done });
    await done;
    response.off('close', onClose);
  }

  /** Never rejects. */
  async #finish(name: string, running: Promise<void>, sink: EventSink, response: ServerResponse): Promise<void> {
    try {
      await running;
      sink.close();
    } catch (error) {
      if (error instanceof StalledClientError)
        this.#deps.logger.info('tail ended: its client does not read', logFieldsOf(response));
      else if (!(error instanceof ClientGoneError)) {
        this.#deps.logger.error('tail failed', { ...logFieldsOf(response), error });
        failsMidway(response, error);
      }
      response.destroy();
    }
    const ended = this.#running.get(name);
    this.#running.delete(name);
    if (ended !== undefined && !this.#isStopping) this.#keep(name, ended);
  }

  #create({ filter, maxPerSecond, sinceMs, after, wish }: TailRequest): Kept {
    const { searcher, clock, settledMs } = this.#deps;
    // Somebody else's stream: what was found late there is found again here.
    const resumedMs = after && Math.max(after.sinceMs, after.reachedMs - OVERLAP_MS);
    const nowMs = clock.now();
    const reader = new TailReader({
      searcher,
      clock,
      filter,
      sinceMs: Math.min(resumedMs ?? sinceMs ?? nowMs, nowMs),
      maxPerSecond,
      settledMs,
    });
    return { reader, sent: new SentRecords(), wish };
  }

  /** The stream that the client had, if it is remembered and was for the same. It is taken over, also when it has not noticed its end. */
  async #resume({ after, wish }: TailRequest): Promise<Kept | undefined> {
    if (after === undefined) return undefined;
    const running = this.#running.get(after.stream);
    running?.controller.abort();
    await running?.done;
    const found = this.#kept.get(after.stream);
    if (found?.kept.wish !== wish || !found.kept.sent.rewind(after.sequence)) return undefined;
    clearTimeout(found.timer);
    this.#kept.delete(after.stream);
    return found.kept;
  }

  #keep(name: string, { reader, sent, wish }: Kept): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= this.#options.maxStreams && oldest !== undefined) this.#forget(oldest);
    const timer = setTimeout(() => {
      this.#forget(name);
    }, this.#options.rememberMs);
    timer.unref();
    this.#kept.set(name, { kept: { reader, sent, wish }, timer });
  }

  #forget(name: string): void {
    clearTimeout(this.#kept.get(name)?.timer);
    this.#kept.delete(name);
  }
}
