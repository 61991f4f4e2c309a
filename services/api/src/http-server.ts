import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { newRequestId } from '@paylog/shared/telemetry/request-id';
import { SECURITY_HEADERS } from './http/security-headers.ts';

/** Settings of {@link HttpServer}. */
export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** A request must have arrived completely within this time. */
  readonly requestTimeoutMs: number;
  /** Time that {@link HttpServer.stop} gives to requests under way. */
  readonly drainTimeoutMs: number;
}

/** Headers come in one piece from honest clients; slow ones hold a socket, not a record. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Node looks for late requests this often (its default of 30 s would let them live half a minute longer). */
const CHECK_INTERVAL_MS = 1000;
/** Above the idle time-out of usual load balancers (60 s), so that they close idle connections, not we. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Browsers and connection pools open connections before they have a request; Node does not count these as idle. When the server stops, a
 * request may be on its way for so long.
 */
const UNUSED_GRACE_MS = 1000;

/** How long a connection stays open after the answer to a faulty request. */
const LINGER_MS = 1000;

/** Codes of Node's `clientError` that have an answer of their own; all others are malformed requests. */
const CLIENT_ERRORS: Readonly<Record<string, ProblemError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError('request_timeout', 'the request did not arrive completely in time'),
  HPE_HEADER_OVERFLOW: new ProblemError('headers_too_large', 'the headers of a request may have at most 16 KiB'),
};

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem =
    CLIENT_ERRORS[error.code ?? ''] ?? new ProblemError('malformed_request', 'this is not an HTTP/1.1 request');
  const requestId = newRequestId();
  const body = JSON.stringify(problem.toDocument({ requestId }));
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.code}`,
    ...Object.entries({ ...problem.headers(), ...SECURITY_HEADERS }).map(([name, value]) => `${name}: ${value}`),
    `x-request-id: ${requestId}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // The client has time to read the answer; one that never closes its side must not keep what its request holds.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** An HTTP server that finishes what it began: on `stop` it takes no more connections and waits for the answers under way. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  /** The answer begun last on each connection. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  /** Connections on which no request has come yet. */
  readonly #unused = new Set<Duplex>();
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  constructor(listener: RequestListener, options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        requestTimeout: options.requestTimeoutMs,
        headersTimeout: Math.min(HEADERS_TIMEOUT_MS, options.requestTimeoutMs),
        connectionsCheckingInterval: CHECK_INTERVAL_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => {
        // Tells clients that keep their connection to open another one elsewhere.
        if (this.#isStopping) response.shouldKeepAlive = false;
        this.#answers.set(request.socket, response);
        this.#unused.delete(request.socket);
        listener(request, response);
      },
    );
    this.#server.on('connection', (socket) => {
      this.#unused.add(socket);
      socket.once('close', () => this.#unused.delete(socket));
    });
    this.#server.on('clientError', (error, socket) => {
      this.#clientError(error, socket);
    });
  }

  /** Rejects when the address cannot be had. */
  start(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Port that is listened on; 0 before `start`. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  /** What comes behind a complete request that is not answered yet must not be taken for its answer. */
  #clientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    const answer = this.#answers.get(socket);
    if (answer?.req.complete === true && !answer.writableFinished) answer.shouldKeepAlive = false;
    else answerClientError(error, socket);
  }

  async #drain(): Promise<void> {
    this.#isStopping = true;
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    const idle = setInterval(() => {
      this.#server.closeIdleConnections();
    }, 100);
    const forced = setTimeout(() => {
      this.#server.closeAllConnections();
    }, this.#options.drainTimeoutMs);
    const unused = setTimeout(() => {
      for (const socket of this.#unused) socket.destroy();
    }, UNUSED_GRACE_MS);
    this.#server.closeIdleConnections();
    await closed;
    clearInterval(idle);
    clearTimeout(unused);
    clearTimeout(forced);
  }
}
