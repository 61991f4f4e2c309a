import { OWN_DATA_SET } from '../telemetry/own-log-record.ts';
import { ALL_SERVICES, API, setting } from './setting.ts';
import { bytes, durationMs, integer, serverUrl, text } from './value-type.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const MINUTE = 60_000;

export const pipelineSettings = {
  // No hyphen: `logs-<data set>-<day>` can then be split again in one way only, and `logs-a-*` never matches data set `a-b`.
  dataSet: setting({
    key: 'DATA_SET',
    type: text(
      `1 to 64 of a-z, 0-9, "_" and ".", beginning with a letter or digit (no hyphen: it separates the parts of an index name), and not "${OWN_DATA_SET}": that is the data set of the own logs`,
      new RegExp(`^(?!${OWN_DATA_SET}$)[a-z0-9][a-z0-9_.]{0,63}$`),
    ),
    default: 'main',
    services: ALL_SERVICES,
    description: 'Tenant and environment; the middle part of the index name `logs-<data set>-<yyyy.MM.dd>`.',
  }),
};

export const httpSettings = {
  host: setting({
    key: 'HOST',
    type: text('a host name or an IP address', /^[a-z0-9_.:-]{1,253}$/i),
    default: '0.0.0.0',
    services: ALL_SERVICES,
    description: 'Address to listen on. `127.0.0.1` lets in this machine only.',
  }),
  port: setting({
    key: 'PORT',
    type: integer({ min: 0, max: 65_535 }),
    default: { api: '8000', indexer: '8001', standalone: '8000' },
    services: ALL_SERVICES,
    description: 'Port to listen on; 0 takes any free one. The indexer serves health and metrics only.',
  }),
  jaegerUiUrl: setting({
    key: 'JAEGER_UI_URL',
    type: serverUrl,
    default: null,
    services: API,
    description: 'Address of the pages of Jaeger, as a browser reaches them. With it the explorer links traces there.',
  }),
};

export const timeoutSettings = {
  requestMs: setting({
    key: 'REQUEST_TIMEOUT_MS',
    type: durationMs({ min: 1000, max: 10 * MINUTE }),
    default: '30s',
    services: API,
    description: 'A request must be received completely within this time, else 408.',
  }),
  publishMs: setting({
    key: 'PUBLISH_TIMEOUT_MS',
    // The 503 of an unreachable queue is promised within 5 s, so that the limit stands below it.
    type: durationMs({ min: 100, max: 4999 }),
    default: '4500ms',
    services: ALL_SERVICES,
    description:
      'Time for the queue to acknowledge. After it the API answers 503, so it stays below the promised 5 seconds. The indexer uses it for dead letters.',
  }),
  searchMs: setting({
    key: 'SEARCH_TIMEOUT_MS',
    type: durationMs({ min: 100, max: 5 * MINUTE }),
    default: '10s',
    services: API,
    description: 'Time for a search; after it 504.',
  }),
  searchSlowMs: setting({
    key: 'SEARCH_SLOW_MS',
    type: durationMs({ min: 0, max: 5 * MINUTE }),
    default: '1s',
    services: API,
    description:
      'A request to the store that takes at least this long is logged as `Slow search`, with the shape of its query and without its values; 0 logs all.',
  }),
  drainMs: setting({
    key: 'DRAIN_TIMEOUT_MS',
    type: durationMs({ min: 0, max: 10 * MINUTE }),
    default: '20s',
    services: ALL_SERVICES,
    description:
      'Time to finish what was accepted after SIGTERM or when a partition is taken away. Must stay below the grace period of the platform.',
  }),
};

export const limitSettings = {
  maxBodyBytes: setting({
    key: 'MAX_BODY_BYTES',
    type: bytes({ min: KIB, max: GIB }),
    default: '10MiB',
    services: API,
    description: 'Largest request body after decompression; above it 413.',
  }),
  maxRecordsPerRequest: setting({
    key: 'MAX_RECORDS_PER_REQUEST',
    type: integer({ min: 1, max: 1_000_000 }),
    default: '50000',
    services: API,
    description: 'Most records in one request; above it 413.',
  }),
  maxRecordBytes: setting({
    key: 'MAX_RECORD_BYTES',
    type: bytes({ min: KIB, max: 64 * MIB }),
    default: '256KiB',
    services: ALL_SERVICES,
    description: 'Largest record; a larger one is rejected with `record_too_large`.',
  }),
  maxRecordDepth: setting({
    key: 'MAX_RECORD_DEPTH',
    type: integer({ min: 2, max: 100 }),
    default: '20',
    services: ALL_SERVICES,
    description: 'Deepest nesting of objects and arrays in a record; a deeper one is rejected with `too_deep`.',
  }),
  maxRecordKeys: setting({
    key: 'MAX_RECORD_KEYS',
    type: integer({ min: 10, max: 100_000 }),
    default: '500',
    services: ALL_SERVICES,
    description: 'Most object members in a record, all levels counted; above it `too_many_keys`.',
  }),
  maxDataSets: setting({
    key: 'MAX_DATA_SETS',
    type: integer({ min: 0, max: 10_000 }),
    default: '100',
    services: API,
    description:
      'Distinct data sets that a process lets senders name (Elasticsearch data streams `logs-<dataset>-<namespace>`), besides DATA_SET; each has indices of its own. Beyond it records go to DATA_SET.',
  }),
  maxTails: setting({
    key: 'MAX_TAILS',
    type: integer({ min: 1, max: 10_000 }),
    default: '100',
    services: API,
    description: 'Live tails that may be open at once; beyond it 429. Each searches the store about once a second.',
  }),
  maxExports: setting({
    key: 'MAX_EXPORTS',
    type: integer({ min: 1, max: 1000 }),
    default: '4',
    services: API,
    description: 'Exports that may be under way at once; beyond it 429.',
  }),
  maxInflightBytes: setting({
    key: 'MAX_INFLIGHT_BYTES',
    type: bytes({ min: KIB, max: 64 * GIB }),
    default: '64MiB',
    services: API,
    description: 'Bytes that the API holds between reading a body and the acknowledgement of the queue; beyond it 429.',
  }),
};
