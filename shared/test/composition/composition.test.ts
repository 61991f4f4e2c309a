import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { configOrExit } from '../../src/composition/config-or-exit.ts';
import {
  elasticsearchConnectionFrom,
  elasticsearchWriterFrom,
} from '../../src/composition/elasticsearch-options-from.ts';
import {
  kafkaConnectionFrom,
  kafkaConsumerFrom,
  kafkaPublisherFrom,
} from '../../src/composition/kafka-options-from.ts';
import { stopTimeoutFrom } from '../../src/composition/stop-timeout-from.ts';
import { topicSettingsFrom } from '../../src/composition/topic-settings-from.ts';
import { createTopicsComponent } from '../../src/composition/topics-component.ts';
import { loadConfig, type Environment } from '../../src/config/load-config.ts';
import { QueueUnavailableError } from '../../src/errors/queue-unavailable-error.ts';
import type { Logger } from '../../src/ports/logger.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function indexerConfig(env: Environment = {}) {
  const loaded = loadConfig('indexer', env);
  assert.ok(loaded.ok);
  return loaded.config;
}

describe('composition', () => {
  it('hands connections over with the content of the CA files', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'paylog-ca-'));
    try {
      const ca = path.join(directory, 'ca.pem');
      await writeFile(ca, 'PEM');
      const config = indexerConfig({
        KAFKA_BROKERS: 'a:1,b:2',
        KAFKA_SSL: 'true',
        KAFKA_SSL_CA_FILE: ca,
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: 'user',
        KAFKA_SASL_PASSWORD: 'secret',
        ELASTICSEARCH_URL: 'https://search:9200',
        ELASTICSEARCH_CA_FILE: ca,
        ELASTICSEARCH_API_KEY: 'key',
      });
      assert.deepEqual(kafkaConnectionFrom(config.queue, 'me'), {
        brokers: ['a:1', 'b:2'],
        clientId: 'me',
        ssl: { ca: 'PEM' },
        sasl: { mechanism: 'scram-sha-512', username: 'user', password: 'secret' },
      });
      const elasticsearch = elasticsearchConnectionFrom(config.store);
      assert.deepEqual([elasticsearch.ca, elasticsearch.apiKey, elasticsearch.username], ['PEM', 'key', undefined]);
      await rm(ca);
      assert.throws(() => kafkaConnectionFrom(config.queue, 'me'), /ca\.pem/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('takes the limits of the adapters from the configuration', () => {
    const config = indexerConfig({
      KAFKA_TOPIC: 't',
      KAFKA_MAX_BATCH_BYTES: '2MiB',
      RETENTION_DAYS: '7',
      INDEX_DAYS_PAST: '7',
    });
    const connection = kafkaConnectionFrom(config.queue, 'me');
    const publisher = kafkaPublisherFrom(connection, config.queue, config);
    assert.deepEqual([publisher.maxBatchBytes, publisher.publishTimeoutMs], [2 * 1024 * 1024, 4500]);
    const consumer = kafkaConsumerFrom(connection, config, () => undefined);
    assert.deepEqual(consumer.topics, ['t', 't.direct']);
    assert.equal(consumer.maxBytesPerPartition, 2 * 1024 * 1024);
    assert.ok(consumer.maxBytesPerFetch <= config.indexer.maxInflightBytes);
    assert.equal(consumer.groupInstanceId, undefined);
    const ofPod = indexerConfig({ KAFKA_GROUP_INSTANCE_ID: 'pod-0' });
    assert.equal(kafkaConsumerFrom(connection, ofPod, () => undefined).groupInstanceId, 'pod-0');
    const writer = elasticsearchWriterFrom(elasticsearchConnectionFrom(config.store), config);
    assert.deepEqual([writer.retentionDays, writer.shards], [7, 1]);
    assert.ok(stopTimeoutFrom(config, 1) > config.timeouts.drainMs + config.timeouts.publishMs);
  });

  it('asks for three topics; a factor that is not given is left to the adapter', () => {
    const absent = topicSettingsFrom(indexerConfig());
    assert.deepEqual(
      absent.map(({ topic }) => topic),
      ['logs', 'logs.direct', 'logs.dlq'],
    );
    assert.ok(absent.every((settings) => !('replicationFactor' in settings) && !('minInsyncReplicas' in settings)));
    // What producers say of the time decides over lag and `received_at` in no topic that is open to all of them.
    assert.deepEqual(
      absent.map(({ stampedByQueue = false }) => stampedByQueue),
      [false, true, false],
    );
    assert.ok((absent[2]?.retentionMs ?? 0) > (absent[0]?.retentionMs ?? 0));
    const given = topicSettingsFrom(indexerConfig({ KAFKA_REPLICATION_FACTOR: '3', KAFKA_MIN_INSYNC_REPLICAS: '2' }));
    assert.deepEqual([given[0]?.replicationFactor, given[0]?.minInsyncReplicas], [3, 2]);
  });

  it('waits for brokers at the start, but not for a topic that cannot be made; a stop ends the waiting', async () => {
    const config = indexerConfig();
    let asked = 0;
    const away = {
      ensureTopics: async () => {
        asked += 1;
        throw new QueueUnavailableError('no broker');
      },
    };
    const waiting = createTopicsComponent(away, config, silent);
    const started = waiting.start();
    await new Promise(setImmediate);
    assert.equal(waiting.missing(), 'the topics have not been made sure of');
    await waiting.stop();
    await started;
    assert.equal(asked, 1);
    const there = createTopicsComponent({ ensureTopics: () => Promise.resolve() }, config, silent);
    assert.ok(there.missing() !== undefined);
    await there.start();
    assert.equal(there.missing(), undefined);
    const refusing = { ensureTopics: () => Promise.reject(new Error('Topics are missing')) };
    await assert.rejects(createTopicsComponent(refusing, config, silent).start(), /Topics are missing/);
  });

  it('says every fault of a configuration before it exits', () => {
    let text = '';
    const exit = (code: number): never => {
      throw new Error(`exit ${String(code)}`);
    };
    const env = { BULK_CONCURRENCY: 'many', PORT: '-1' };
    const stderr = { write: (part: string) => (text += part) };
    assert.throws(() => configOrExit('indexer', { env, stderr, exit }), /exit 78/);
    assert.match(text, /BULK_CONCURRENCY=many/);
    assert.match(text, /PORT=-1/);
    assert.equal(configOrExit('indexer', { env: {}, stderr, exit }).service, 'indexer');
  });

  it('says which files of certificates cannot be used, with all other faults', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'paylog-ca-'));
    let text = '';
    const exit = (code: number): never => {
      throw new Error(`exit ${String(code)}`);
    };
    const stderr = { write: (part: string) => (text += part) };
    const empty = path.join(directory, 'empty.pem');
    await writeFile(empty, 'no PEM');
    const env = {
      KAFKA_BROKERS: 'a:1',
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: path.join(directory, 'none.pem'),
      ELASTICSEARCH_URL: 'https://search:9200',
      ELASTICSEARCH_CA_FILE: empty,
      PORT: '-1',
    };
    assert.throws(() => configOrExit('indexer', { env, stderr, exit }), /exit 78/);
    assert.match(text, /KAFKA_SSL_CA_FILE=\S+none\.pem: the file cannot be read \(ENOENT/);
    assert.match(text, /ELASTICSEARCH_CA_FILE=\S+empty\.pem: the file holds no certificate in PEM form/);
    assert.match(text, /PORT=-1/);
    await rm(directory, { recursive: true });
  });
});
