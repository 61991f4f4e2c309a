import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MAX_CATCH_UP, type TailItem, TailReader, type TailReaderOptions } from '../../src/streams/tail-reader.ts';
import { ArrivalsStore } from './arrivals-store.ts';

const START = Date.parse('2026-11-20T09:00:00.250Z');
const SECOND = 1000;
const never = new AbortController().signal;

class World {
  nowMs = START;
  readonly store = new ArrivalsStore();
  readonly reader: TailReader;

  constructor(options: Partial<TailReaderOptions> = {}) {
    const clock = { now: () => this.nowMs };
    this.reader = new TailReader({
      searcher: this.store,
      clock,
      filter: {},
      sinceMs: START,
      maxPerSecond: 50,
      ...options,
    });
  }

  /** Ids that a poll finds, and what it left out. */
  async poll(how: 'poll' | 'catchUp' = 'poll'): Promise<readonly string[]> {
    return textsOf(this.reader[how](never));
  }

  /** One second later. */
  next(): Promise<readonly string[]> {
    this.nowMs += SECOND;
    return this.poll();
  }
}

async function textsOf(items: AsyncIterable<TailItem>): Promise<string[]> {
  const texts: string[] = [];
  for await (const item of items)
    texts.push(item.kind === 'record' ? item.hit.id : `left out ${item.relation} ${String(item.count)}`);
  return texts;
}

