import { isAscii } from 'node:buffer';
import type { Publisher, PublishOutcome, QueueMessage } from '@paylog/shared/ports/queue';
import type { Clock } from '@paylog/shared/ports/clock';
import { recordFault } from '@paylog/shared/record/fault';
import { givenIdFault } from '@paylog/shared/record/given-id';
import { createIdMint, createKeyedIds, type IdMint } from '@paylog/shared/record/mint-id';
import {
  type PreparedRecord,
  recordContext,
  type RecordContext,
  type RecordPreparer,
  type ServiceFrom,
} from '@paylog/shared/record/prepare';
import { isoMillis } from '@paylog/shared/record/timestamp';
import type { TraceContext } from '@paylog/shared/telemetry/tracing/trace-context';
import { bodyText } from '../protocols/body-text.ts';
import type { IngestResult, RecordRejection, RefusedResult } from '../protocols/ingest-result.ts';
import { type RecordBatch, recordCount, type SourceBatch, type SpanBatch } from '../protocols/record-batch.ts';
import type { IngestSpans } from './ingest-spans.ts';

/** What a protocol knows about a request besides its records. */
export interface IngestContext {
  readonly dataSet: string;
  /** Service of records that name none. */
  readonly service?: string | undefined;
  /** Finds the service of a record that names none in its other fields; goes before `service`. */
  readonly serviceFrom?: ServiceFrom | undefined;
  readonly idempotencyKey?: string | undefined;
  /** The caller's trace: that of records that name none. */
  readonly trace?: TraceContext | undefined;
  /** Makes the spans of a request that is sampled. */
  readonly spans?: IngestSpans | undefined;
  /** Goes with the messages where we make no spans ourselves, so that others can. */
  readonly passedOn?: string | undefined;
  /** Records without a trace id belong to no trace: that of the request is the shipper's own. */
  readonly ownTraces?: boolean | undefined;
}

/** What {@link Ingest} needs. */
export interface IngestOptions {
  readonly preparer: RecordPreparer;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly topic: string;
}

