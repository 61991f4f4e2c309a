import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { createKafkaConsumer } from '@paylog/shared/kafka/create-kafka-consumer';
import type { ConsumedMessage } from '@paylog/shared/ports/queue';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { silentLogger } from './indexer-world.ts';
import { Service } from './service.ts';
import { uniqueName } from '../stack/unique-name.ts';

const MIB = 1_048_576;
const SETTLE_MS = 180_000;

/** API and indexer as processes of their own, on one broker and one node, with names that nobody else uses. */
export class Deployment implements AsyncDisposable {
  readonly brokers: string;
  readonly elasticsearchUrl: string;
  readonly topics: { readonly records: string; readonly direct: string; readonly deadLetters: string };
  readonly group: string;
  readonly dataSet: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #services: Service[] = [];
  readonly #kafka: Kafka;
  #admin: Admin | undefined;

  constructor(brokers: string, elasticsearchUrl: string, env: Readonly<Record<string, string>> = {}) {
    const name = uniqueName('t');
    this.brokers = brokers;
    this.elasticsearchUrl = elasticsearchUrl;
    this.topics = { records: name, direct: `${name}.direct`, deadLetters: `${name}.dlq` };
    this.group = `${name}-indexer`;
    this.dataSet = name;
    this.env = {
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC: name,
      KAFKA_GROUP: this.group,
      KAFKA_PARTITIONS: '3',
      // Short, so that what a killed member held is taken over soon.
      KAFKA_SESSION_TIMEOUT_MS: '8000',
      DRAIN_TIMEOUT_MS: '6000',
      ELASTICSEARCH_TIMEOUT_MS: '7000',
      ELASTICSEARCH_URL: elasticsearchUrl,
      DATA_SET: name,
      INDEX_REFRESH_MS: '200',
      RETRY_MAX_MS: '1000',
      ...env,
    };
    this.#kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  }

  /** Another service of this deployment, not started, of this checkout or of that in `home`. It ends with the deployment. */
  async add(kind: 'api' | 'indexer', env: Readonly<Record<string, string>> = {}, home?: string): Promise<Service> {
    const service = await Service.create(kind, { ...this.env, ...env }, home);
    this.#services.push(service);
    return service;
  }

  /** Resolves when the group has committed all that stands in its topics. */
  async waitForNoLag(timeoutMs = SETTLE_MS): Promise<void> {
    let lag = Number.POSITIVE_INFINITY;
    const caughtUp = async (): Promise<boolean> => {
      lag = await this.lag().catch(() => Number.POSITIVE_INFINITY);
      return lag === 0;
    };
    await waitUntil(caughtUp, timeoutMs, () => `no lag, have ${String(lag)}`);
  }

  /** Messages that the group has not committed. */
  async lag(): Promise<number> {
    const admin = await this.#connect();
    const topics = [this.topics.records, this.topics.direct];
    const committed = await admin.fetchOffsets({ groupId: this.group, topics });
    let lag = 0;
    for (const { topic, partitions } of committed) {
      const done = new Map(partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
      for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) {
        lag += Number(offset) - (done.get(partition) ?? 0);
      }
    }
    return lag;
  }

  async #connect(): Promise<Admin> {
    if (this.#admin === undefined) {
      this.#admin = this.#kafka.admin();
      await this.#admin.connect();
    }
    return this.#admin;
  }

  /** Every message that stands in a topic now. */
  async read(topic: string): Promise<ConsumedMessage[]> {
    const admin = await this.#connect();
    const ends = await admin.fetchTopicOffsets(topic);
    const missing = new Map(
      ends.filter(({ high, low }) => high !== low).map((end) => [end.partition, Number(end.high)]),
    );
    const messages: ConsumedMessage[] = [];
    const consumer = createKafkaConsumer(
      {
        brokers: this.brokers.split(','),
        clientId: 'reader',
        groupId: `${this.group}-reader-${randomBytes(4).toString('hex')}`,
        topics: [topic],
        sessionTimeoutMs: 10_000,
        drainTimeoutMs: 1000,
        maxBytesPerPartition: MIB,
        maxBytesPerFetch: 8 * MIB,
      },
      silentLogger,
    );
    await consumer.start((batch) => {
      messages.push(...batch.messages);
      batch.settle(batch.messages.length);
      const next = (batch.messages.at(-1)?.offset ?? -1) + 1;
      if (next >= (missing.get(batch.partition) ?? 0)) missing.delete(batch.partition);
      return Promise.resolve();
    });
    try {
      await waitUntil(
        () => missing.size === 0,
        SETTLE_MS,
        () => `the end of ${topic}`,
      );
    } finally {
      await consumer.stop();
    }
    return messages;
  }

  /** Documents of this deployment in Elasticsearch, counted by it. */
  async countStored(): Promise<number> {
    const path = `/logs-${this.dataSet}-*`;
    await this.elasticsearch('POST', `${path}/_refresh`);
    const { count } = (await this.elasticsearch('GET', `${path}/_count`)) as { count: number };
    return count;
  }

  /** One request to the node, beside our own code. */
  async elasticsearch(method: string, path: string, body?: object): Promise<unknown> {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(this.elasticsearchUrl + path, { method, ...content });
    return response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#services) await service[Symbol.asyncDispose]();
    await this.#admin?.disconnect();
    const path = `/logs-${this.dataSet}-*/_settings?filter_path=*.settings.index.uuid`;
    const indices = (await this.elasticsearch('GET', path).catch(() => ({}))) as object;
    for (const name of Object.keys(indices)) await this.elasticsearch('DELETE', `/${name}`);
  }
}
