import { setTimeout as sleep } from 'node:timers/promises';
import { Client, errors, Serializer } from '@elastic/elasticsearch';
import type { Deadline } from './deadline.ts';
import { readStoreError } from './store-error.ts';
import type { ElasticsearchConnectionOptions } from './options.ts';

/** What became of one HTTP request: an answer with any status, or none. */
export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | { readonly kind: 'none'; readonly type: 'timeout' | 'aborted' | 'connection_error'; readonly reason: string };

/** One request. A `Buffer` is sent as newline-delimited JSON, an object as JSON. */
export interface GatewayRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Buffer | object;
}

const CLOSE_MS = 1000;

/** Leaves answers as text: numbers in `_source` must not pass through doubles, and bulk answers are read faster by ourselves. */
class TextSerializer extends Serializer {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the signature is the client's
  override deserialize<T = unknown>(json: string): T {
    return json as T;
  }
}

/**
 * The client behind one narrow method: never throws for what the store or the network does, never parses, never retries
 * (`maxRetries: 0`: one layer retries, and it is not this one).
 */
export class Gateway {
  readonly #client: Client;

  constructor(options: ElasticsearchConnectionOptions) {
    const { apiKey, username, password, ca, checkServerIdentity } = options;
    const basic = username === undefined || password === undefined ? {} : { auth: { username, password } };
    this.#client = new Client({
      node: options.url,
      maxRetries: 0,
      // The deadline of each call ends it before; this one only covers sockets that nobody waits for.
      requestTimeout: options.timeoutMs + 5000,
      Serializer: TextSerializer,
      ...(apiKey === undefined ? basic : { auth: { apiKey } }),
      tls: { ...(ca !== undefined && { ca }), ...(checkServerIdentity && { checkServerIdentity }) },
    });
  }

  async request(request: GatewayRequest, deadline: Deadline): Promise<Answer> {
    const { method, path, query, body } = request;
    const content = body === undefined ? {} : Buffer.isBuffer(body) ? { bulkBody: body } : { body };
    try {
      const asked = this.#client.transport.request(
        { method, path, ...(query === undefined ? {} : { querystring: { ...query } }), ...content },
        { meta: true, signal: deadline.signal },
      );
      // A request whose connection is closed at a bad moment never settles, whatever its signal says.
      const { statusCode, body: text } = await deadline.race(asked);
      return { kind: 'answer', status: statusCode, text: textOf(text) };
    } catch (error) {
      return answerOf(error, deadline);
    }
  }

  /** Ends the connections; every call has ended by its deadline before. */
  async close(): Promise<void> {
    const closed = new AbortController();
    // A request that was lost (see `request`) would keep the client from closing for ever.
    const gaveUp = sleep(CLOSE_MS, undefined, { signal: closed.signal }).catch(() => undefined);
    await Promise.race([this.#client.close(), gaveUp]);
    closed.abort();
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : '';
}

function answerOf(error: unknown, deadline: Deadline): Answer {
  if (error instanceof errors.ResponseError) {
    return { kind: 'answer', status: error.statusCode ?? 0, text: textOf(error.body) };
  }
  if (deadline.timedOut || error instanceof errors.TimeoutError) {
    return { kind: 'none', type: 'timeout', reason: 'Elasticsearch did not answer in time' };
  }
  if (deadline.signal.aborted) return { kind: 'none', type: 'aborted', reason: 'the request was aborted' };
  // The client's own checks (an answer that is not Elasticsearch's) and everything of the network.
  const reason = error instanceof Error && error.message !== '' ? error.message : 'no connection';
  return { kind: 'none', type: 'connection_error', reason: `cannot reach Elasticsearch: ${reason.slice(0, 200)}` };
}

/** Why the store did not do what was asked. */
export interface StoreFault {
  readonly type: string;
  readonly reason: string;
}

/** Type and reason of an answer that is not what was asked for. */
export function faultOf(answer: Answer): StoreFault {
  if (answer.kind === 'none') return { type: answer.type, reason: answer.reason };
  const { type, reason } = readStoreError(answer.text);
  return {
    type: type ?? `http_${answer.status}`,
    reason: `HTTP ${answer.status}${reason === '' ? '' : `: ${reason}`}`,
  };
}
