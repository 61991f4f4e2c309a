import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { LocalServer } from './local-server.ts';

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
export class ScriptedApi extends LocalServer {
  readonly seen: SeenRequest[] = [];

  private constructor(answer: (request: SeenRequest, count: number) => ScriptedAnswer | 'hang up' | 'say nothing') {
    super((request, response) => {
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

  static start(
    answer: (request: SeenRequest, count: number) => ScriptedAnswer | 'hang up' | 'say nothing',
  ): Promise<ScriptedApi> {
    return new ScriptedApi(answer).listen();
  }
}

/** Everything was accepted. */
export function accepted(count: number): ScriptedAnswer {
  return { status: 202, body: { accepted: count, rejected: 0, errors: [] } };
}