/** Where every protocol ends: checks the records of a request and publishes the good ones. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #mintId: IdMint;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#mintId = createIdMint(() => options.clock.now());
  }

  /** Settles when the queue has answered for all good records. Never throws for what a sender or the queue did. */
  async accept(batch: RecordBatch, context: IngestContext): Promise<IngestResult> {
    const { publisher, topic } = this.#options;
    const { spans } = context;
    const rejected: RecordRejection[] = [];
    const preparing = spans?.beginPrepare();
    const accepted = this.#prepare(batch, context, rejected);
    if (preparing) spans?.endPrepare(preparing, accepted, rejected.length);
    if (accepted.length === 0) return { status: 'settled', accepted, rejected };
    const publishing = spans?.beginPublish(publisher.state().name, topic, accepted.length);
    const traceparent = publishing?.traceparent ?? context.passedOn;
    const messages = toMessages(accepted, 'body' in batch && isAscii(batch.body), context.service, traceparent);
    const outcome = await publisher.publish(topic, messages);
    if (publishing) spans?.endPublish(publishing, outcome);
    if (outcome.status === 'stored') return { status: 'settled', accepted, rejected };
    if (outcome.status === 'retryable') return retryLater(outcome, batch);
    return this.#publishApart(batch, accepted, messages, rejected);
  }

  #prepare(batch: RecordBatch, context: IngestContext, rejected: RecordRejection[]): PreparedRecord[] {
    return 'spans' in batch
      ? this.#prepareSpans(batch, context, rejected)
      : this.#prepareSources(batch, context, rejected);
  }

  #prepareSpans({ body, spans }: SpanBatch, context: IngestContext, rejected: RecordRejection[]): PreparedRecord[] {
    const { preparer } = this.#options;
    const recordContext = this.#recordContext(context);
    const texts = bodyText(body);
    const accepted: PreparedRecord[] = [];
    for (let at = 0, index = 0; at < spans.length; at += 2, index += 1) {
      const start = spans[at] ?? 0;
      const end = spans[at + 1] ?? start;
      const text = texts(start, end);
      const result =
        text === undefined
          ? recordFault('invalid_utf8', 'the record is not valid UTF-8')
          : preparer.prepare(text, end - start, index, recordContext);
      if (result.ok) accepted.push(result);
      else rejected.push({ index, fault: result });
    }
    return accepted;
  }

  #prepareSources({ sources }: SourceBatch, context: IngestContext, rejected: RecordRejection[]): PreparedRecord[] {
    const contexts = new Map<string, RecordContext>();
    const given = this.#recordContext(context);
    const idFor = (index: number): string => {
      const source = sources[index];
      return (source && 'text' in source ? source.id : undefined) ?? given.idFor(index);
    };
    const accepted: PreparedRecord[] = [];
    for (const [index, source] of sources.entries()) {
      if (!('text' in source)) {
        rejected.push({ index, fault: source });
        continue;
      }
      const { text, id, dataSet = given.dataSet, service = given.service } = source;
      const fault = id === undefined ? undefined : givenIdFault(id);
      if (fault) {
        rejected.push({ index, fault });
        continue;
      }
      const key = `${dataSet} ${service ?? ''}`;
      let own = contexts.get(key);
      if (!own) contexts.set(key, (own = recordContext({ ...given, dataSet, service, idFor })));
      const { preparer } = this.#options;
      let result = preparer.prepare(text, Buffer.byteLength(text), index, own);
      if (!result.ok && source.otherwise) {
        const plain = source.otherwise();
        result = preparer.prepare(plain, Buffer.byteLength(plain), index, own);
      }
      if (result.ok) accepted.push(result);
      else rejected.push({ index, fault: result });
    }
    return accepted;
  }

  #recordContext(context: IngestContext): RecordContext {
    const { dataSet, service, serviceFrom, idempotencyKey, ownTraces = false } = context;
    const trace = ownTraces ? undefined : context.trace;
    const idFor = idempotencyKey === undefined ? this.#mintId : createKeyedIds(dataSet, idempotencyKey);
    const receivedAt = isoMillis(this.#options.clock.now());
    return recordContext({ dataSet, service, serviceFrom, trace, idFor, receivedAt });
  }

  /**
   * The queue refused the whole call, so at least one record can never be taken (the broker's limit is below ours): each is sent
   * alone, and only those at fault are rejected. Rare, hence one by one.
   */
  async #publishApart(
    batch: RecordBatch,
    prepared: readonly PreparedRecord[],
    messages: readonly QueueMessage[],
    rejected: readonly RecordRejection[],
  ): Promise<IngestResult> {
    const accepted: PreparedRecord[] = [];
    const refused: RecordRejection[] = [];
    for (const [at, record] of prepared.entries()) {
      const outcome = await this.#options.publisher.publish(this.#options.topic, messages.slice(at, at + 1));
      if (outcome.status === 'stored') {
        accepted.push(record);
      } else if (outcome.status === 'rejected' && outcome.reason === 'too_large') {
        const fault = recordFault('record_too_large', 'the queue does not take records of this size');
        refused.push({ index: record.index, fault });
      } else {
        return retryLater(outcome, batch);
      }
    }
    const all = [...rejected, ...refused].sort((a, b) => a.index - b.index);
    return { status: 'settled', accepted, rejected: all };
  }
}

/**
 * The bytes of each record, as views of one buffer where that is possible: half the cost of a buffer each. Text that is ASCII has as
 * many bytes as characters, so that the buffer's size is known before.
 */
function encode(records: readonly PreparedRecord[], isAsciiText: boolean): Buffer[] {
  const isInShared = (record: PreparedRecord): boolean => isAsciiText && record.unchanged;
  let size = 0;
  for (const record of records) if (isInShared(record)) size += record.prefix.length + record.body.length;
  const shared = Buffer.allocUnsafeSlow(size);
  let at = 0;
  return records.map((record) => {
    const { prefix, body } = record;
    if (!isInShared(record)) return Buffer.from(prefix + body, 'utf8');
    const start = at;
    at += shared.write(prefix, at, 'latin1');
    at += shared.write(body, at, 'latin1');
    return shared.subarray(start, at);
  });
}

function toMessages(
  records: readonly PreparedRecord[],
  isAsciiText: boolean,
  service: string | undefined,
  traceparent: string | undefined,
): QueueMessage[] {
  const headers = traceparent === undefined ? undefined : { traceparent };
  // The prefix holds nothing of the sender's but the service.
  const values = encode(records, isAsciiText && isAscii(Buffer.from(service ?? '')));
  return records.map(({ id }, index) => {
    const value = values[index] ?? Buffer.alloc(0);
    return headers ? { key: id, value, headers } : { key: id, value };
  });
}

function retryLater(outcome: Exclude<PublishOutcome, { status: 'stored' }>, batch: RecordBatch): RefusedResult {
  const status = outcome.reason === 'overloaded' ? 'overloaded' : 'unavailable';
  return { status, detail: outcome.message, records: recordCount(batch) };
}
