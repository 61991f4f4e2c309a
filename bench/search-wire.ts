import { Agent, createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';

/** One request to Elasticsearch as the API made it. */
export interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One answer. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

const TIMEOUT_MS = 60_000;
const KEPT_HEADERS = ['content-type', 'accept'];
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** One request over kept connections: the same client for the API and for Elasticsearch. */
export function ask(
  url: string,
  asked: Omit<Captured, 'path'> = { method: 'GET', headers: {}, body: '' },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, headers, body } = asked;
    const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = request(url, { agent, method, headers: { ...headers, ...length }, signal }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString(), headers: answer.headers });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Closes the kept connections. */
export function hangUp(): void {
  agent.destroy();
}

/** Stands between the API and Elasticsearch while it is found out what the API asks, not while anything is measured. */
export class CapturingProxy {
  readonly #server: Server;
  /** Searches since the last {@link take}. */
  #searches: Captured[] = [];

  constructor(elasticsearchUrl: string) {
    this.#server = createServer((incoming, outgoing) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        const { method = 'GET', url: path = '/' } = incoming;
        const body = Buffer.concat(parts).toString();
        const kept = KEPT_HEADERS.flatMap((name) => {
          const value = incoming.headers[name];
          return typeof value === 'string' ? [[name, value] as const] : [];
        });
        const captured = { method, path, headers: Object.fromEntries(kept), body };
        if (path.includes('/_search')) this.#searches.push(captured);
        ask(elasticsearchUrl + path, captured).then(
          ({ status, text, headers }) => {
            const named = ['content-type', 'x-elastic-product'].flatMap((name) => {
              const value = headers[name];
              return typeof value === 'string' ? [[name, value] as const] : [];
            });
            outgoing.writeHead(status, Object.fromEntries(named)).end(text);
          },
          () => outgoing.destroy(),
        );
      });
    });
  }

  /** Resolves with its URL. */
  start(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.on('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
      });
    });
  }

  /** What was searched since the last call. */
  take(): Captured[] {
    const taken = this.#searches;
    this.#searches = [];
    return taken;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}
