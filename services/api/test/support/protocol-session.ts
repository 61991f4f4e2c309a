import assert from 'node:assert/strict';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { Publisher, PublishOutcome, QueueMessage } from '@paylog/shared/ports/queue';
import { readEnvelope } from '@paylog/shared/record/envelope';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import { Ingest } from '../../src/ingest/ingest.ts';
import { DataSetGate } from '../../src/protocols/data-set-gate.ts';
import type { Answer } from '../../src/protocols/protocol.ts';
import { protocolFor } from '../../src/protocols/routes.ts';

/** A record as it stands on the queue. */
export interface QueuedRecord extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly data_set: string;
}

export interface SessionOptions {
  readonly maxDataSets?: number;
  readonly maxRecords?: number;
  /** What the queue answers; absent: it stores. */
  readonly outcome?: PublishOutcome;
}

/** Requests to the ingest routes, without HTTP, in front of a queue that keeps what it is given. */
export class ProtocolSession {
  readonly records: QueuedRecord[] = [];
  readonly #ingest: Ingest;
  readonly #gate: DataSetGate;
  readonly #maxRecords: number;

  constructor({ maxDataSets = 10, maxRecords = 1000, outcome = { status: 'stored' } }: SessionOptions = {}) {
    const publisher: Publisher = {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      state: () => ({ name: 'queue', state: 'up', sinceMs: 0 }),
      publish: (_topic, messages) => {
        if (outcome.status === 'stored') this.#keep(messages);
        return Promise.resolve(outcome);
      },
    };
    const preparer = new RecordPreparer({ maxBytes: 65_536, maxDepth: 20, maxKeys: 100 });
    this.#ingest = new Ingest({ preparer, publisher, clock: { now: () => 1_795_000_000_000 }, topic: 'logs' });
    this.#gate = new DataSetGate('main', maxDataSets);
    this.#maxRecords = maxRecords;
  }

  #keep(messages: readonly QueueMessage[]): void {
    for (const { key, value } of messages) {
      assert.ok(readEnvelope(value), 'a canonical record');
      const record = JSON.parse(value.toString()) as QueuedRecord;
      assert.equal(record.id, key);
      this.records.push(record);
    }
  }

  /** `url` with its query string. */
  async send(
    method: string,
    url: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = { 'content-type': 'application/x-ndjson' },
  ): Promise<Answer> {
    const [path = '', query] = url.split('?');
    const protocol = protocolFor(method, path, headers['content-type']);
    assert.ok(protocol, `${method} ${path} is an ingest route`);
    const head = { method, path, query: new URLSearchParams(query), headers };
    try {
      const decoded = protocol.begin(head)(Buffer.from(body), this.#maxRecords, this.#gate);
      const { batch, answer, ...context } = decoded;
      return answer(await this.#ingest.accept(batch, { ...context, dataSet: this.#gate.defaultDataSet }));
    } catch (error) {
      if (error instanceof ProblemError) return protocol.problem(error, head);
      throw error;
    }
  }
}

/** The body of an answer. */
export function jsonOf({ body }: Answer): unknown {
  return JSON.parse(body.toString());
}
