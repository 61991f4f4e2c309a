import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server whose answers a test writes itself, piece by piece. */
export class StreamApi implements AsyncDisposable {
  readonly seen: IncomingMessage[] = [];
  readonly #server;

  private constructor(answer: (response: ServerResponse, count: number) => void) {
    this.#server = createServer((request, response) => {
      this.seen.push(request);
      answer(response, this.seen.length);
    });
  }

  static async start(answer: (response: ServerResponse, count: number) => void): Promise<StreamApi> {
    const api = new StreamApi(answer);
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
