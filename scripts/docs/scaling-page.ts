import { ASSUMED, capacityFor, costOf, type Demand, MEASURED } from './capacity-model.ts';
import { generatedFrom, table } from './markdown.ts';

const EXAMPLES: readonly Demand[] = [
  { logsPerSecond: 1000, bytes: MEASURED.bytes.sent, logsPerRequest: 'single', topicDays: 7, indexDays: 400 },
  { logsPerSecond: 50_000, bytes: MEASURED.bytes.sent, logsPerRequest: 'batch', topicDays: 7, indexDays: 90 },
  { logsPerSecond: 1_000_000, bytes: MEASURED.bytes.sent, logsPerRequest: 'batch', topicDays: 2, indexDays: 30 },
];

/** Of what is less than one two digits, so that little is not shown as nothing. */
function number(value: number): string {
  const digits = value < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: value < 100 ? 1 : 0 };
  return value.toLocaleString('en', digits);
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${number(bytes / 1000 ** step)} ${units[step] ?? ''}`;
}

function example(demand: Demand): string {
  const { logsPerSecond, bytes, logsPerRequest, topicDays, indexDays } = demand;
  const each = costOf(demand);
  const {
    utilization,
    peakFactor,
    kafkaReplicas,
    storeReplicas,
    shardBytes,
    nodeCores,
    nodeDiskBytes,
    diskUse,
    brokerBytes,
  } = ASSUMED;
  const got = capacityFor(demand);
  const peak = number(got.peak);
  const copies = 1 + storeReplicas;
  const load = (us: number): string => `${peak} x ${us} us / ${utilization}`;
  const rows = [
    ['peak', `${number(logsPerSecond)} x ${peakFactor}`, `${peak} logs/s`],
    ['API', load(each.apiUs), `${number(got.apiCores)} cores, so ${Math.max(2, Math.ceil(got.apiCores))} processes`],
    ['indexers', load(each.indexerUs), `${number(got.indexerCores)} cores, so ${got.indexers} processes`],
    ['partitions of `logs`', `twice the indexers, a multiple of 6`, number(got.partitions)],
    [
      'brokers take in',
      `${peak} x ${each.topicBytes} B x ${kafkaReplicas} replicas`,
      `${size(got.topicBytesPerSecond)}/s: ${got.brokersByTraffic} brokers at ${size(brokerBytes)}/s`,
    ],
    [
      'disk of the topics',
      `${number(logsPerSecond)} x 86,400 s x ${topicDays} d x ${each.topicBytes} B x ${kafkaReplicas}`,
      `${size(got.topicBytes)}: ${got.brokersByDisk} brokers of ${size(nodeDiskBytes)}, ${diskUse * 100} % full`,
    ],
    [
      'Elasticsearch, CPU',
      `${load(each.elasticsearchUs)} x ${copies} copies`,
      `${number(got.storeCores)} cores: ${got.nodesByCores} nodes of ${nodeCores}`,
    ],
    [
      'indices, a day',
      `${number(logsPerSecond)} x 86,400 s x ${each.indexBytes} B`,
      `${size(got.indexBytesPerDay)}: \`INDEX_SHARDS=${got.shards}\` of at most ${size(shardBytes)}`,
    ],
    [
      'indices, all',
      `${indexDays} d x ${copies} copies`,
      `${size(got.indexBytes)}: ${got.nodesByDisk} nodes of ${size(nodeDiskBytes)}, ${diskUse * 100} % full`,
    ],
  ];
  const title = `### ${number(logsPerSecond)} logs a second`;
  const note = `${bytes} bytes each, ${logsPerRequest === 'single' ? 'one' : '500'} in a request, topics kept for ${topicDays} days, indices for ${indexDays}.`;
  return [title, note, table(['what', 'arithmetic', 'result'], rows)].join('\n\n');
}

