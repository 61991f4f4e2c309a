import type { ServerResponse } from 'node:http';
import type { Clock } from '@paylog/shared/ports/clock';
import { ClientGoneError } from '../http/client-gone-error.ts';

/** One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface ServerEvent {
  /** Absent: only moves the position on. */
  readonly event?: string;
  readonly data?: string;
  readonly id?: string;
}

/** A line feed in JSON stands between tokens, where a space says the same; in an event it would end the line. */
const LINE_ENDS = /[\r\n]/g;

/** For what a client has not read yet when the stream ends. */
const LINGER_MS = 500;

/** The client does not read. */
export class StalledClientError extends Error {
  constructor() {
    super('the client does not read');
    this.name = 'StalledClientError';
  }
}

/** Writes events to an answer, and waits while the client does not read. */
export class EventSink {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #stallMs: number;
  #wroteMs = 0;

  /** @param stallMs a client that reads nothing for so long is given up */
  constructor(response: ServerResponse, clock: Clock, stallMs: number) {
    this.#response = response;
    this.#clock = clock;
    this.#stallMs = stallMs;
    // A write that meets a connection which has just been cut; `close` tells about it too.
    response.on('error', () => undefined);
  }

  /** Sends the headers at once. */
  open(): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      // No proxy may keep, change or collect it (the last one is nginx's).
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
  }

  /** Milliseconds since something was written. */
  get silentMs(): number {
    return this.#clock.now() - this.#wroteMs;
  }

  /** Resolves when there is room for more. Rejects with {@link StalledClientError} or ClientGoneError, and when the signal is aborted. */
  send({ event, data, id }: ServerEvent, signal: AbortSignal): Promise<void> {
    const lines = [
      ...(event === undefined ? [] : [`event: ${event}`]),
      ...(data === undefined ? [] : [`data: ${data.replace(LINE_ENDS, ' ')}`]),
      ...(id === undefined ? [] : [`id: ${id}`]),
    ];
    return this.#write(`${lines.join('\n')}\n\n`, signal);
  }

  comment(text: string, signal: AbortSignal): Promise<void> {
    return this.#write(`: ${text.replace(LINE_ENDS, ' ')}\n\n`, signal);
  }

  /** Milliseconds after which a client is to come back. */
  retry(ms: number, signal: AbortSignal): Promise<void> {
    return this.#write(`retry: ${ms}\n\n`, signal);
  }

  /** Says that it was all, and does not wait long for a client that does not read. */
  close(): void {
    const response = this.#response;
    const timer = setTimeout(() => response.destroy(), LINGER_MS);
    response.once('close', () => {
      clearTimeout(timer);
    });
    response.end();
  }

  async #write(text: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#response.destroyed) throw new ClientGoneError();
    this.#wroteMs = this.#clock.now();
    if (!this.#response.write(text)) await this.#drained(signal);
  }

  #drained(signal: AbortSignal): Promise<void> {
    const response = this.#response;
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        response.off('drain', onDrain);
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onDrain = (): void => {
        finish(resolve);
      };
      const onAbort = (): void => {
        finish(() => {
          reject(new DOMException('The stream ended', 'AbortError'));
        });
      };
      const timer = setTimeout(() => {
        finish(() => {
          reject(new StalledClientError());
        });
      }, this.#stallMs);
      response.on('drain', onDrain);
      signal.addEventListener('abort', onAbort);
    });
  }
}
