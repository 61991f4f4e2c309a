import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProblemError } from '../errors/problem-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { Health } from './health.ts';
import { requestIdOf } from './request-id.ts';

export interface AdminServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly health: Health;
}

/** Probes may keep a connection open; nothing else may hold the process when it stops. */
const MAX_REQUEST_MS = 10_000;

/**
 * Health and metrics of a process that has no API: GET of what `ADMIN_PATHS` lists. Every answer has an `x-request-id`, as those of the
 * API.
 */
export class AdminServer {
  readonly #options: AdminServerOptions;
  readonly #logger: Logger;
  #server: Server | undefined;

  constructor(options: AdminServerOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  /** Resolves with the port when it listens; rejects when it cannot (port taken). */
  async start(): Promise<number> {
    const server = createServer(
      { requestTimeout: MAX_REQUEST_MS, headersTimeout: MAX_REQUEST_MS },
      (request, response) => {
        void this.#handle(request, response);
      },
    );
    this.#server = server;
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  }

  /** Idempotent, legal before `start`. Open connections are cut: a probe asks again. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    const [path = ''] = (request.url ?? '').split('?');
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        throw new ProblemError('method_not_allowed', 'this path allows GET, HEAD');
      }
      const answer = await this.#options.health.answer(path, request.headers.accept);
      if (!answer) throw new ProblemError('not_found', 'there is no such path');
      send(request, response, answer.status, answer.contentType, answer.body);
    } catch (error) {
      const problem =
        error instanceof ProblemError ? error : new ProblemError('internal', 'the request failed', { cause: error });
      if (problem.code === 'internal')
        this.#logger.error('Admin request failed', { path, request_id: requestId, error });
      const { 'content-type': type = '' } = problem.headers();
      send(request, response, problem.status, type, JSON.stringify(problem.toDocument({ requestId })));
    }
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
