/** What a log costs as it grows: CPU of API, indexer and Elasticsearch, and bytes in an index, for records of several sizes. */
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@paylog/shared/testing/store-documents';
import { settledRecords } from './ingest-case.ts';
import type { MeasuredProcess } from './measured-process.ts';

/** One size. */
export interface SizeRow {
  /** Of a log as it is sent, on average. */
  readonly sentBytes: number;
  readonly logs: number;
  readonly apiUs: number;
  readonly indexerUs: number;
  readonly elasticsearchUs: number;
  readonly indexBytes: number;
}

/** Services that are ready, on a topic and an index that nobody else uses. */
interface SizeTarget {
  readonly api: MeasuredProcess;
  readonly apiUrl: string;
  readonly indexer: MeasuredProcess;
  readonly elasticsearchUrl: string;
  /** Names the indices. */
  readonly indices: string;
}

const PER_REQUEST = 500;
const LANES = 4;
/** Of the logs: until code is compiled, connections are open and the index is there. */
const WARM_PART = 5;

const CLASSES = [
  'Checkout',
  'Authorizer',
  'CaptureQueue',
  'RiskRules',
  'Ledger',
  'RefundJob',
  'Settlement',
  'Webhooks',
];
const METHODS = ['run', 'apply', 'handle', 'withRetry', 'commit', 'validate', 'post', 'next'];

/** Makes JSON records of `bytes` each from shorter ones: what makes a log long is nearly always a stack trace. */
export function withStacks(logs: Iterable<object>, bytes: number): string[] {
  const random = seededRandom(7);
  const int = (below: number): number => Math.floor(random() * below);
  const frame = (): string => {
    const [type, method] = [CLASSES[int(CLASSES.length)] ?? '', METHODS[int(METHODS.length)] ?? ''];
    return `\n    at ${type}.${method} (/srv/payments/dist/${type.toLowerCase()}/${method}-${int(40)}.js:${int(900)}:${int(80)})`;
  };
  return Array.from(logs, (log) => {
    const plain = JSON.stringify(log);
    const room = bytes - Buffer.byteLength(plain) - JSON.stringify({ error: { stack: '' } }).length;
    if (room <= 0) return plain;
    let stack = 'PaymentError: the issuer did not answer';
    while (stack.length < room) stack += frame();
    return JSON.stringify({ ...log, error: { stack: stack.slice(0, room) } });
  });
}

/** Sends all of `lines`, waits until they are stored, and says what that took; the first part of them only warms up. */
export async function measureSize(lines: readonly string[], target: SizeTarget): Promise<SizeRow> {
  const warm = Math.ceil(lines.length / WARM_PART / PER_REQUEST) * PER_REQUEST;
  await sendAndStore(lines.slice(0, warm), warm, target);
  const before = await usage(target);
  await sendAndStore(lines.slice(warm), lines.length, target);
  const after = await usage(target);
  const logs = lines.length - warm;
  const us = (part: keyof typeof before): number => ((after[part] - before[part]) * 1e6) / logs;
  await elasticsearch(target, 'POST', `/${target.indices}/_flush`);
  const stats = await elasticsearch<{ _all: { primaries: { store: { size_in_bytes: number } } } }>(
    target,
    'GET',
    `/${target.indices}/_stats/store`,
  );
  return {
    sentBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / lines.length,
    logs,
    apiUs: us('api'),
    indexerUs: us('indexer'),
    elasticsearchUs: us('elasticsearch'),
    indexBytes: stats._all.primaries.store.size_in_bytes / lines.length,
  };
}

async function sendAndStore(lines: readonly string[], total: number, target: SizeTarget): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < lines.length) {
      const body = lines.slice(next, (next += PER_REQUEST)).join('\n');
      const headers = { 'content-type': 'application/x-ndjson' };
      const response = await fetch(`${target.apiUrl}/api/v1/logs`, { method: 'POST', headers, body });
      if (response.status !== 202) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  while ((await settledRecords(target.indexer)) < total) await delay(200);
  // Making them searchable is part of what a document costs.
  await elasticsearch(target, 'POST', `/${target.indices}/_refresh`);
}

/** CPU seconds so far. */
async function usage(target: SizeTarget): Promise<{ api: number; indexer: number; elasticsearch: number }> {
  const { nodes } = await elasticsearch<{ nodes: Record<string, { process: { cpu: { total_in_millis: number } } }> }>(
    target,
    'GET',
    '/_nodes/stats/process',
  );
  const millis = Object.values(nodes).reduce((sum, node) => sum + node.process.cpu.total_in_millis, 0);
  return {
    api: (await target.api.usage()).cpuSeconds,
    indexer: (await target.indexer.usage()).cpuSeconds,
    elasticsearch: millis / 1000,
  };
}

async function elasticsearch<T>({ elasticsearchUrl }: SizeTarget, method: string, path: string): Promise<T> {
  const response = await fetch(elasticsearchUrl + path, { method });
  if (!response.ok) throw new Error(`the store answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
