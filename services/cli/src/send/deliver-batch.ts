import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ApiAnswer, ApiClient } from '../api/api-client.ts';
import { problemText } from '../api/problem-text.ts';
import { type RetryOptions, untilAnswered } from '../api/until-answered.ts';
import { CliError } from '../cli-error.ts';
import type { Batch } from './batches.ts';
import type { Line } from './line-splitter.ts';
import { type LineFault, recordOf } from './record-text.ts';
import { batchKey, type RecordShape, shapeDigest } from './stream-identity.ts';

/** A line that was not accepted. */
export interface Reject {
  readonly line: Line;
  readonly fault: LineFault;
}

/** What became of the lines of a batch. */
export interface Delivery {
  readonly accepted: number;
  readonly rejects: readonly Reject[];
}

/** What {@link BatchDelivery} needs. */
export interface BatchDeliveryOptions {
  readonly client: ApiClient;
  readonly identity: string;
  readonly shape: RecordShape;
  readonly compress: boolean;
  readonly retry: RetryOptions;
}

/** The answer to an ingest request, as far as it is read here (`docs/errors.md`). */
interface IngestAnswer {
  readonly code?: string;
  readonly accepted: number;
  readonly errors: readonly ({ readonly index: number } & LineFault)[];
  readonly errors_omitted?: number;
  readonly ids?: readonly (string | null)[];
}

interface Sendable {
  readonly line: Line;
  readonly record: Buffer;
}

/** Rejections that one answer of the API lists at most. */
const LISTED = 100;

const compressed = promisify(gzip);

/** Sends batches: whatever way that takes, each line is accepted, or rejected with its reason. */
export class BatchDelivery {
  readonly #options: BatchDeliveryOptions;
  readonly #shape: string;
  #isStarted = false;

  constructor(options: BatchDeliveryOptions) {
    this.#options = options;
    this.#shape = shapeDigest(options.shape);
  }

  /** Throws `CliError` when the API cannot be reached or refuses the request as such, and the signal's reason. */
  async deliver({ lines, open }: Batch): Promise<Delivery> {
    this.#refuseForgottenService(lines);
    const sendable: Sendable[] = [];
    const rejects: Reject[] = [];
    for (const line of lines) {
      const record = recordOf(line, this.#options.shape);
      if (Buffer.isBuffer(record)) sendable.push({ line, record });
      else rejects.push({ line, fault: record });
    }
    const sent = await this.#send(sendable, open);
    return {
      accepted: sent.accepted,
      rejects: [...rejects, ...sent.rejects].sort((a, b) => a.line.number - b.line.number),
    };
  }

  /** Plain lines without a service are rejected one by one, but when the first is one, that is a mistake of the command line. */
  #refuseForgottenService([first]: readonly Line[]): void {
    const { shape } = this.#options;
    if (first === undefined || this.#isStarted) return;
    this.#isStarted = true;
    const record = recordOf(first, shape);
    if (!Buffer.isBuffer(record) && record.field === 'service') {
      throw new CliError('usage', `line ${first.number} is not JSON, and ${record.message}, or PAYLOG_SERVICE`);
    }
  }

  async #send(items: readonly Sendable[], open: boolean, purpose?: string): Promise<Delivery> {
    if (items.length === 0) return { accepted: 0, rejects: [] };
    const answer = await this.#post(items, open, purpose, false);
    if (answer.status === 413) return this.#sendHalves(items, open, purpose, answer);
    const result = readAnswer(this.#options.client.url, answer);
    const listed = toRejects(items, result);
    if ((result.errors_omitted ?? 0) === 0) return { accepted: result.accepted, rejects: listed };
    return this.#explain(items, open, purpose, listed, result.accepted);
  }

  /** The server takes less at once than we sent. A half begins where the whole did, or at a line of its own: its key is right. */
  async #sendHalves(
    items: readonly Sendable[],
    open: boolean,
    purpose: string | undefined,
    answer: ApiAnswer,
  ): Promise<Delivery> {
    const [only] = items;
    if (items.length === 1 && only !== undefined) {
      return {
        accepted: 0,
        rejects: [{ line: only.line, fault: { code: 'body_too_large', message: problemText(answer) } }],
      };
    }
    const middle = Math.ceil(items.length / 2);
    const first = await this.#send(items.slice(0, middle), open, purpose);
    const second = await this.#send(items.slice(middle), open, purpose);
    return { accepted: first.accepted + second.accepted, rejects: [...first.rejects, ...second.rejects] };
  }

  /**
   * The answer did not list every rejection. The same request once more, which stores nothing twice, also gives the ids of what
   * was accepted; the records without one are sent in parts that are small enough for a full list.
   */
  async #explain(
    items: readonly Sendable[],
    open: boolean,
    purpose: string | undefined,
    listed: readonly Reject[],
    accepted: number,
  ): Promise<Delivery> {
    const { ids } = readAnswer(this.#options.client.url, await this.#post(items, open, purpose, true));
    if (ids?.length !== items.length) throw new CliError('failed', 'the API did not say which records it accepted');
    const known = new Set(listed.map(({ line }) => line));
    const unexplained = items.filter(({ line }, index) => ids[index] === null && !known.has(line));
    const rejects = [...listed];
    let nowAccepted = accepted;
    for (let at = 0; at < unexplained.length; at += LISTED) {
      const part = await this.#send(unexplained.slice(at, at + LISTED), open, 'explain');
      nowAccepted += part.accepted;
      rejects.push(...part.rejects);
    }
    return { accepted: nowAccepted, rejects };
  }

  async #post(
    items: readonly Sendable[],
    open: boolean,
    purpose: string | undefined,
    ids: boolean,
  ): Promise<ApiAnswer> {
    const { client, identity, shape, compress, retry } = this.#options;
    const text = Buffer.concat(items.flatMap(({ record }) => [record, LINE_FEED]));
    const query = new URLSearchParams({
      ...(shape.service !== undefined && { service: shape.service }),
      ...(ids && { ids: 'true' }),
    }).toString();
    const lines = items.map(({ line }) => line);
    return untilAnswered(
      client,
      {
        method: 'POST',
        path: `/api/v1/logs${query === '' ? '' : `?${query}`}`,
        headers: {
          'content-type': 'application/x-ndjson',
          'idempotency-key': batchKey(identity, this.#shape, { lines, open }, purpose),
          ...(compress && { 'content-encoding': 'gzip' }),
        },
        body: compress ? await compressed(text) : text,
      },
      retry,
    );
  }
}

const LINE_FEED = Buffer.from('\n');

function toRejects(items: readonly Sendable[], { errors }: IngestAnswer): Reject[] {
  return errors.flatMap(({ index, code, field, message }) => {
    const item = items[index];
    return item ? [{ line: item.line, fault: { code, field, message } }] : [];
  });
}

/** All accepted, some, or none; any other answer speaks of the request as such. */
function readAnswer(url: string, answer: ApiAnswer): IngestAnswer {
  const parsed = [202, 207, 400].includes(answer.status) ? parseAnswer(answer.text) : undefined;
  if (parsed !== undefined && (answer.status !== 400 || parsed.code === 'records_rejected')) return parsed;
  throw new CliError('failed', `${url}: ${problemText(answer)}`);
}

function parseAnswer(text: string): IngestAnswer | undefined {
  try {
    const parsed = JSON.parse(text) as Partial<IngestAnswer> | null;
    return typeof parsed?.accepted === 'number' && Array.isArray(parsed.errors) ? (parsed as IngestAnswer) : undefined;
  } catch {
    return undefined;
  }
}