/** docs/scaling.md */
export function scalingPage(): string {
  const { api, indexerUs, embedded, elasticsearchUs, bytes, perKilobyte, logsPerSecond } = MEASURED;
  return [
    generatedFrom('scripts/docs/capacity-model.ts'),
    '# Scaling',
    `What a log costs, and what a number of logs a second takes. Measure with your own records before you buy anything.`,
    '## What a log costs',
    `Measured on two cores that generator, broker, store and service shared; records of the payment corpus, ${bytes.sent}
bytes each. CPU of our processes: \`npm run bench\`. \`npm run bench -- size\` shows what Elasticsearch
spends (far more while its JVM is young) and the bytes of an index. Those of topic and embedded store were measured once, by no script. Bytes are of
50,000 generated records: yours may compress worse, or better.`,
    table(
      ['part', 'for each log'],
      [
        ['API, one log in a request', `${api.single} us of CPU`],
        ['API, 500 logs in a request', `${api.batch} us of CPU`],
        ['indexer', `${indexerUs} us of CPU`],
        ['Elasticsearch, each copy', `41 to ${elasticsearchUs} us of CPU`],
        ['embedded mode, HTTP until stored', `${embedded.single} us (one in a request), ${embedded.batch} us (500)`],
        ['on the topic, not compressed', `${bytes.topic} bytes`],
        ['on the topic, `compression.type=zstd` of the topic', `${bytes.topicZstd} bytes`],
        ['in an index, one copy', `${bytes.index} bytes`],
        ['in the embedded store', `${bytes.embedded} bytes`],
      ],
    ),
    `**Sending in batches is the cheapest way to scale**: it divides the cost of the API by ${number(api.single / api.batch)}. Then comes Elasticsearch: it takes
${number((elasticsearchUs * 2) / indexerUs)} times the CPU of the indexers, with one replica. Our producers do not compress; set \`compression.type\` on the topic,
and the brokers do, at their cost.`,
    '## Longer logs',
    table(
      ['part', `for each 1,000 bytes beyond ${bytes.sent}`],
      [
        ['API', `${perKilobyte.apiUs} us of CPU`],
        ['indexer', `${perKilobyte.indexerUs} us of CPU`],
        ['Elasticsearch, each copy', `${perKilobyte.elasticsearchUs} us of CPU`],
        ['on the topic, not compressed', '1,000 bytes'],
        ['in an index, one copy', `${perKilobyte.indexBytes} bytes`],
      ],
    ),
    `Measured by \`npm run bench -- size\`: what makes its logs longer, up to ${number(perKilobyte.upToBytes)} bytes, is a stack trace, whose words are indexed; long
attributes may cost more, or less. Others used the machine meanwhile: the figures are what CPU grew by, in proportion to that of short logs. Below 500 and beyond
${number(perKilobyte.upToBytes)} bytes nothing was measured; the arithmetic goes on in a straight line.`,
    '## Which part is short',
    table(
      ['sign', 'short is', 'do'],
      [
        ['`paylog_queue_lag_seconds` grows, indexers busy', 'indexers', 'more of them, up to the number of partitions'],
        [
          'it grows, indexers idle, `paylog_bulk_seconds` long',
          'Elasticsearch',
          'more nodes or shards; longer `INDEX_REFRESH_MS`; more indexers do not help',
        ],
        [
          '429 of the API, `paylog_ingest_inflight_bytes` at its limit',
          'Kafka, or the API',
          'look at `paylog_ingest_publish_seconds`: long is Kafka',
        ],
        ['CPU of the API', 'the API', 'more of them: they hold no state'],
      ],
    ),
    `One process uses about one core (Node.js). Indexers beyond the number of partitions are idle. \`tests/faults/scale.test.ts\` takes one indexer that
cannot keep up to four and back to two under load: lag in records and in seconds grows and falls, every acknowledged record is stored once.`,
    `**What one indexer stores in a second**, for \`lagThreshold\` of the [chart](kubernetes.md#scaling), is measured where it runs: one pod must have a backlog
for some minutes (stop it for a while under load), so that it waits for nobody. \`rate(paylog_records_settled_total[2m])\` of that pod, while its
\`paylog_queue_lag_records\` is far above 0, times 5 is the threshold. Here, on two cores that all shared, it was ${number(logsPerSecond.indexed)} a second; the chart's default is 4,000 times 5.`,
    '## Partitions, shards, replicas, retention',
    `- **Partitions** can be added later (records are spread over them, no order depends on their number), never taken away.
- **Shards** of a day (\`INDEX_SHARDS\`, at most ${number(ASSUMED.maxShards)}) hold for indices that are made afterwards: the next day. ${size(ASSUMED.shardBytes)} each is a good size; what
  takes more shards than that has to be divided among data sets, each of which has an index a day. A node
  should not hold more than some 1,000 shards in all, so many small data sets with a long retention cost shards, not bytes.
- **Replicas**: three of each partition, two of which must hold a record before 202 (\`min.insync.replicas=2\`). One of each shard: it doubles CPU and disk.
- **Retention**: topics hold what replays need ([disaster recovery](disaster-recovery.md)): 7 days by default. Indices: \`RETENTION_DAYS\`,
  400 by default. Disk grows with both in a straight line.`,
    '## Worked examples',
    `Assumed, and to be argued with: the day's peak is ${ASSUMED.peakFactor} times its average; no core is busier than ${ASSUMED.utilization * 100} %; topics are not
compressed. \`npm run capacity -- --rate=5000 --bytes=800 --days=400\` does the same for your figures.`,
    ...EXAMPLES.map(example),
    `The last one is arithmetic, no experience: the most that was run here, on two cores, is some ${number(logsPerSecond.taken)} logs a second taken and ${number(logsPerSecond.indexed)} indexed. At that size several clusters, one for each group of data
sets, are safer than one; and the first question is whether all of it has to be indexed.`,
    '## The embedded mode',
    `One process, one machine, no replica. Measured: ${number(1e6 / embedded.single)} logs for each second of CPU one by one, ${number(1e6 / embedded.batch)} in batches, until stored. Its queue holds
4 GiB: beyond it 429 or 503. ${bytes.embedded} bytes for each log: a thousand a second are ${size(1000 * 86_400 * bytes.embedded)} a day. Searches were measured among two million
records (\`npm run bench -- search\`), tests go no further. Beyond some 1,000 logs a second on average, some tens of millions of records, or when the
machine may be lost, take Kafka and Elasticsearch: senders notice nothing, and \`npx paylog export\` with \`send\` moves the records.`,
    '',
  ].join('\n\n');
}
