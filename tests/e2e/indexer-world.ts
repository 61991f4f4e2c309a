import { randomBytes } from 'node:crypto';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Consumer, Publisher, QueueMessage, TopicAdmin } from '@paylog/shared/ports/queue';
import type { StoreSearcher, StoreWriter } from '@paylog/shared/ports/store';
import { RecordPreparer, prepareRecord } from '@paylog/shared/record/prepare';
import { createMetrics, type Metrics } from '@paylog/shared/telemetry/metrics';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { createIndexer, type Indexer, type IndexerOptions } from '@paylog/indexer/indexer';
import { uniqueName } from '../stack/unique-name.ts';

/** A real queue and a real store, with names of their own where they are shared. */
export interface IndexerStack {
  publisher(): Publisher;
  consumer(groupId: string, topics: readonly string[]): Consumer;
  topicAdmin(): TopicAdmin;
  writer(): StoreWriter;
  searcher(): StoreSearcher;
  close(): Promise<void>;
}

/** A dead letter as it stands in its topic. */
export interface ReadDeadLetter {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>> & {
    readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number };
    readonly error: { readonly type: string; readonly field?: string };
  };
}

/** One indexer of a world, started. */
export interface RunningIndexer {
  readonly indexer: Indexer;
  readonly metrics: Metrics;
  /** How many records were settled this way. */
  settled(outcome: 'stored' | 'duplicate' | 'dead_lettered'): number;
}

const quiet = (): void => undefined;
export const silentLogger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const LIMITS = { maxBytes: 262_144, maxDepth: 20, maxKeys: 500 };
const PARTITIONS = 3;
const WAIT_MS = 60_000;

/** Topics of one test on a stack, and what a test does with them. Dispose stops all that was started. */
export class IndexerWorld implements AsyncDisposable {
  readonly topics: { readonly records: string; readonly direct: string; readonly deadLetters: string };
  /** Of every record of this world: the store may hold those of other tests. */
  readonly service: string;
  readonly searcher: StoreSearcher;
  readonly #stack: IndexerStack;
  readonly #publisher: Publisher;
  readonly #running: { stop(): Promise<void> }[] = [];
  readonly #preparer = new RecordPreparer(LIMITS);

  private constructor(stack: IndexerStack) {
    const name = uniqueName('e2e-');
    this.service = name;
    this.topics = { records: name, direct: `${name}.direct`, deadLetters: `${name}.dlq` };
    this.#stack = stack;
    this.#publisher = stack.publisher();
    this.searcher = stack.searcher();
  }

  static async create(stack: IndexerStack): Promise<IndexerWorld> {
    const world = new IndexerWorld(stack);
    const settings = { partitions: PARTITIONS, retentionMs: 86_400_000, maxMessageBytes: 1_048_576 };
    const topics = Object.values(world.topics).map((topic) => ({ topic, ...settings }));
    await stack.topicAdmin().ensureTopics(topics, true);
    await world.#publisher.start();
    await world.searcher.start();
    world.#running.push(world.#publisher, world.searcher);
    return world;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running.toReversed()) await running.stop();
  }

  /** Starts an indexer; `decorate` stands between it and the store. */
  async index(
    groupId = 'indexers',
    decorate: (writer: StoreWriter) => StoreWriter = (writer) => writer,
  ): Promise<RunningIndexer> {
    const metrics = createMetrics();
    const indexer = createIndexer({
      consumer: this.#stack.consumer(`${this.topics.records}-${groupId}`, [this.topics.records, this.topics.direct]),
      publisher: this.#stack.publisher(),
      writer: decorate(this.#stack.writer()),
      metrics,
      logger: silentLogger,
      clock: Date,
      options: this.#options(),
    });
    this.#running.push(indexer);
    await indexer.start();
    return { indexer, metrics, settled: (outcome) => metrics.recordsSettled.child({ outcome }).value };
  }

  #options(): IndexerOptions {
    return {
      prepare: { directTopic: this.topics.direct, dataSet: 'direct', preparer: this.#preparer },
      bulk: { maxBytes: 1_048_576, maxDelayMs: 20, concurrency: 2 },
      maxInflightBytes: 16 * 1_048_576,
      searchableAfterMs: 0,
      retryMinMs: 20,
      retryMaxMs: 200,
      drainTimeoutMs: 4000,
      stallTimeoutMs: 60_000,
      deadLetterTopic: this.topics.deadLetters,
      maxBatchBytes: 1_048_576,
    };
  }

  /** Puts records on the topic of checked records, in the form in which the API does. */
  async publishChecked(ids: readonly string[], text = 'payment accepted'): Promise<void> {
    const receivedAtMs = Date.now();
    const messages = ids.map((id): QueueMessage => {
      const bytes = Buffer.from(JSON.stringify({ message: `${text}: ${id}`, service: this.service, id }));
      const record = prepareRecord(this.#preparer, bytes, { dataSet: 'main', receivedAtMs, fallbackId: id });
      if (!record.ok) throw new Error(record.message);
      return { key: id, value: record.value };
    });
    await this.publish(this.topics.records, messages);
  }

  /** In calls of 100, so that every partition gets some. */
  async publish(topic: string, messages: readonly QueueMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; from += 100) {
      const outcome = await this.#publisher.publish(topic, messages.slice(from, from + 100));
      if (outcome.status !== 'stored') throw new Error(outcome.message);
    }
  }

  /** Every stored id, sorted; repeated ids would show. */
  async storedIds(): Promise<string[]> {
    const ids: string[] = [];
    const { signal } = new AbortController();
    const page = { services: [this.service], order: 'asc', limit: 1000, countUpTo: 100_000 } as const;
    let { hits } = await this.searcher.search(page, { signal });
    while (hits.length > 0) {
      ids.push(...hits.map(({ id }) => id));
      const last = hits.at(-1);
      ({ hits } = await this.searcher.search({ ...page, ...(last && { after: last }) }, { signal }));
    }
    return ids.sort();
  }

  /** Waits until so many records can be found. */
  async waitForStored(count: number): Promise<string[]> {
    let ids: string[] = [];
    const enough = async (): Promise<boolean> => {
      ids = await this.storedIds();
      return ids.length >= count;
    };
    await waitUntil(enough, WAIT_MS, () => `${String(count)} stored records, have ${String(ids.length)}`);
    return ids;
  }

  /** Reads the dead-letter topic from its beginning until so many different letters were seen. */
  async deadLetters(count: number): Promise<ReadDeadLetter[]> {
    const probe = new QueueProbe();
    const groupId = `${this.topics.records}-dlq-${randomBytes(3).toString('hex')}`;
    const consumer = this.#stack.consumer(groupId, [this.topics.deadLetters]);
    await consumer.start(probe.handler);
    try {
      await probe.waitForKeys(count, WAIT_MS);
    } finally {
      await consumer.stop();
    }
    return probe.deliveries.map(({ message }) => ({
      key: message.key?.toString() ?? '',
      value: JSON.parse(message.value?.toString() ?? '') as ReadDeadLetter['value'],
    }));
  }
}

/** `prefix-0000`, `prefix-0001`, ...: sorted as they are counted. */
export function idsOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(5, '0')}`);
}
