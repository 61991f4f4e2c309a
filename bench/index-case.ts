import type { MeasuredProcess } from './measured-process.ts';
import { settledRecords } from './ingest-case.ts';
import type { Row } from './report.ts';

/** Starts an indexer on a topic that holds `logs` records already, and measures until all of them are settled, start included. */
export async function measureIndexer(name: string, start: () => MeasuredProcess, logs: number): Promise<Row> {
  const startedMs = performance.now();
  const indexer = start();
  try {
    await indexer.ready();
    while ((await settledRecords(indexer)) < logs) await new Promise((resolve) => setTimeout(resolve, 200));
    const seconds = (performance.now() - startedMs) / 1000;
    const { cpuSeconds, rssBytes } = await indexer.usage();
    return { name, logs, seconds, cpuSeconds, rssBytes, note: 'process start included' };
  } finally {
    await indexer.stop();
  }
}

/**
 * The store's own ceiling in the same run: the same documents as raw bulk requests of 5 MB, two in flight, ids given. CPU is that of
 * this process.
 */
export async function measureRawBulk(
  name: string,
  url: string,
  index: string,
  documents: readonly Buffer[],
): Promise<Row> {
  const bodies = bulkBodies(index, documents);
  const before = process.cpuUsage();
  const startedMs = performance.now();
  let next = 0;
  const send = async (): Promise<void> => {
    for (let body = bodies[next++]; body; body = bodies[next++]) {
      const response = await fetch(`${url}/_bulk?filter_path=errors`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      });
      const answer = (await response.json()) as { errors?: boolean };
      if (!response.ok || answer.errors !== false) throw new Error(`the store refused: ${response.status}`);
    }
  };
  await Promise.all([send(), send()]);
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    name,
    logs: documents.length,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
  };
}

const BULK_BYTES = 5_000_000;

function bulkBodies(index: string, documents: readonly Buffer[]): Uint8Array<ArrayBuffer>[] {
  const bodies: Uint8Array<ArrayBuffer>[] = [];
  let parts: Buffer[] = [];
  let size = 0;
  for (const [id, document] of documents.entries()) {
    const line = Buffer.from(`{"create":{"_index":"${index}","_id":"raw-${id}"}}\n`);
    parts.push(line, document, Buffer.from('\n'));
    size += line.length + document.length + 1;
    if (size >= BULK_BYTES || id === documents.length - 1) {
      bodies.push(Uint8Array.from(Buffer.concat(parts)));
      parts = [];
      size = 0;
    }
  }
  return bodies;
}
