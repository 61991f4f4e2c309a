import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request as it arrived. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly lines: readonly string[];
}

/** How it is answered. */
export interface ScriptedAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP server that answers as a test says. */
export class ScriptedApi implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  readonly #server;

  private constructor(answer: (request: SeenRequest, count: number) => ScriptedAnswer | 'hang up' | 'say nothing') {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
        const seen = { path: request.url ?? '', headers: request.headers, lines: text.split('\n').filter(Boolean) };
        this.seen.push(seen);
        const said = answer(seen, this.seen.length);
        if (said === 'hang up') request.socket.destroy();
        else if (said !== 'say nothing')
          response.writeHead(said.status, said.headers).end(JSON.stringify(said.body ?? {}));
      });
    });
  }

  static async start(
    answer: (request: SeenRequest, count: number) => ScriptedAnswer | 'hang up' | 'say nothing',
  ): Promise<ScriptedApi> {
    const api = new ScriptedApi(answer);
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Everything was accepted. */
export function accepted(count: number): ScriptedAnswer {
  return { status: 202, body: { accepted: count, rejected: 0, errors: [] } };
}
