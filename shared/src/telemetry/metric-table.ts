/** A row of the table of metrics. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** As exposed; ends in `_total` for counters, else in its base unit. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly LabelName[];
  /** Upper bounds of a histogram, in the unit of the name. */
  readonly buckets?: readonly number[];
  readonly from: readonly ('api' | 'indexer')[];
}

/** Labels, what they hold, and how many distinct values are kept before `other`. */
export const LABELS = {
  service: { bound: 200, help: '`service` of the records, the first 200 distinct ones' },
  protocol: {
    bound: 20,
    help: 'wire protocol: `json`, `ndjson`, `elasticsearch`, `otlp_json`, `otlp_protobuf`, `loki`, `splunk_hec`',
  },
  outcome: { bound: 10, help: 'what became of a record' },
  code: { bound: 60, help: 'code of the [error table](errors.md)' },
  status: { bound: 40, help: 'HTTP status' },
  kind: { bound: 10, help: 'what was redacted: `pan`, `cvv`' },
  route: { bound: 20, help: 'route of the API' },
  format: { bound: 4, help: 'format of an export: `ndjson`, `csv`' },
  topic: { bound: 20, help: 'topic' },
  partition: { bound: 10_000, help: 'partition' },
  type: { bound: 60, help: 'type of the error as the store or the [error table](errors.md) names it' },
  stage: { bound: 10, help: 'where the record failed: `envelope`, `prepare`, `store`' },
  dependency: { bound: 20, help: 'name as in `/health/ready`' },
  version: { bound: 1, help: 'version of this process' },
  role: { bound: 10, help: 'what a certificate file is for: `kafka_ca`, `elasticsearch_ca`' },
  directory: { bound: 4, help: 'what a directory is for: `data` (DATA_DIR), `logs` (files of the own log)' },
} as const;

/** Name of a label. */
export type LabelName = keyof typeof LABELS;

const LATENCY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const LONG_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400] as const;
const COUNTS = [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000] as const;
const SIZES = [1024, 16_384, 65_536, 262_144, 1_048_576, 2_621_440, 5_242_880, 10_485_760, 52_428_800] as const;

const API = ['api'] as const;
const INDEXER = ['indexer'] as const;
const BOTH = ['api', 'indexer'] as const;