describe('TailReader', () => {
  it('begins now, and gives each record once', async () => {
    const world = new World();
    world.store.add('before', START - 1);
    assert.deepEqual(await world.poll(), []);
    world.store.add('a', START);
    world.store.add('b', START + 400);
    assert.deepEqual(await world.next(), ['a', 'b']);
    for (let i = 0; i < 130; i += 1) assert.deepEqual(await world.next(), []);
  });

  it('finds what is stored late, out of order, and with old event times', async () => {
    const world = new World();
    await world.poll();
    world.nowMs += 100 * SECOND;
    await world.poll();
    world.store.add('new', world.nowMs);
    assert.deepEqual(await world.next(), ['new']);
    world.store.add('stored late', world.nowMs - 55 * SECOND);
    world.store.add('of last year', world.nowMs - 5 * SECOND, { eventMs: world.nowMs - 400 * 86_400 * SECOND });
    assert.deepEqual(await world.next(), ['of last year', 'stored late']);
    assert.deepEqual(await world.next(), []);
  });

  it('gives what a clock ahead of ours stamped, once', async () => {
    const world = new World();
    await world.poll();
    world.store.add('ahead', world.nowMs + 20 * SECOND);
    assert.deepEqual(await world.next(), ['ahead']);
    for (let i = 0; i < 100; i += 1) assert.deepEqual(await world.next(), []);
  });

  it('reaches back over polls that failed, and over a long silence', async () => {
    const world = new World();
    await world.poll();
    world.store.isDown = true;
    world.store.add('meanwhile', world.nowMs + 500);
    for (let i = 0; i < 600; i += 1) await assert.rejects(world.next(), /down/);
    world.store.isDown = false;
    assert.deepEqual(await world.next(), ['meanwhile']);
    world.store.add('while nobody looked', world.nowMs + 1);
    world.nowMs += 3_600_000;
    assert.deepEqual(await world.next(), ['while nobody looked']);
  });

  it('gives what a lagging indexer stores, as far back as the queue lags', async () => {
    const settledMs = START + 10 * SECOND;
    const world = new World({ settledMs: () => settledMs });
    for (let i = 0; i < 300; i += 1) await world.next();
    world.store.add('after five minutes', settledMs + 1);
    assert.deepEqual(await world.next(), ['after five minutes']);
  });

  it('loses nothing at a steady rate below the cap, in any order of storing', async () => {
    const world = new World({ maxPerSecond: 100 });
    await world.poll();
    const expected = new Set<string>();
    const found: string[] = [];
    const late: (readonly [string, number])[] = [];
    let seed = 7;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let second = 0; second < 90; second += 1) {
      for (let i = 0; i < 40; i += 1) {
        const id = `r${String(second)}-${String(i)}`;
        const receivedMs = world.nowMs + Math.floor(random() * 999);
        expected.add(id);
        if (random() < 0.1) late.push([id, receivedMs]);
        else world.store.add(id, receivedMs, { eventMs: receivedMs - Math.floor(random() * 1e9) });
      }
      while (random() < 0.9 && late.length > 0) world.store.add(...(late.shift() ?? assert.fail()));
      found.push(...(await world.next()));
    }
    for (const [id, receivedMs] of late) world.store.add(id, receivedMs);
    found.push(...(await world.next()));
    assert.equal(found.length, new Set(found).size);
    assert.deepEqual(found.toSorted(), [...expected].sort());
  });

  it('costs one search when nothing happens, and a few when much does', async () => {
    const world = new World();
    await world.poll();
    world.store.requests.length = 0;
    await world.next();
    assert.equal(world.store.requests.length, 1);
    for (let i = 0; i < 70; i += 1) {
      world.store.addMany(`s${String(i)}-`, 40, world.nowMs + 300);
      await world.next();
    }
    world.store.requests.length = 0;
    world.store.addMany('last-', 40, world.nowMs + 300);
    assert.equal((await world.next()).length, 40);
    assert.ok(world.store.requests.length <= 4, `${String(world.store.requests.length)} searches`);
  });

  it('gives as many as the cap allows and says how many it left out', async () => {
    const world = new World({ maxPerSecond: 10 });
    await world.poll();
    world.store.addMany('few-', 30, world.nowMs + 100);
    const few = await world.next();
    assert.deepEqual([few.length, few.at(-1)], [11, 'left out eq 20']);
    assert.deepEqual(await world.next(), []);
    let [shown, leftOut] = [0, 0];
    for (let i = 0; i < 20; i += 1) {
      world.store.addMany(`flood${String(i)}-`, 400, world.nowMs + 100);
      world.store.requests.length = 0;
      const texts = await world.next();
      assert.ok(world.store.requests.length <= 20, `${String(world.store.requests.length)} searches`);
      shown += texts.length - 1;
      assert.ok(texts.length - 1 <= 10);
      leftOut += Number(/^left out eq (\d+)$/.exec(texts.at(-1) ?? '')?.[1]);
    }
    assert.equal(shown + leftOut, 20 * 400);
    assert.ok(shown >= 150, String(shown));
    assert.deepEqual(await world.next(), []);
  }).timeout(30_000);

  it('counts late records of a second that was too full to be read', async () => {
    const world = new World({ maxPerSecond: 10 });
    await world.poll();
    world.store.addMany('flood-', 3000, world.nowMs);
    const fullMs = world.nowMs;
    await world.next();
    world.nowMs += 20 * SECOND;
    world.store.addMany('late-', 5, fullMs);
    assert.deepEqual(await world.next(), ['left out eq 5']);
    world.store.add('elsewhere', fullMs + 5 * SECOND);
    assert.deepEqual(await world.next(), ['elsewhere']);
  });

  it('catches up without the cap, oldest first, and goes on', async () => {
    const world = new World({ sinceMs: START - 300 * SECOND, maxPerSecond: 1 });
    for (let i = 0; i < 1234; i += 1)
      world.store.add(`c${String(i).padStart(4, '0')}`, START - 200 * SECOND + i * 100, { eventMs: START - 5000 + i });
    world.store.add('too early', START - 301 * SECOND);
    const found = await world.poll('catchUp');
    assert.equal(found.length, 1234);
    assert.deepEqual(found, found.toSorted());
    assert.deepEqual(await world.next(), []);
    world.store.add('then', world.nowMs - 30 * SECOND);
    assert.deepEqual(await world.next(), ['then']);
  });

  it('catches up with the last ones when there are too many, and says how many came before', async () => {
    const world = new World({ sinceMs: START - 1000 * SECOND });
    for (let i = 0; i < 300; i += 1) world.store.addMany(`m${String(i)}-`, 50, START - (300 - i) * SECOND);
    const found = await world.poll('catchUp');
    const [first = '', ...shown] = found;
    const leftOut = Number(/^left out eq (\d+)$/.exec(first)?.[1]);
    assert.ok(shown.length <= MAX_CATCH_UP && shown.length > MAX_CATCH_UP - 200, String(shown.length));
    assert.equal(leftOut + shown.length, 300 * 50);
    assert.ok(shown.some((id) => id.startsWith('m299-')));
    assert.deepEqual(await world.next(), []);
  }).timeout(30_000);

  it('ends its search when it is aborted', async () => {
    const world = new World();
    const stop = new AbortController();
    world.store.before = (_request, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new DOMException('gone', 'AbortError'));
        });
      });
    const poll = textsOf(world.reader.poll(stop.signal));
    stop.abort();
    await assert.rejects(poll, { name: 'AbortError' });
    assert.equal(world.store.open.size, 0);
  });
});
