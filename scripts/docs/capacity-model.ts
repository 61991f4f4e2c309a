/**
 * What a number of logs a second takes, from what was measured of one log. Every figure of docs/scaling.md comes from here; measured again, it
 * is changed here.
 */

/**
 * Measured on two cores: `npm run bench`, and 50,000 records of the payment corpus in a topic, an index and an embedded store. README.md has
 * the same figures of `npm run bench`.
 */
export const MEASURED = {
  /** CPU microseconds for each log, checks, redaction and acks=all included. */
  api: { single: 49.7, batch: 10.7 },
  indexerUs: 13.4,
  embedded: { single: 166, batch: 60 },
  /** Elasticsearch's own CPU for each document of one copy: 41 to 52. */
  elasticsearchUs: 52,
  /** Bytes of a log as it is sent, on the topic (our producers do not compress; `compression.type` of the topic does), in the stores. */
  bytes: { sent: 523, topic: 707, topicZstd: 111, index: 370, embedded: 1182 },
  /**
   * More of it for each 1,000 bytes that a log has beyond `bytes.sent`: `npm run bench -- size`, whose largest logs have `upToBytes`. On a
   * machine that others used as well, so CPU as a ratio: an API of 16.9, 66.1, 139.2 and 265.8 us at 530, 2,019, 4,046 and 8,100 bytes is
   * 1.95 of the first for each 1,000 bytes, and `api.batch` is that first one on a quiet machine. The same of the indexer (19.9, 35.2,
   * 61.9, 78.9 us) and of Elasticsearch (83.1, 149.2, 252.0, 446.1 us).
   */
  perKilobyte: { apiUs: 20, indexerUs: 7, elasticsearchUs: 30, indexBytes: 340, upToBytes: 8000 },
  /** The most that two cores took, in batches, and stored, with the load and the servers beside them. */
  logsPerSecond: { taken: 106_000, indexed: 14_200 },
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
  /** Of an index: what `INDEX_SHARDS`, and Elasticsearch, allow. */
  maxShards: 1024,
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
  readonly brokersByTraffic: number;
  readonly brokersByDisk: number;
  readonly brokers: number;
  readonly indexBytesPerDay: number;
  readonly indexBytes: number;
  /** Data sets that the logs must be divided among at least, since a day of one has one index. */
  readonly dataSets: number;
  /** Of a day of each data set. */
  readonly shards: number;
  readonly nodesByCores: number;
  readonly nodesByDisk: number;
}

/** What one log of this size costs: CPU microseconds and bytes. */
export function costOf({ bytes, logsPerRequest }: Pick<Demand, 'bytes' | 'logsPerRequest'>) {
  const { api, indexerUs, elasticsearchUs, bytes: measured, perKilobyte } = MEASURED;
  const kilobytes = (bytes - measured.sent) / 1000;
  return {
    apiUs: api[logsPerRequest] + kilobytes * perKilobyte.apiUs,
    indexerUs: indexerUs + kilobytes * perKilobyte.indexerUs,
    elasticsearchUs: elasticsearchUs + kilobytes * perKilobyte.elasticsearchUs,
    // The server's fields in front of a record do not grow with it.
    topicBytes: bytes + measured.topic - measured.sent,
    indexBytes: measured.index + kilobytes * perKilobyte.indexBytes,
  };
}

/** The arithmetic; docs/scaling.md shows the same steps in words. */
export function capacityFor(demand: Demand): Capacity {
  const { logsPerSecond, topicDays, indexDays } = demand;
  const { apiUs, indexerUs, elasticsearchUs, topicBytes: topicEach, indexBytes: indexEach } = costOf(demand);
  const { utilization, peakFactor, kafkaReplicas, storeReplicas, brokerBytes, shardBytes, maxShards } = ASSUMED;
  const usableDisk = ASSUMED.nodeDiskBytes * ASSUMED.diskUse;
  const peak = logsPerSecond * peakFactor;
  const cores = (us: number, copies = 1): number => (peak * us * copies) / 1e6 / utilization;
  const indexerCores = cores(indexerUs);
  const indexers = Math.max(2, Math.ceil(indexerCores));
  const copies = 1 + storeReplicas;
  const storeCores = cores(elasticsearchUs, copies);
  const topicBytesPerSecond = peak * topicEach * kafkaReplicas;
  const topicBytes = logsPerSecond * 86_400 * topicEach * topicDays * kafkaReplicas;
  const brokersByTraffic = Math.max(kafkaReplicas, Math.ceil(topicBytesPerSecond / brokerBytes));
  const brokersByDisk = Math.max(kafkaReplicas, Math.ceil(topicBytes / usableDisk));
  const indexBytesPerDay = logsPerSecond * 86_400 * indexEach;
  const indexBytes = indexBytesPerDay * indexDays * copies;
  const allShards = Math.max(1, Math.ceil(indexBytesPerDay / shardBytes));
  const dataSets = Math.ceil(allShards / maxShards);
  return {
    peak,
    apiCores: cores(apiUs),
    indexerCores,
    indexers,
    // Twice the indexers leaves room to scale; a multiple of six divides evenly among 1, 2, 3 and 6.
    partitions: Math.max(6, Math.ceil((indexers * 2) / 6) * 6),
    storeCores,
    topicBytesPerSecond,
    topicBytes,
    brokersByTraffic,
    brokersByDisk,
    brokers: Math.max(brokersByTraffic, brokersByDisk),
    indexBytesPerDay,
    indexBytes,
    dataSets,
    shards: Math.ceil(allShards / dataSets),
    nodesByCores: Math.max(copies, Math.ceil(storeCores / ASSUMED.nodeCores)),
    nodesByDisk: Math.max(copies, Math.ceil(indexBytes / usableDisk)),
  };
}
