import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { settingRows } from '../../src/config/config-table.ts';
import { loadConfig, type Environment } from '../../src/config/load-config.ts';
import { RELATIONS } from '../../src/config/relations.ts';
import type { Service } from '../../src/config/setting.ts';

const SERVICES: readonly Service[] = ['api', 'indexer', 'standalone'];

function configOf<S extends Service>(service: S, env: Environment = {}) {
  const loaded = loadConfig(service, env);
  if (!loaded.ok) assert.fail(loaded.faults.join('\n'));
  return loaded.config;
}

function faultsOf(service: Service, env: Environment): readonly string[] {
  const loaded = loadConfig(service, env);
  if (loaded.ok) assert.fail('a fault was expected');
  return loaded.faults;
}

describe('loadConfig', () => {
  it('has a complete set of defaults for every service', () => {
    assert.equal(configOf('api').http.port, 8000);
    assert.equal(configOf('indexer').http.port, 8001);
    assert.equal(configOf('standalone').http.port, 8000);
    assert.equal(configOf('api').limits.maxBodyBytes, 10_485_760);
    assert.equal(configOf('indexer').topics.retentionMs, 7 * 86_400_000);
    assert.equal(configOf('api').timeouts.publishMs, 4500);
    assert.equal(configOf('standalone').embedded.dataDir, './data');
  });

  it('shows a service only what it reads', () => {
    assert.equal('indexer' in configOf('api'), false);
    assert.equal('maxInflightBytes' in configOf('indexer').limits, false);
    assert.deepEqual(Object.keys(configOf('indexer').limits), ['maxRecordBytes', 'maxRecordDepth', 'maxRecordKeys']);
    // What a service does not read cannot stop it either.
    assert.equal(configOf('api', { BULK_MAX_BYTES: 'much' }).service, 'api');
  });

  it('freezes what it answers', () => {
    const config = configOf('api', {
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
    });
    const seen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(seen));
    assert.ok(seen(config));
  });

  it('takes an empty or blank text for absent', () => {
    assert.equal(configOf('api', { PORT: '', DATA_SET: '  ', KAFKA_SASL_USERNAME: '' }).http.port, 8000);
    assert.equal(configOf('standalone', { KAFKA_BROKERS: '' }).queue.kind, 'embedded');
  });

  it('chooses queue and store, each alone', () => {
    const neither = configOf('standalone');
    assert.deepEqual([neither.queue, neither.store], [{ kind: 'embedded' }, { kind: 'embedded' }]);
    const kafka = configOf('standalone', { KAFKA_BROKERS: 'a:1,b:2' });
    assert.deepEqual(kafka.queue, { kind: 'kafka', brokers: ['a:1', 'b:2'], client: 'platformatic' });
    assert.equal(kafka.store.kind, 'embedded');
    const elastic = configOf('standalone', { ELASTICSEARCH_URL: 'https://es:9200/' });
    assert.deepEqual(elastic.store, { kind: 'elasticsearch', url: 'https://es:9200', timeoutMs: 20_000 });
    assert.equal(elastic.queue.kind, 'embedded');
    assert.deepEqual(configOf('api').queue.brokers, ['localhost:9092']);
    assert.equal(configOf('indexer').store.url, 'http://localhost:9200');
  });

  it('reads connections with login and TLS', () => {
    const config = configOf('indexer', {
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: '/etc/ca.pem',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'indexer',
      KAFKA_SASL_PASSWORD: 'secret',
      ELASTICSEARCH_URL: 'https://es:9200',
      ELASTICSEARCH_CA_FILE: '/etc/es.pem',
      ELASTICSEARCH_API_KEY: 'a2V5',
    });
    assert.deepEqual(config.queue.ssl, { caFile: '/etc/ca.pem' });
    assert.deepEqual(config.queue.sasl, { mechanism: 'scram-sha-512', username: 'indexer', password: 'secret' });
    assert.deepEqual(config.store.auth, { apiKey: 'a2V5' });
    assert.equal(config.store.caFile, '/etc/es.pem');
  });

  it('derives the other topics from the first', () => {
    assert.deepEqual(
      [configOf('api').topics.direct, configOf('api', { KAFKA_TOPIC: 'pay' }).topics.deadLetters],
      ['logs.direct', 'pay.dlq'],
    );
    assert.equal(configOf('api', { KAFKA_TOPIC: 'pay', KAFKA_DLQ_TOPIC: 'dead' }).topics.deadLetters, 'dead');
  });

  for (const [text, level] of [
    ['INFO', 'info'],
    ['Warning', 'warn'],
    ['trace', 'debug'],
    ['FATAL', 'error'],
    [' debug ', 'debug'],
  ] as const) {
    it(`reads LOG_LEVEL=${text} as ${level}`, () => {
      assert.equal(configOf('api', { LOG_LEVEL: text }).log.level, level);
    });
  }

  for (const [key, text, expected] of [
    ['PORT', '65536', 'an integer from 0 to 65535'],
    ['PORT', '80_80', 'an integer'],
    ['PORT', '-1', 'an integer'],
    ['PORT', '1e3', 'an integer'],
    ['LOG_LEVEL', 'loud', 'one of debug, info, warn, error'],
    ['MAX_BODY_BYTES', 'abc', 'bytes from 1KiB to 1GiB'],
    ['MAX_BODY_BYTES', '10XB', 'bytes'],
    ['MAX_BODY_BYTES', '1', 'bytes'],
    ['SEARCH_TIMEOUT_MS', '10 minutes', 'milliseconds'],
    ['PUBLISH_TIMEOUT_MS', '5000', 'milliseconds from 100ms to 4999ms'],
    ['KAFKA_CREATE_TOPICS', 'maybe', 'true or false'],
    ['KAFKA_BROKERS', 'kafka', 'host:port'],
    ['KAFKA_BROKERS', 'kafka:9092,', 'host:port'],
    ['KAFKA_BROKERS', 'kafka:99999', 'host:port'],
    ['KAFKA_TOPIC', '..', '1 to 249'],
    ['KAFKA_GROUP_INSTANCE_ID', 'pod 0', '1 to 249'],
    ['KAFKA_GROUP_INSTANCE_ID', '..', '1 to 249'],
    ['KAFKA_CLIENT', 'librdkafka', 'one of platformatic, kafkajs'],
    ['ELASTICSEARCH_URL', 'localhost:9200', 'an http://'],
    ['ELASTICSEARCH_URL', 'ftp://es', 'an http://'],
    ['DATA_SET', 'pay-eu', 'no hyphen'],
    ['DATA_SET', 'Main', '1 to 64'],
    ['DATA_SET', '_main', '1 to 64'],
    ['DATA_SET', 'paylog', 'not "paylog": that is the data set of the own logs'],
  ] as const) {
    it(`refuses ${key}=${text}`, () => {
      const faults = faultsOf('standalone', { [key]: text });
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.ok(faults[0]?.startsWith(`${key}=${text}: expected `), faults[0]);
      assert.ok(faults[0]?.includes(expected), faults[0]);
    });
  }

  for (const [key, text, read] of [
    ['MAX_BODY_BYTES', '1048576', 1_048_576],
    ['MAX_BODY_BYTES', '1MiB', 1_048_576],
    ['MAX_BODY_BYTES', '2 mb', 2_000_000],
    ['REQUEST_TIMEOUT_MS', '1500', 1500],
    ['REQUEST_TIMEOUT_MS', '2m', 120_000],
  ] as const) {
    it(`reads ${key}=${text} as ${String(read)}`, () => {
      const config = configOf('api', { [key]: text });
      assert.equal(key === 'MAX_BODY_BYTES' ? config.limits.maxBodyBytes : config.timeouts.requestMs, read);
    });
  }

  it('lists every fault at once', () => {
    const faults = faultsOf('api', { PORT: 'x', LOG_LEVEL: 'loud', RETRY_MIN_MS: 'x', MAX_BODY_BYTES: '1GiB' });
    assert.equal(faults.length, 3, faults.join('\n'));
  });

  it('shows no secret and no credentials of a URL', () => {
    const faults = faultsOf('api', {
      ELASTICSEARCH_URL: 'http://elastic:hunter2@es:9200',
      ELASTICSEARCH_API_KEY: 'tooclever',
      ELASTICSEARCH_USERNAME: 'elastic',
      ELASTICSEARCH_PASSWORD: 'hunter3',
      KAFKA_SASL_PASSWORD: 'hunter4',
    }).join('\n');
    assert.match(faults, /ELASTICSEARCH_URL=http:\/\/\*\*\*@es:9200/);
    assert.doesNotMatch(faults, /hunter|tooclever/);
  });

  it('finds misspelled settings, and leaves the variables of others alone', () => {
    assert.deepEqual(faultsOf('indexer', { KAFKA_BROKER: 'a:1', RETENTION_DAY: '7' }), [
      'KAFKA_BROKER is not a setting: did you mean KAFKA_BROKERS?',
      'RETENTION_DAY is not a setting: did you mean RETENTION_DAYS?',
    ]);
    // As Kubernetes and others set them.
    configOf('indexer', {
      KAFKA_PORT: 'tcp://10.0.0.1:9092',
      KAFKA_SERVICE_HOST: '10.0.0.1',
      HOSTNAME: 'x',
      PWD: '/',
      LOGLEVEL: 'x',
    });
  });
});

