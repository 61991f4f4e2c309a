import { ALL_SERVICES, INDEXER, STANDALONE, setting } from './setting.ts';
import { boolean, bytes, durationMs, hostPorts, integer, oneOf, text } from './value-type.ts';

const DAY = 86_400_000;
const MIB = 1024 * 1024;

/** Kafka's own rule for topic names (org.apache.kafka.common.internals.Topic). */
const topicName = text(
  '1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-", not "." or ".."',
  /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/,
);
const filePath = text('a path to a file', /^[^\0]+$/);
const anyText = text('text', /^.+$/s);

export const kafkaSettings = {
  brokers: setting({
    key: 'KAFKA_BROKERS',
    type: hostPorts,
    default: { api: 'localhost:9092', indexer: 'localhost:9092' },
    services: ALL_SERVICES,
    description: 'Brokers to begin with. The all-in-one start uses its embedded queue when this is absent.',
  }),
  client: setting({
    key: 'KAFKA_CLIENT',
    type: oneOf(['platformatic', 'kafkajs']),
    default: 'platformatic',
    services: ALL_SERVICES,
    description: 'Client library that produces: both pass the same contract suite, the default costs less CPU.',
  }),
  ssl: setting({
    key: 'KAFKA_SSL',
    type: boolean,
    default: 'false',
    services: ALL_SERVICES,
    description: 'Connect to the brokers by TLS.',
  }),
  sslCaFile: setting({
    key: 'KAFKA_SSL_CA_FILE',
    type: filePath,
    default: null,
    services: ALL_SERVICES,
    path: 'certificates',
    description: "PEM file of the authority that signed the brokers' certificates, if it is not a public one.",
  }),
  saslMechanism: setting({
    key: 'KAFKA_SASL_MECHANISM',
    type: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
    default: null,
    services: ALL_SERVICES,
    description: 'How to log in to the brokers; needs user name and password.',
  }),
  saslUsername: setting({
    key: 'KAFKA_SASL_USERNAME',
    type: anyText,
    default: null,
    services: ALL_SERVICES,
    description: 'User name for the brokers.',
  }),
  saslPassword: setting({
    key: 'KAFKA_SASL_PASSWORD',
    type: anyText,
    default: null,
    services: ALL_SERVICES,
    secret: true,
    description: 'Password for the brokers.',
  }),
};

export const topicSettings = {
  records: setting({
    key: 'KAFKA_TOPIC',
    type: topicName,
    default: 'logs',
    services: ALL_SERVICES,
    description: 'Topic of checked records; only the API writes to it.',
  }),
  direct: setting({
    key: 'KAFKA_DIRECT_TOPIC',
    type: topicName,
    default: '<KAFKA_TOPIC>.direct',
    services: ALL_SERVICES,
    description: 'Topic that anybody may produce to; the indexer checks and redacts what it finds there.',
  }),
  deadLetters: setting({
    key: 'KAFKA_DLQ_TOPIC',
    type: topicName,
    default: '<KAFKA_TOPIC>.dlq',
    services: ALL_SERVICES,
    description: 'Topic of records that can never be stored, with the reason.',
  }),
  create: setting({
    key: 'KAFKA_CREATE_TOPICS',
    type: boolean,
    default: 'true',
    services: ALL_SERVICES,
    description: 'Make missing topics at start. With `false` a missing topic stops the start.',
  }),
  partitions: setting({
    key: 'KAFKA_PARTITIONS',
    type: integer({ min: 1, max: 10_000 }),
    default: '6',
    services: ALL_SERVICES,
    description: 'Partitions of topics that are made.',
  }),
  replicationFactor: setting({
    key: 'KAFKA_REPLICATION_FACTOR',
    type: integer({ min: 1, max: 100 }),
    default: null,
    services: ALL_SERVICES,
    description: 'Replicas of topics that are made. Absent: as many as there are brokers, at most 3.',
  }),
  minInsyncReplicas: setting({
    key: 'KAFKA_MIN_INSYNC_REPLICAS',
    type: integer({ min: 1, max: 100 }),
    default: null,
    services: ALL_SERVICES,
    description:
      'Replicas that must hold a record before it counts as stored, for topics that are made. Absent: one less than the replicas, at least 1.',
  }),
  retentionMs: setting({
    key: 'KAFKA_RETENTION_MS',
    type: durationMs({ min: 1000, max: 3650 * DAY }),
    default: '7d',
    services: ALL_SERVICES,
    description: 'How long topics that are made keep records.',
  }),
  deadLetterRetentionMs: setting({
    key: 'KAFKA_DLQ_RETENTION_MS',
    type: durationMs({ min: 1000, max: 3650 * DAY }),
    default: '30d',
    services: ALL_SERVICES,
    description: 'How long the dead-letter topic keeps records, when it is made.',
  }),
  maxBatchBytes: setting({
    key: 'KAFKA_MAX_BATCH_BYTES',
    type: bytes({ min: 16 * 1024, max: 128 * MIB }),
    default: '1MiB',
    services: ALL_SERVICES,
    description:
      "Largest produce batch that the brokers take (`max.message.bytes` of the topics; the broker's own limit must not be below it).",
  }),
};

export const consumerSettings = {
  group: setting({
    key: 'KAFKA_GROUP',
    type: text('1 to 255 printable characters without spaces', /^[\x21-\x7e]{1,255}$/),
    default: 'paylog-indexer',
    services: ALL_SERVICES,
    description: 'Consumer group of the indexers; the API asks for its lag.',
  }),
  groupInstanceId: setting({
    key: 'KAFKA_GROUP_INSTANCE_ID',
    type: text('1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-", not "." or ".."', /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/),
    default: null,
    services: INDEXER,
    description:
      'Makes this indexer a static member of its group: it keeps its partitions over a restart that takes less than KAFKA_SESSION_TIMEOUT_MS, and nobody has them meanwhile. Each indexer needs one of its own, always the same, such as the name of its pod in a StatefulSet.',
  }),
  sessionTimeoutMs: setting({
    key: 'KAFKA_SESSION_TIMEOUT_MS',
    type: durationMs({ min: 6000, max: 300_000 }),
    default: '30s',
    services: INDEXER,
    description:
      'An indexer that is silent for so long loses its partitions to the others. With KAFKA_GROUP_INSTANCE_ID also one that was stopped: from the last sign of the old process to the first of the new one it must not take longer. The brokers take at most their `group.max.session.timeout.ms`.',
  }),
};

export const embeddedSettings = {
  dataDir: setting({
    key: 'DATA_DIR',
    type: text('a path to a directory', /^[^\0]+$/),
    default: './data',
    services: STANDALONE,
    description: 'Directory of the embedded queue and store. Kept across restarts.',
  }),
};
