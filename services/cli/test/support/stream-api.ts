import type { IncomingMessage, ServerResponse } from 'node:http';
import { LocalServer } from './local-server.ts';

/** An HTTP server whose answers a test writes itself, piece by piece. */
export class StreamApi extends LocalServer {
  readonly seen: IncomingMessage[] = [];

  private constructor(answer: (response: ServerResponse, count: number) => void) {
    super((request, response) => {
      this.seen.push(request);
      answer(response, this.seen.length);
    });
  }

  static start(answer: (response: ServerResponse, count: number) => void): Promise<StreamApi> {
    return new StreamApi(answer).listen();
  }
}
