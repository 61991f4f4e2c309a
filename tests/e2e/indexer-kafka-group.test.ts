import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { orSkip } from '../stack/skip.ts';
import { openRealStack, type RealStack } from './indexer-real-stack.ts';
import { idsOf, IndexerWorld, type RunningIndexer } from './indexer-world.ts';

const WAIT_MS = 60_000;

/** Feeds lines to kcat: one message each, produced by librdkafka, which shares no code with us. */
async function kcat(args: readonly string[], lines: readonly string[]): Promise<void> {
  const child = spawn('kcat', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, 'kcat failed');
}

async function kcatIsThere(): Promise<{ readonly skipped: string } | object> {
  try {
    await promisify(execFile)('kcat', ['-V']);
    return {};
  } catch {
    return { skipped: 'there is no kcat; enable it with `apt-get install kcat`' };
  }
}

function total(running: readonly RunningIndexer[], outcome: 'stored' | 'duplicate' | 'dead_lettered'): number {
  return running.reduce((sum, { settled }) => sum + settled(outcome), 0);
}

describe('indexers in a Kafka consumer group', function () {
  this.timeout(3 * WAIT_MS);
  let stack: RealStack | undefined;

  before(async function () {
    this.timeout(5 * WAIT_MS);
    stack = await openRealStack(this);
  });

  after(async () => {
    await stack?.close();
  });

  it('takes over from each other in the middle of the work: nothing is lost, nothing is there twice', async () => {
    assert.ok(stack);
    await using here = await IndexerWorld.create(stack);
    const ids = idsOf('shared', 6000);
    const running = [await here.index('shared')];
    await here.publishChecked(ids.slice(0, 3000));
    running.push(await here.index('shared'));
    await here.publishChecked(ids.slice(3000, 5000));
    await waitUntil(
      () => running.every(({ indexer }) => indexer.dependencies[0]?.().state === 'up'),
      WAIT_MS,
      () => 'both members',
    );
    await running[0]?.indexer.stop();
    await here.publishChecked(ids.slice(5000));
    assert.deepEqual(await here.waitForStored(ids.length), ids);
    // A search finds records a moment before the indexer has the answer to its bulk request.
    await waitUntil(
      () => total(running, 'stored') >= ids.length,
      WAIT_MS,
      () => `${String(ids.length)} stored, have ${String(total(running, 'stored'))}`,
    );
    assert.equal(total(running, 'stored'), ids.length);
    assert.equal(total(running, 'dead_lettered'), 0);
  });

  it('takes what kcat produces', async function () {
    orSkip(this, await kcatIsThere());
    assert.ok(stack);
    await using here = await IndexerWorld.create(stack);
    const lines = Array.from({ length: 200 }, (_, i) =>
      JSON.stringify({ message: `line ${String(i)}`, 'service.name': here.service, 'log.level': 'ERROR' }),
    );
    lines.splice(100, 0, 'this is not JSON', JSON.stringify({ service: here.service }));
    await kcat(['-P', '-b', stack.brokers, '-t', here.topics.direct, '-z', 'gzip'], lines);
    const first = await here.index('kcat');
    const ids = await here.waitForStored(200);
    assert.equal(new Set(ids).size, 200);
    const letters = await here.deadLetters(2);
    assert.deepEqual(letters.map(({ value }) => value.error.type).sort(), ['invalid_json', 'missing_field']);
    await first.indexer.stop();

    const again = await here.index('kcat-again');
    await waitUntil(
      () => again.settled('duplicate') >= 200,
      WAIT_MS,
      () => 'the redelivery',
    );
    assert.deepEqual([again.settled('stored'), (await here.storedIds()).length], [0, 200]);
  });
});
