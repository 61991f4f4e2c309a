/**
 * What a number of logs a second takes, from what was measured of one log. Every figure of docs/scaling.md comes from here; measured again, it
 * is changed here.
 */

/** Measured on two cores: `npm run bench`, and 50,000 records of the payment corpus in a topic, an index and an embedded store. */
export const MEASURED = {
  /** CPU microseconds for each log, checks, redaction and acks=all included. */
  api: { single: 49.7, batch: 10.7 },
  indexerUs: 13.4,
  embedded: { single: 166, batch: 60 },
  /** Elasticsearch's own CPU for each document of one copy: 41 to 52. */
  elasticsearchUs: 52,
  /** Bytes of a log as it is sent, on the topic (our producers do not compress; `compression.type` of the topic does), in the stores. */
  bytes: { sent: 523, topic: 707, topicZstd: 111, index: 370, embedded: 1182 },
} as const;

/** Choices, not measurements; each can be argued with. */
export const ASSUMED = {
  /** A core that is busier than this has no room for a restart, a rebalance or a peak. */
  utilization: 0.6,
  peakFactor: 2,
  kafkaReplicas: 3,
  storeReplicas: 1,
  /** Bytes a second that a broker takes in, copies for others included. */
  brokerBytes: 100e6,
  /** Of a disk. */
  diskUse: 0.7,
  shardBytes: 40e9,
  nodeCores: 16,
  nodeDiskBytes: 8e12,
} as const;

/** What is asked. */
export interface Demand {
  /** On average over a day. */
  readonly logsPerSecond: number;
  /** Bytes of a log as it is sent. */
  readonly bytes: number;
  readonly logsPerRequest: 'single' | 'batch';
  readonly topicDays: number;
  readonly indexDays: number;
}

/** What it takes. */
export interface Capacity {
  readonly peak: number;
  readonly apiCores: number;
  readonly indexerCores: number;
  readonly indexers: number;
  readonly partitions: number;
  readonly storeCores: number;
  readonly topicBytesPerSecond: number;
  readonly topicBytes: number;
  readonly brokers: number;
  readonly indexBytesPerDay: number;
  readonly indexBytes: number;
  readonly shards: number;
  readonly nodesByCores: number;
  readonly nodesByDisk: number;
}

/** The arithmetic; docs/scaling.md shows the same steps in words. */
export function capacityFor({ logsPerSecond, bytes, logsPerRequest, topicDays, indexDays }: Demand): Capacity {
  const { api, indexerUs, elasticsearchUs, bytes: measured } = MEASURED;
  const { utilization, peakFactor, kafkaReplicas, storeReplicas, brokerBytes, diskUse, shardBytes } = ASSUMED;
  const peak = logsPerSecond * peakFactor;
  const cores = (us: number, copies = 1): number => (peak * us * copies) / 1e6 / utilization;
  const size = bytes / measured.sent;
  const indexerCores = cores(indexerUs);
  const indexers = Math.max(2, Math.ceil(indexerCores));
  const copies = 1 + storeReplicas;
  const storeCores = cores(elasticsearchUs, copies);
  const topicBytesPerSecond = peak * measured.topic * size * kafkaReplicas;
  const indexBytesPerDay = logsPerSecond * 86_400 * measured.index * size;
  const indexBytes = indexBytesPerDay * indexDays * copies;
  return {
    peak,
    apiCores: cores(api[logsPerRequest]),
    indexerCores,
    indexers,
    // Twice the indexers leaves room to scale; a multiple of six divides evenly among 1, 2, 3 and 6.
    partitions: Math.max(6, Math.ceil((indexers * 2) / 6) * 6),
    storeCores,
    topicBytesPerSecond,
    topicBytes: logsPerSecond * 86_400 * measured.topic * size * topicDays * kafkaReplicas,
    brokers: Math.max(kafkaReplicas, Math.ceil(topicBytesPerSecond / brokerBytes)),
    indexBytesPerDay,
    indexBytes,
    shards: Math.max(1, Math.ceil(indexBytesPerDay / shardBytes)),
    nodesByCores: Math.max(copies, Math.ceil(storeCores / ASSUMED.nodeCores)),
    nodesByDisk: Math.max(copies, Math.ceil(indexBytes / (ASSUMED.nodeDiskBytes * diskUse))),
  };
}
