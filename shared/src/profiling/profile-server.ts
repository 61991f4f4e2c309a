import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Profiled, Profiler } from './profiler.ts';

export interface ProfileServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Of a CPU profile whose request does not say. */
  readonly durationMs: number;
}

/** From this machine (or pod) only: a profile tells secrets, and taking one costs. */
const HOST = '127.0.0.1';
const BASE = `http://${HOST}`;
const LOCAL_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);
const MAX_SECONDS = 300;

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** `POST /profile/cpu?seconds=10` and `POST /profile/heap`, answered when the file is written: 201 with its path. */
export class ProfileServer {
  readonly #profiler: Profiler;
  readonly #options: ProfileServerOptions;
  #server: Server | undefined;

  constructor(profiler: Profiler, options: ProfileServerOptions) {
    this.#profiler = profiler;
    this.#options = options;
  }

  /** Resolves with the port when it listens; rejects when it cannot (port taken). */
  async start(): Promise<number> {
    const server = createServer((request, response) => {
      void this.#answer(request).then((answer) => {
        send(response, answer);
      });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#options.port, HOST, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  }

  /** Idempotent, legal before `start`. Who still waits for a profile is cut off. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    // A page in a browser on this machine must not be able to ask, under whatever name it finds the way here.
    const name = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (request.headers.origin !== undefined || !LOCAL_NAMES.has(name)) {
      return { status: 403, body: { error: 'this is not for browsers, and for 127.0.0.1 only' } };
    }
    const target = request.url ?? '/';
    // Node hands on whatever stands there: `//` is no URL.
    const { pathname, searchParams } = new URL(URL.canParse(target, BASE) ? target : '/', BASE);
    if (pathname !== '/profile/cpu' && pathname !== '/profile/heap') {
      return { status: 404, body: { error: 'there are /profile/cpu and /profile/heap' } };
    }
    if (request.method !== 'POST') return { status: 405, body: { error: 'this path allows POST' } };
    if (pathname === '/profile/heap') return answerTo(await this.#profiler.heap());
    const seconds = searchParams.get('seconds');
    const given = Number(seconds);
    if (seconds !== null && !(given > 0 && given <= MAX_SECONDS)) {
      return { status: 400, body: { error: `seconds must be a number above 0, at most ${String(MAX_SECONDS)}` } };
    }
    return answerTo(await this.#profiler.cpu(seconds === null ? this.#options.durationMs : given * 1000));
  }
}

function answerTo(profiled: Profiled): Answer {
  switch (profiled.status) {
    case 'kept':
      return { status: 201, body: { file: profiled.file, bytes: profiled.bytes } };
    case 'busy':
      return { status: 409, body: { error: 'another one is being taken' } };
    case 'failed':
      return { status: 500, body: { error: profiled.message } };
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'POST' }),
  });
  response.end(text);
}
