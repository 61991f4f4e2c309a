import { ALL_SERVICES, INDEXER, setting } from './setting.ts';
import { boolean, bytes, durationMs, integer, serverUrl, text } from './value-type.ts';

const MIB = 1024 * 1024;
const MINUTE = 60_000;
const anyText = text('text', /^.+$/s);

export const elasticsearchSettings = {
  url: setting({
    key: 'ELASTICSEARCH_URL',
    type: serverUrl,
    default: { api: 'http://localhost:9200', indexer: 'http://localhost:9200' },
    services: ALL_SERVICES,
    description: 'Address of the cluster. The all-in-one start uses its embedded store when this is absent.',
  }),
  username: setting({
    key: 'ELASTICSEARCH_USERNAME',
    type: anyText,
    default: null,
    services: ALL_SERVICES,
    description: 'User name for the cluster.',
  }),
  password: setting({
    key: 'ELASTICSEARCH_PASSWORD',
    type: anyText,
    default: null,
    services: ALL_SERVICES,
    secret: true,
    description: 'Password for the cluster.',
  }),
  apiKey: setting({
    key: 'ELASTICSEARCH_API_KEY',
    type: anyText,
    default: null,
    services: ALL_SERVICES,
    secret: true,
    description: 'API key for the cluster (base64 form), instead of user name and password.',
  }),
  caFile: setting({
    key: 'ELASTICSEARCH_CA_FILE',
    type: text('a path to a file', /^[^\0]+$/),
    default: null,
    services: ALL_SERVICES,
    path: 'certificates',
    description: "PEM file of the authority that signed the cluster's certificate, if it is not a public one.",
  }),
  timeoutMs: setting({
    key: 'ELASTICSEARCH_TIMEOUT_MS',
    type: durationMs({ min: 100, max: 5 * MINUTE }),
    default: '20s',
    services: ALL_SERVICES,
    description: 'Time for one request to the cluster; a bulk request that takes longer is tried again.',
  }),
};

export const indexSettings = {
  installTemplate: setting({
    key: 'INDEX_INSTALL_TEMPLATE',
    type: boolean,
    default: 'true',
    services: INDEXER,
    description:
      'Install the index template at start. With `false` it must be there: one that is missing or older than this version stops the start.',
  }),
  shards: setting({
    key: 'INDEX_SHARDS',
    type: integer({ min: 1, max: 1024 }),
    default: '1',
    services: INDEXER,
    description: 'Primary shards of a day.',
  }),
  replicas: setting({
    key: 'INDEX_REPLICAS',
    type: integer({ min: 0, max: 10 }),
    default: '1',
    services: INDEXER,
    description: 'Most copies of each shard; a cluster with fewer nodes gets fewer (`auto_expand_replicas`).',
  }),
  refreshMs: setting({
    key: 'INDEX_REFRESH_MS',
    type: durationMs({ min: 100, max: 5 * MINUTE }),
    default: '1s',
    services: INDEXER,
    description: 'Time until stored records can be found.',
  }),
  daysPast: setting({
    key: 'INDEX_DAYS_PAST',
    type: integer({ min: 0, max: 36_500 }),
    default: '400',
    services: INDEXER,
    description:
      'Records with an older event day go to the index of the day they were received, so that one wild clock cannot make thousands of indices.',
  }),
  daysFuture: setting({
    key: 'INDEX_DAYS_FUTURE',
    type: integer({ min: 0, max: 3650 }),
    default: '2',
    services: INDEXER,
    description: 'The same for event days in the future.',
  }),
  retentionDays: setting({
    key: 'RETENTION_DAYS',
    type: integer({ min: 0, max: 36_500 }),
    default: '400',
    services: INDEXER,
    description: 'Days of records to keep; older days are dropped whole. 0 keeps them for ever.',
  }),
};

export const indexerSettings = {
  bulkMaxBytes: setting({
    key: 'BULK_MAX_BYTES',
    type: bytes({ min: 16 * 1024, max: 100 * MIB }),
    default: '5MiB',
    services: INDEXER,
    description: 'A bulk request is sent when it holds so many bytes.',
  }),
  bulkMaxDelayMs: setting({
    key: 'BULK_MAX_DELAY_MS',
    type: durationMs({ min: 0, max: MINUTE }),
    default: '50ms',
    services: INDEXER,
    description: 'A bulk request is sent at the latest so long after its first record came.',
  }),
  bulkConcurrency: setting({
    key: 'BULK_CONCURRENCY',
    type: integer({ min: 1, max: 64 }),
    default: '2',
    services: INDEXER,
    description: 'Bulk requests under way at the same time.',
  }),
  maxInflightBytes: setting({
    key: 'INDEXER_MAX_INFLIGHT_BYTES',
    type: bytes({ min: 16 * 1024, max: 64 * 1024 * MIB }),
    default: '64MiB',
    services: INDEXER,
    description: 'Bytes that the indexer holds between reading and storing; beyond it reading pauses.',
  }),
  retryMinMs: setting({
    key: 'RETRY_MIN_MS',
    type: durationMs({ min: 1, max: MINUTE }),
    default: '100ms',
    services: INDEXER,
    description: 'First wait before records are sent to the store again; grows exponentially, randomized.',
  }),
  retryMaxMs: setting({
    key: 'RETRY_MAX_MS',
    type: durationMs({ min: 1, max: 10 * MINUTE }),
    default: '30s',
    services: INDEXER,
    description: 'Longest of these waits.',
  }),
  stallTimeoutMs: setting({
    key: 'STALL_TIMEOUT_MS',
    type: durationMs({ min: 1000, max: 60 * MINUTE }),
    default: '2m',
    services: INDEXER,
    description:
      'Without progress for so long the indexer reports itself as not alive, so that the platform restarts it.',
  }),
};