/** Every metric of our own. `docs/metrics.md` and the type of `createMetrics()` come from this table. */
export const METRIC_TABLE = {
  ingestRecords: {
    kind: 'counter',
    name: 'paylog_ingest_records_total',
    help: 'Records that came in, by what became of them: accepted, rejected, refused (to be sent again).',
    labels: ['service', 'protocol', 'outcome'],
    from: API,
  },
  ingestRejected: {
    kind: 'counter',
    name: 'paylog_ingest_rejected_total',
    help: 'Records that were rejected, by reason.',
    labels: ['code'],
    from: API,
  },
  ingestBytes: {
    kind: 'counter',
    name: 'paylog_ingest_bytes_total',
    help: 'Bytes of request bodies after decompression.',
    labels: ['protocol'],
    from: API,
  },
  ingestRequests: {
    kind: 'counter',
    name: 'paylog_ingest_requests_total',
    help: 'Ingest requests.',
    labels: ['protocol', 'status'],
    from: API,
  },
  ingestPublishSeconds: {
    kind: 'histogram',
    name: 'paylog_ingest_publish_seconds',
    help: 'Time from handing records to the queue until all replicas acknowledged.',
    labels: [],
    buckets: LATENCY_SECONDS,
    from: API,
  },
  ingestInflightBytes: {
    kind: 'gauge',
    name: 'paylog_ingest_inflight_bytes',
    help: 'Bytes between reading a body and the acknowledgement of the queue.',
    labels: [],
    from: API,
  },
  ingestInflightLimitBytes: {
    kind: 'gauge',
    name: 'paylog_ingest_inflight_limit_bytes',
    help: 'Limit of these bytes; beyond it requests get 429.',
    labels: [],
    from: API,
  },
  ingestDataSets: {
    kind: 'gauge',
    name: 'paylog_ingest_data_sets',
    help: 'Distinct data sets that senders named since the start.',
    labels: [],
    from: API,
  },
  ingestDataSetsLimit: {
    kind: 'gauge',
    name: 'paylog_ingest_data_sets_limit',
    help: 'Limit of these data sets; beyond it records go to the default one.',
    labels: [],
    from: API,
  },
  redactions: {
    kind: 'counter',
    name: 'paylog_redactions_total',
    help: 'Card data that was redacted.',
    labels: ['kind'],
    from: BOTH,
  },
  searchRequests: {
    kind: 'counter',
    name: 'paylog_search_requests_total',
    help: 'Requests that read: searches, counts, stories, exports and live tails (these when they end).',
    labels: ['route', 'status'],
    from: API,
  },
  searchSeconds: {
    kind: 'histogram',
    name: 'paylog_search_seconds',
    help: 'Time to answer a search, a count or a story.',
    labels: ['route'],
    buckets: LATENCY_SECONDS,
    from: API,
  },
  tailStreams: {
    kind: 'gauge',
    name: 'paylog_tail_streams',
    help: 'Live tails that are open.',
    labels: [],
    from: API,
  },
  tailStreamsLimit: {
    kind: 'gauge',
    name: 'paylog_tail_streams_limit',
    help: 'Limit of these; beyond it requests get 429.',
    labels: [],
    from: API,
  },
  tailLeftOut: {
    kind: 'counter',
    name: 'paylog_tail_left_out_total',
    help: 'Records that live tails left out, since there were more than their cap.',
    labels: [],
    from: API,
  },
  exports: {
    kind: 'gauge',
    name: 'paylog_exports',
    help: 'Exports under way.',
    labels: [],
    from: API,
  },
  exportsLimit: {
    kind: 'gauge',
    name: 'paylog_exports_limit',
    help: 'Limit of these; beyond it requests get 429.',
    labels: [],
    from: API,
  },
  exportedRecords: {
    kind: 'counter',
    name: 'paylog_exported_records_total',
    help: 'Records that exports wrote.',
    labels: ['format'],
    from: API,
  },
  queueLagRecords: {
    kind: 'gauge',
    name: 'paylog_queue_lag_records',
    help: 'Records of a partition that are not settled yet.',
    labels: ['topic', 'partition'],
    from: INDEXER,
  },
  queueLagSeconds: {
    kind: 'gauge',
    name: 'paylog_queue_lag_seconds',
    help: 'Age of the oldest record of a partition that is not settled yet.',
    labels: ['topic', 'partition'],
    from: INDEXER,
  },
  queueOwnedPartitions: {
    kind: 'gauge',
    name: 'paylog_queue_owned_partitions',
    help: 'Partitions that this indexer owns, of all topics.',
    labels: [],
    from: INDEXER,
  },
  acceptToStoredSeconds: {
    kind: 'histogram',
    name: 'paylog_accept_to_stored_seconds',
    help: 'Time from accepting a record until the store has it.',
    labels: [],
    buckets: LONG_SECONDS,
    from: INDEXER,
  },
  acceptToSearchableSeconds: {
    kind: 'histogram',
    name: 'paylog_accept_to_searchable_seconds',
    help:
      'Time from accepting a record until searches find it, at the latest: until the store has it, and INDEX_REFRESH_MS more ' +
      '(the embedded store needs no refresh).',
    labels: [],
    buckets: LONG_SECONDS,
    from: INDEXER,
  },
  bulkRecords: {
    kind: 'histogram',
    name: 'paylog_bulk_records',
    help: 'Records in a bulk request.',
    labels: [],
    buckets: COUNTS,
    from: INDEXER,
  },
  bulkBytes: {
    kind: 'histogram',
    name: 'paylog_bulk_bytes',
    help: 'Bytes of records in a bulk request.',
    labels: [],
    buckets: SIZES,
    from: INDEXER,
  },
  bulkSeconds: {
    kind: 'histogram',
    name: 'paylog_bulk_seconds',
    help: 'Time of a bulk request.',
    labels: [],
    buckets: LATENCY_SECONDS,
    from: INDEXER,
  },
  bulkRetries: {
    kind: 'counter',
    name: 'paylog_bulk_retries_total',
    help: 'Records that had to be sent to the store again, by the type of the failure.',
    labels: ['type'],
    from: INDEXER,
  },
  bulkRetryingSeconds: {
    kind: 'gauge',
    name: 'paylog_bulk_retrying_seconds',
    help: 'How long the oldest bulk under way has been tried again; 0 while the store takes everything.',
    labels: [],
    from: INDEXER,
  },
  recordsSettled: {
    kind: 'counter',
    name: 'paylog_records_settled_total',
    help: 'Records that are done with: stored, duplicate, dead_lettered.',
    labels: ['outcome'],
    from: INDEXER,
  },
  lastSettledTimestampSeconds: {
    kind: 'gauge',
    name: 'paylog_last_settled_timestamp_seconds',
    help: 'Unix time when a record was settled last; before the first one, of the start.',
    labels: [],
    from: INDEXER,
  },
  deadLetters: {
    kind: 'counter',
    name: 'paylog_dead_letters_total',
    help: 'Records that can never be stored, by stage and type.',
    labels: ['stage', 'type'],
    from: INDEXER,
  },
  indexerInflightBytes: {
    kind: 'gauge',
    name: 'paylog_indexer_inflight_bytes',
    help: 'Bytes between reading from the queue and settling.',
    labels: [],
    from: INDEXER,
  },
  indexerInflightLimitBytes: {
    kind: 'gauge',
    name: 'paylog_indexer_inflight_limit_bytes',
    help: 'Limit of these bytes; beyond it reading pauses.',
    labels: [],
    from: INDEXER,
  },
  consumerRestarts: {
    kind: 'counter',
    name: 'paylog_consumer_restarts_total',
    help: 'Consumers that crashed and were replaced.',
    labels: [],
    from: INDEXER,
  },
  tlsCertificateExpiryTimestampSeconds: {
    kind: 'gauge',
    name: 'paylog_tls_certificate_expiry_timestamp_seconds',
    help: 'Unix time when the first certificate expires: of a file, as it was read at start, or of the servers, as they showed them when connections were made.',
    labels: ['role'],
    from: BOTH,
  },
  diskFreeBytes: {
    kind: 'gauge',
    name: 'paylog_disk_free_bytes',
    help: 'Bytes that this process may still write on the file system of a directory.',
    labels: ['directory'],
    from: BOTH,
  },
  diskSizeBytes: {
    kind: 'gauge',
    name: 'paylog_disk_size_bytes',
    help: 'Size of that file system.',
    labels: ['directory'],
    from: BOTH,
  },
  traceSpans: {
    kind: 'counter',
    name: 'paylog_trace_spans_total',
    help: 'Spans of sampled traces that were given to the exporter: exported, dropped (nobody took them in time).',
    labels: ['outcome'],
    from: BOTH,
  },
  ownLogs: {
    kind: 'counter',
    name: 'paylog_own_logs_total',
    help: 'Lines of the own log on their way to data set paylog: published, withheld, throttled, overflow, rejected, lost.',
    labels: ['outcome'],
    from: BOTH,
  },
  dependencyUp: {
    kind: 'gauge',
    name: 'paylog_dependency_up',
    help: 'Whether a dependency can be used (1) or not (0).',
    labels: ['dependency'],
    from: BOTH,
  },
  buildInfo: {
    kind: 'gauge',
    name: 'paylog_build_info',
    help: 'Always 1; the label tells the version.',
    labels: ['version'],
    from: BOTH,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