describe('relations of the configuration', () => {
  const cases: readonly (readonly [Service, Environment, RegExp])[] = [
    ['api', { MAX_RECORD_BYTES: '1MiB' }, /MAX_RECORD_BYTES=1MiB and KAFKA_MAX_BATCH_BYTES=1MiB/],
    ['api', { MAX_BODY_BYTES: '256KiB' }, /MAX_RECORD_BYTES=256KiB and MAX_BODY_BYTES=256KiB/],
    ['api', { MAX_BODY_BYTES: '65MiB' }, /MAX_BODY_BYTES=65MiB and MAX_INFLIGHT_BYTES=64MiB/],
    ['indexer', { BULK_MAX_BYTES: '100KiB' }, /MAX_RECORD_BYTES=256KiB and BULK_MAX_BYTES=100KiB/],
    ['indexer', { BULK_MAX_BYTES: '65MiB' }, /BULK_MAX_BYTES=65MiB and INDEXER_MAX_INFLIGHT_BYTES=64MiB/],
    [
      'indexer',
      { KAFKA_MAX_BATCH_BYTES: '100MiB' },
      /KAFKA_MAX_BATCH_BYTES=100MiB and INDEXER_MAX_INFLIGHT_BYTES=64MiB/,
    ],
    ['indexer', { RETRY_MIN_MS: '31s' }, /RETRY_MIN_MS=31s and RETRY_MAX_MS=30s/],
    ['indexer', { RETRY_MAX_MS: '2m' }, /RETRY_MAX_MS=2m and STALL_TIMEOUT_MS=2m/],
    ['indexer', { ELASTICSEARCH_TIMEOUT_MS: '30s' }, /ELASTICSEARCH_TIMEOUT_MS=30s and KAFKA_SESSION_TIMEOUT_MS=30s/],
    ['indexer', { DRAIN_TIMEOUT_MS: '30000' }, /DRAIN_TIMEOUT_MS=30s and KAFKA_SESSION_TIMEOUT_MS=30s/],
    [
      'api',
      { KAFKA_MIN_INSYNC_REPLICAS: '3', KAFKA_REPLICATION_FACTOR: '2' },
      /KAFKA_MIN_INSYNC_REPLICAS=3 and KAFKA_REPLICATION_FACTOR=2/,
    ],
    ['api', { OTEL_BSP_MAX_QUEUE_SIZE: '500' }, /OTEL_BSP_MAX_EXPORT_BATCH_SIZE=512 and OTEL_BSP_MAX_QUEUE_SIZE=500/],
    ['indexer', { RETENTION_DAYS: '30' }, /INDEX_DAYS_PAST=400 and RETENTION_DAYS=30/],
    [
      'api',
      { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'p' },
      /KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME/,
    ],
    [
      'api',
      { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' },
      /KAFKA_SASL_MECHANISM needs KAFKA_SASL_PASSWORD/,
    ],
    ['api', { KAFKA_SASL_USERNAME: 'u' }, /KAFKA_SASL_USERNAME needs KAFKA_SASL_MECHANISM/],
    ['api', { KAFKA_SASL_PASSWORD: 'p' }, /KAFKA_SASL_PASSWORD needs KAFKA_SASL_MECHANISM/],
    [
      'standalone',
      { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' },
      /KAFKA_SASL_MECHANISM needs KAFKA_BROKERS/,
    ],
    ['standalone', { KAFKA_GROUP_INSTANCE_ID: 'pod-0' }, /KAFKA_GROUP_INSTANCE_ID needs KAFKA_BROKERS/],
    ['api', { KAFKA_SSL_CA_FILE: '/ca' }, /KAFKA_SSL_CA_FILE needs KAFKA_SSL/],
    ['api', { ELASTICSEARCH_USERNAME: 'u' }, /ELASTICSEARCH_USERNAME needs ELASTICSEARCH_PASSWORD/],
    ['api', { ELASTICSEARCH_PASSWORD: 'p' }, /ELASTICSEARCH_PASSWORD needs ELASTICSEARCH_USERNAME/],
    [
      'standalone',
      { ELASTICSEARCH_USERNAME: 'u', ELASTICSEARCH_PASSWORD: 'p' },
      /ELASTICSEARCH_USERNAME needs ELASTICSEARCH_URL/,
    ],
    ['standalone', { ELASTICSEARCH_API_KEY: 'k' }, /ELASTICSEARCH_API_KEY needs ELASTICSEARCH_URL/],
    ['api', { ELASTICSEARCH_CA_FILE: '/ca' }, /ELASTICSEARCH_CA_FILE needs ELASTICSEARCH_URL/],
    [
      'api',
      { ELASTICSEARCH_API_KEY: 'k', ELASTICSEARCH_USERNAME: 'u', ELASTICSEARCH_PASSWORD: 'p' },
      /exclude each other/,
    ],
    ['api', { KAFKA_TOPIC: 'x', KAFKA_DIRECT_TOPIC: 'x' }, /KAFKA_TOPIC=x and KAFKA_DIRECT_TOPIC=x/],
    ['api', { KAFKA_TOPIC: 'x', KAFKA_DLQ_TOPIC: 'x' }, /KAFKA_TOPIC=x and KAFKA_DLQ_TOPIC=x/],
    ['api', { KAFKA_DIRECT_TOPIC: 'x', KAFKA_DLQ_TOPIC: 'x' }, /KAFKA_DIRECT_TOPIC=x and KAFKA_DLQ_TOPIC=x/],
    ['api', { PROFILE_PORT: '0' }, /PROFILE_PORT needs PROFILE_DIR/],
  ];
  for (const [service, env, fault] of cases) {
    it(`${service}: ${JSON.stringify(env)}`, () => {
      const faults = faultsOf(service, env);
      assert.ok(
        faults.some((text) => fault.test(text)),
        faults.join('\n'),
      );
    });
  }

  it('is covered rule by rule', () => {
    assert.equal(cases.length, RELATIONS.length);
  });

  it('does not hold where it has no meaning', () => {
    configOf('indexer', { RETENTION_DAYS: '0' });
    configOf('standalone', { DRAIN_TIMEOUT_MS: '60s', ELASTICSEARCH_TIMEOUT_MS: '60s' });
  });

  it('does not blame a setting for the fault of another', () => {
    assert.equal(
      faultsOf('api', { KAFKA_SASL_MECHANISM: 'md5', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }).length,
      1,
    );
  });
});

describe('the configuration table', () => {
  const rows = settingRows().map(({ row }) => row);

  it('names each variable once, in capitals', () => {
    assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length);
    for (const { key } of rows) assert.match(key, /^[A-Z][A-Z0-9_]*$/);
  });

  it('marks everything that reads like a secret', () => {
    const reads = /PASSWORD|API_KEY|TOKEN|SECRET|_HEADERS/;
    for (const { key, secret } of rows) assert.equal(secret === true, reads.test(key), key);
  });

  it('has defaults that its own types accept, and a use for every setting', () => {
    for (const service of SERVICES) configOf(service);
    for (const { services } of rows) assert.ok(services.length > 0);
  });

  it('has relations between known settings only', () => {
    const known = new Set(rows.map(({ key }) => key));
    for (const { keys, others = [] } of RELATIONS)
      for (const key of [...keys, ...others]) assert.ok(known.has(key), key);
  });

  it('finds the collector by the most exact of its settings', () => {
    const endpoint = (env: Environment): unknown => configOf('api', env).tracing.tracesEndpoint;
    const host = { JAEGER_AGENT_HOST: 'jaeger' };
    const base = { ...host, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example:4318/' };
    assert.equal(endpoint({}), 'http://localhost:4318/v1/traces');
    assert.equal(endpoint(host), 'http://jaeger:4318/v1/traces');
    assert.equal(endpoint({ JAEGER_AGENT_HOST: '[::1]' }), 'http://[::1]:4318/v1/traces');
    assert.equal(endpoint(base), 'https://otel.example:4318/v1/traces');
    assert.equal(endpoint({ ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x/t' }), 'http://x/t');
  });

  it('reads the settings of OpenTelemetry, and refuses what they do not mean', () => {
    const { tracing } = configOf('indexer', {
      OTEL_TRACES_SAMPLER_ARG: '1e-3',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod, team=a%20b',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_PROPAGATORS: 'tracecontext, baggage',
    });
    assert.equal(tracing.samplerRatio, 0.001);
    assert.deepEqual(tracing.resourceAttributes, { 'deployment.environment.name': 'prod', team: 'a b' });
    assert.deepEqual(tracing.headers, { Authorization: 'Bearer abc' });
    assert.equal(configOf('api').tracing.samplerRatio, 0.01);
    const faults = faultsOf('api', {
      OTEL_TRACES_SAMPLER_ARG: '1.5',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_OTLP_HEADERS: 'hunter2',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'hunter3',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_PROPAGATORS: 'b3',
      JAEGER_AGENT_HOST: 'http://jaeger:4318',
    });
    assert.equal(faults.length, 9, faults.join('\n'));
    assert.match(faults.join('\n'), /OTEL_EXPORTER_OTLP_PROTOCOL=grpc: expected http\/protobuf/);
    for (const text of ['baggage', 'none', '']) {
      assert.equal(faultsOf('api', { OTEL_PROPAGATORS: `b3,${text}` }).length, 1);
    }
    assert.doesNotMatch(faults.join(''), /hunter/);
  });
});
