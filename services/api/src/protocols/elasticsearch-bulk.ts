/**
 * What shippers and libraries write to Elasticsearch: `_bulk`, `_doc` and `_create` below `/elasticsearch/`. Answers say for each
 * document what became of it.
 */
import { performance } from 'node:perf_hooks';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { RecordFault } from '@paylog/shared/record/fault';
import {
  answerType,
  documentError,
  DocumentWriter,
  errorAnswer,
  PRODUCT_HEADER,
  problemError,
  refusal,
  type ElasticsearchError,
} from './elasticsearch-answer.ts';
import { documentSource, readBulkBody, type BulkItem } from './elasticsearch-bulk-body.ts';
import { destinationOf } from './elasticsearch-destination.ts';
import { pathFilter, type PathFilter } from './elasticsearch-filter-path.ts';
import { elasticsearchTarget } from './elasticsearch-route.ts';
import { serviceFromFields } from './elasticsearch-service.ts';
import { bodyText } from './body-text.ts';
import type { IngestResult } from './ingest-result.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Answer, Decode, Protocol } from './protocol.ts';

const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/json',
  'application/vnd.elasticsearch+x-ndjson',
  'application/vnd.elasticsearch+json',
]);

/** What an answer depends on besides the records. */
interface AnswerOptions {
  readonly contentType: string;
  readonly filter: PathFilter;
}

/** The protocol of all routes that {@link elasticsearchTarget} knows. */
export const ELASTICSEARCH: Protocol = {
  name: 'elasticsearch',
  begin({ method, path, query, headers }) {
    const target = elasticsearchTarget(method, path);
    if (!target) throw new ProblemError('not_found', 'no document is written here');
    const contentType = headers['content-type'];
    if (!MEDIA_TYPES.has(mediaTypeOf(contentType))) {
      const said = contentType === undefined ? 'Content-Type header is missing' : 'this Content-Type is not supported';
      const detail = `${said}: send application/x-ndjson or application/json, in UTF-8`;
      throw new ProblemError('unsupported_media_type', detail, { field: 'Content-Type' });
    }
    const options = { contentType: answerType(headers), filter: pathFilter(query.get('filter_path')) };
    return target.kind === 'bulk'
      ? decodeBulk(target.index, options)
      : decodeDocument(target.index, target.id, options);
  },
  problem: (error, { headers }) => errorAnswer(problemError(error), answerType(headers), error.retryAfterSeconds),
};

function decodeBulk(index: string | undefined, options: AnswerOptions): Decode {
  return (body, maxRecords, dataSets) => {
    const startedMs = performance.now();
    const items = readBulkBody(body, { index, maxRecords, dataSets });
    return {
      batch: { sources: items.map(({ source }) => source) },
      serviceFrom: serviceFromFields,
      answer: (result) =>
        bulkAnswer(items, outcomesOf(items, result), Math.round(performance.now() - startedMs), options),
    };
  };
}

function decodeDocument(index: string, id: string | undefined, { contentType, filter }: AnswerOptions): Decode {
  return (body, _maxRecords, dataSets) => {
    if (body.length === 0) throw new ProblemError('malformed_body', 'request body is required');
    const destination = destinationOf(index, dataSets);
    const hasByteOrderMark = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
    const text = bodyText(body)(hasByteOrderMark ? 3 : 0, body.length);
    const items = [{ operation: 'index', destination, ...documentSource(text, id, destination) }] as const;
    return {
      batch: { sources: items.map(({ source }) => source) },
      serviceFrom: serviceFromFields,
      answer: (result) => {
        const [outcome] = outcomesOf(items, result);
        if (outcome?.error) return errorAnswer(outcome.error, contentType, result.status === 'settled' ? undefined : 1);
        const written = new DocumentWriter([], filter).write({ indexText: destination.nameText, id: outcome?.id });
        return { status: 201, contentType, body: written === '' ? '{}' : written, headers: PRODUCT_HEADER };
      },
    };
  };
}

/** Either the id under which a document was taken, or why it was not. */
interface Outcome {
  readonly id: string | undefined;
  readonly error?: ElasticsearchError;
}

function outcomesOf(items: readonly BulkItem[], result: IngestResult): Outcome[] {
  const failed = ({ source, added }: BulkItem, fault: RecordFault): Outcome => ({
    id: 'text' in source ? source.id : undefined,
    error: documentError(fault, added),
  });
  if (result.status !== 'settled') {
    const error = refusal(`${result.detail}; send it again`);
    return items.map((item) => ('text' in item.source ? { id: item.source.id, error } : failed(item, item.source)));
  }
  const outcomes = new Array<Outcome>(items.length).fill({ id: undefined });
  for (const { index, id } of result.accepted) outcomes[index] = { id };
  for (const { index, fault } of result.rejected) {
    const item = items[index];
    if (item) outcomes[index] = failed(item, fault);
  }
  return outcomes;
}

/**
 * Status 200 with an item for each action, in order, as clients expect it also when all items failed: they send again those with
 * status 429, and only those.
 */
function bulkAnswer(
  items: readonly BulkItem[],
  outcomes: readonly Outcome[],
  tookMs: number,
  { contentType, filter }: AnswerOptions,
): Answer {
  const writers = new Map<string, DocumentWriter>();
  const written: string[] = [];
  for (const [index, { operation, destination }] of items.entries()) {
    let writer = writers.get(operation);
    if (!writer) writers.set(operation, (writer = new DocumentWriter(['items', operation], filter)));
    const text = writer.write({ indexText: destination.nameText, ...(outcomes[index] ?? { id: undefined }) });
    if (text !== '') written.push(`{"${operation}":${text}}`);
  }
  const hasErrors = outcomes.some(({ error }) => error !== undefined);
  const members = [
    ...(filter(['took']) ? [`"took":${tookMs}`] : []),
    ...(filter(['errors']) ? [`"errors":${hasErrors}`] : []),
    ...(written.length > 0 ? [`"items":[${written.join(',')}]`] : []),
  ];
  return { status: 200, contentType, body: `{${members.join(',')}}`, headers: PRODUCT_HEADER };
}
