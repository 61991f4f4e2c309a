import { CliError } from '../cli-error.ts';

/** What {@link ApiClient} needs. */
export interface ApiClientOptions {
  readonly url: string;
  readonly apiKey: string | undefined;
  /** Time for one request, its answer included. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

/** One request to the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** With the query string. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What came back; the text is the whole body. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined;
}

/** An answer whose body is read as it comes. */
export interface ApiStream {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /**
   * To be read to its end, or left by `return` or `break`: that closes the connection. Rejects with {@link NoAnswerError} when it
   * is cut, or silent for too long, and with the signal's reason.
   */
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/** The server did not answer; another attempt may get through. */
export class NoAnswerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoAnswerError';
  }
}

/** Codes of connection errors in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: is the server running?',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
};

/** HTTP to one API: one attempt for each call. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  /** Resolves with the headers. Rejects as {@link send} does. `silenceMs` is the longest time between two pieces of the body. */
  async open(request: ApiRequest, signal: AbortSignal, silenceMs: number): Promise<ApiStream> {
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    let timer = setTimeout(stop, this.#options.timeoutMs);
    signal.throwIfAborted();
    signal.addEventListener('abort', stop);
    const close = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      abort.abort();
    };
    const fail = (error: unknown): Error => {
      const timedOut = abort.signal.aborted;
      close();
      signal.throwIfAborted();
      return this.#translate(error, timedOut);
    };
    try {
      const response = await this.#fetch(request, abort.signal);
      const chunks = async function* (): AsyncGenerator<Uint8Array> {
        const watch = (): void => {
          clearTimeout(timer);
          timer = setTimeout(stop, silenceMs);
        };
        try {
          watch();
          for await (const chunk of response.body ?? []) {
            // What the reader takes its time for is not the server's silence.
            clearTimeout(timer);
            yield chunk as Uint8Array;
            watch();
          }
        } catch (error) {
          throw fail(error);
        } finally {
          close();
        }
      };
      return { status: response.status, retryAfterMs: retryAfterOf(response), chunks: chunks() };
    } catch (error) {
      throw fail(error);
    }
  }

  /** Rejects with {@link NoAnswerError}, with a `CliError` when no attempt can succeed, and with the signal's reason. */
  async send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const { timeoutMs } = this.#options;
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    const timer = setTimeout(stop, timeoutMs);
    signal.throwIfAborted();
    signal.addEventListener('abort', stop);
    try {
      const response = await this.#fetch(request, abort.signal);
      const text = await response.text();
      return { status: response.status, text, retryAfterMs: retryAfterOf(response) };
    } catch (error) {
      signal.throwIfAborted();
      throw this.#translate(error, abort.signal.aborted);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  #fetch({ method, path, headers, body }: ApiRequest, signal: AbortSignal): Promise<Response> {
    const { url, apiKey, userAgent } = this.#options;
    return fetch(url + path, {
      method,
      headers: {
        ...headers,
        'user-agent': userAgent,
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      ...(body !== undefined && { body }),
      // A redirected POST would lose its body; the right address is a setting.
      redirect: 'manual',
      signal,
    });
  }

  #translate(error: unknown, timedOut: boolean): Error {
    const { url, timeoutMs } = this.#options;
    if (timedOut) return new NoAnswerError(`${url}: no answer within ${timeoutMs / 1000} s`);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (/CERT|TLS|SSL/.test(code)) return new CliError('failed', `${url}: no trusted TLS connection: ${message}`);
    const reason = REASONS[code] ?? (message === '' ? code : message);
    return new NoAnswerError(`${url}: ${reason}`);
  }
}

function retryAfterOf(response: Response): number | undefined {
  return parseRetryAfter(response.headers.get('retry-after'), Date.now());
}

/** `Retry-After` in seconds or as a date; undefined when absent or neither. Never negative. */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // HTTP dates end so (RFC 9110); the parser by itself takes almost anything for a date.
  const date = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
