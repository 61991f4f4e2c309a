import type { IncomingHttpHeaders } from 'node:http';
import type { ProblemError } from '@paylog/shared/errors/problem-error';
import type { RecordFault } from '@paylog/shared/record/fault';
import type { PathFilter } from './elasticsearch-filter-path.ts';
import type { Answer } from './protocol.ts';

/** Elastic's clients refuse to talk to a server that does not send it. */
export const PRODUCT_HEADER = { 'X-Elastic-Product': 'Elasticsearch' } as const;

const VENDOR_TYPE = /application\/vnd\.elasticsearch\+(?:json|x-ndjson)\s*;\s*compatible-with\s*=\s*(\d{1,2})/i;

/** The media type that the client of a request expects: the one of its version when it names one. */
export function answerType({ accept, 'content-type': contentType }: IncomingHttpHeaders): string {
  const version = VENDOR_TYPE.exec(accept ?? contentType ?? '')?.[1];
  return version === undefined ? 'application/json' : `application/vnd.elasticsearch+json;compatible-with=${version}`;
}

/** An error in Elasticsearch's words. */
export interface ElasticsearchError {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** Faults of the document's content; all others are of the request. */
const PARSING_FAULTS: ReadonlySet<string> = new Set<RecordFault['code']>([
  'invalid_json',
  'invalid_utf8',
  'not_an_object',
  'invalid_type',
  'invalid_value',
  'invalid_timestamp',
  'invalid_level',
  'too_long',
  'too_deep',
  'too_many_keys',
]);

/** Why one document was rejected. `added`: characters that we put in front of it, which its sender does not count. */
export function documentError({ code, field, message }: RecordFault, added = 0): ElasticsearchError {
  // A value that is no field's is the action's.
  const isParsing = PARSING_FAULTS.has(code) && (code !== 'invalid_value' || field !== undefined);
  const type = isParsing ? 'mapper_parsing_exception' : 'illegal_argument_exception';
  const said =
    code === 'invalid_json'
      ? message.replace(/(?<=at character )\d+$/, (position) => String(Math.max(0, Number(position) - added)))
      : message;
  return { status: 400, type, reason: `[${code}] ${said}` };
}

/** Clients send documents with this error again: nothing of them may be counted on. */
export function refusal(detail: string): ElasticsearchError {
  return { status: 429, type: 'es_rejected_execution_exception', reason: detail };
}

const TYPES: Readonly<Partial<Record<ProblemError['code'], string>>> = {
  overloaded: 'es_rejected_execution_exception',
  unsupported_media_type: 'media_type_header_exception',
  queue_unavailable: 'unavailable_shards_exception',
  shutting_down: 'node_closed_exception',
  internal: 'exception',
  malformed_body: 'parse_exception',
};

/** A failure of a whole request. Its status is the problem's, but for the media type, where Elasticsearch says 406. */
export function problemError({ code, status, message }: ProblemError): ElasticsearchError {
  return {
    status: code === 'unsupported_media_type' ? 406 : status,
    type: TYPES[code] ?? 'illegal_argument_exception',
    reason: message,
  };
}

/** The body of a request that failed as a whole. */
export function errorAnswer(error: ElasticsearchError, contentType: string, retryAfterSeconds?: number): Answer {
  const { status, type, reason } = error;
  const cause = { type, reason };
  const body = JSON.stringify({ error: { root_cause: [cause], ...cause }, status });
  return { status, contentType, body, retryAfterSeconds, headers: PRODUCT_HEADER };
}

/** What is told of one document. */
export interface DocumentOutcome {
  /** JSON text of the index's name. */
  readonly indexText: string;
  /** Absent: the document has none, since it was not taken. */
  readonly id: string | undefined;
  readonly error?: ElasticsearchError | undefined;
}

/** Of a document that nobody wrote before. What tells apart several writes of one document has no meaning for log records. */
const CREATED = {
  _version: '1',
  result: '"created"',
  _shards: '{"total":1,"successful":1,"failed":0}',
  _seq_no: '0',
  _primary_term: '1',
} as const;

/** Writes the members that a document's part of an answer has behind `path` and that `filter` lets pass. */
export class DocumentWriter {
  readonly #keepsIndex: boolean;
  readonly #keepsId: boolean;
  readonly #keepsStatus: boolean;
  readonly #keepsType: boolean;
  readonly #keepsReason: boolean;
  readonly #created: readonly string[];

  constructor(path: readonly string[], filter: PathFilter) {
    const keeps = (...names: readonly string[]): boolean => filter([...path, ...names]);
    this.#keepsIndex = keeps('_index');
    this.#keepsId = keeps('_id');
    // Only items of a bulk answer carry their status; elsewhere it is that of the answer.
    this.#keepsStatus = path.length > 0 && keeps('status');
    this.#keepsType = keeps('error', 'type');
    this.#keepsReason = keeps('error', 'reason');
    this.#created = Object.entries(CREATED)
      .filter(([name]) => keeps(name))
      .map(([name, value]) => `"${name}":${value}`);
  }

  /** JSON text of the object; empty when nothing of it is wanted. */
  write({ indexText, id, error }: DocumentOutcome): string {
    const members: string[] = [];
    if (this.#keepsIndex) members.push(`"_index":${indexText}`);
    if (this.#keepsId) members.push(`"_id":${id === undefined ? 'null' : JSON.stringify(id)}`);
    if (!error) members.push(...this.#created);
    if (this.#keepsStatus) members.push(`"status":${error?.status ?? 201}`);
    if (error) {
      const cause = [
        ...(this.#keepsType ? [`"type":"${error.type}"`] : []),
        ...(this.#keepsReason ? [`"reason":${JSON.stringify(error.reason)}`] : []),
      ];
      if (cause.length > 0) members.push(`"error":{${cause.join(',')}}`);
    }
    return members.length === 0 ? '' : `{${members.join(',')}}`;
  }
}
