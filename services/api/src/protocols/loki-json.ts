/** `application/json` of Loki's push API: `{"streams":[{"stream":{labels},"values":[["<ns>","<line>",{metadata}], ...]}]}`. */
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { recordFault, type RecordFault } from '@paylog/shared/record/fault';
import { lastMember, parseJsonTree, type JsonNode } from '@paylog/shared/record/json-tree';
import { otlpTimeFromDigits } from '@paylog/shared/record/otlp-time';
import { NO_METADATA, type LokiEntry, type LokiStream } from './loki-push.ts';

const REPLACED = '\ufffd';

/** Deeper than any push; bounds the recursion of the tree. */
const TREE_LIMITS = { maxDepth: 64, maxKeys: Number.POSITIVE_INFINITY };

const malformed = (detail: string): ProblemError => new ProblemError('malformed_body', detail);

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a push. Throws `malformed_body`, `too_many_records`. */
export function readLokiJson(body: Buffer, isUtf8Body: boolean, maxRecords: number): LokiStream[] {
  const text = body.toString('utf8', hasByteOrderMark(body) ? 3 : 0);
  return new JsonReader(text, isUtf8Body, maxRecords).read();
}

function hasByteOrderMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
}

class JsonReader {
  readonly #text: string;
  readonly #isUtf8: boolean;
  readonly #maxRecords: number;
  #records = 0;
  #tree: JsonNode | undefined;

  constructor(text: string, isUtf8Body: boolean, maxRecords: number) {
    this.#text = text;
    this.#isUtf8 = isUtf8Body;
    this.#maxRecords = maxRecords;
  }

  read(): LokiStream[] {
    let push: unknown;
    try {
      push = JSON.parse(this.#text);
    } catch {
      throw malformed('the body is not valid JSON');
    }
    const streams = isObject(push) ? push['streams'] : undefined;
    if (!Array.isArray(streams)) throw malformed('the body must be an object with an array `streams`');
    return streams.map((stream, index) => this.#stream(stream, index));
  }

  #stream(stream: unknown, index: number): LokiStream {
    if (!isObject(stream) || !Array.isArray(stream['values'])) {
      throw malformed(`streams[${index}] must be an object with an object \`stream\` and an array \`values\``);
    }
    const values: readonly unknown[] = stream['values'];
    this.#records += values.length;
    if (this.#records > this.#maxRecords) {
      throw new ProblemError('too_many_records', `at most ${this.#maxRecords} entries in one request`);
    }
    const labels = stream['stream'] ?? {};
    if (!isObject(labels)) {
      const fault = recordFault('invalid_type', 'stream must be an object of labels', 'stream');
      return { labels: NO_METADATA, entries: values.map(() => fault) };
    }
    return { labels: strings(labels), entries: values.map((value, at) => this.#entry(value, index, at)) };
  }

  #entry(value: unknown, stream: number, at: number): LokiEntry | RecordFault {
    if (!Array.isArray(value) || value.length < 2) {
      return recordFault('invalid_type', 'an entry must be an array of timestamp, line and perhaps metadata', 'values');
    }
    const [time, line, metadata] = value as readonly unknown[];
    if (typeof line !== 'string') return recordFault('invalid_type', 'the line must be a string', 'line');
    if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
      return recordFault('invalid_type', 'structured metadata must be an object', 'metadata');
    }
    const nanos = typeof time === 'number' ? this.#token(stream, at) : time;
    const timestamp = typeof nanos === 'string' ? otlpTimeFromDigits(nanos) : undefined;
    if (timestamp === undefined) {
      const right = 'a string of nanoseconds since 1970, before 2262';
      return recordFault('invalid_timestamp', `the timestamp must be ${right}`, 'timestamp');
    }
    if (!this.#isUtf8 && JSON.stringify(value).includes(REPLACED)) {
      return recordFault('invalid_utf8', 'the entry is not valid UTF-8');
    }
    return { timestamp, line, metadata: metadata ? strings(metadata) : NO_METADATA };
  }

  /** A timestamp as a number is beyond a double: its digits are taken from the text. */
  #token(stream: number, at: number): string | undefined {
    this.#tree ??= parseJsonTree(this.#text, TREE_LIMITS);
    const values = member(item(member(this.#tree, 'streams'), stream), 'values');
    const node = item(item(values, at), 0);
    return node && this.#text.slice(node.start, node.end);
  }
}

function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === 'object' ? lastMember(node, name)?.value : undefined;
}

function item(node: JsonNode | undefined, at: number): JsonNode | undefined {
  return node?.kind === 'array' ? node.items[at] : undefined;
}

/** Labels and metadata are strings in Loki; what else clients write there is kept as its JSON text, null is absent. */
function strings(fields: Fields): Map<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null) result.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return result;
}
