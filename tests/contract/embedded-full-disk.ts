/** Runs on a directory of 3 MB (see `embedded-faults.test.ts`): fills it, looks, makes space, looks again. Prints `ok`. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { LOGS, silentLogger } from './embedded-support.ts';

const [, , dataDir = ''] = process.argv;
const ballast = join(dataDir, 'ballast');
await writeFile(ballast, Buffer.alloc(1_500_000));

const queue = createEmbeddedQueue({ dataDir }, silentLogger);
const store = createEmbeddedStore({ dataDir }, silentLogger);
await queue.start();
await store.start();
await queue.topicAdmin().ensureTopics([LOGS], true);
const publisher = queue.publisher();
const writer = store.writer();
const { signal } = new AbortController();
const publish = (n: number) => publisher.publish('logs', [{ key: `k${n}`, value: Buffer.alloc(50_000, 0x61) }]);
const write = async (n: number) => {
  const document = storeDocument({ id: `d${n}`, timestamp: timeOf('2026-11-20', n), message: 'x '.repeat(5000) });
  return (await writer.write([document], { signal }))[0];
};

let published;
for (let n = 0; n < 100 && published?.status !== 'retryable'; n += 1) published = await publish(n);
assert.ok(published?.status === 'retryable');
assert.equal(published.reason, 'unavailable');
assert.match(published.message, /disk is full/);
assert.equal(publisher.state().state, 'down');
assert.match(publisher.state().reason ?? '', /disk is full/);

let written;
for (let n = 0; n < 200 && written?.status !== 'retryable'; n += 1) written = await write(n);
assert.ok(written?.status === 'retryable');
assert.match(written.reason, /disk is full/);
assert.equal(writer.state().state, 'down');

await rm(ballast);
const up = () => publisher.state().state === 'up' && writer.state().state === 'up';
await waitUntil(up, 10_000, () => 'both to recover without traffic');
assert.deepEqual(await publish(1000), { status: 'stored' });
assert.deepEqual(await write(1000), { status: 'stored' });
await queue.stop();
await store.stop();
console.log('ok');
