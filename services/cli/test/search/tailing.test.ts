import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { SearchPage } from '../../src/search/search-answer.ts';
import type { SearchParameters } from '../../src/search/search-client.ts';
import { Tailing } from '../../src/search/tailing.ts';

interface Stored {
  readonly id: string;
  readonly at: number;
}

/** A store that finds what has become searchable, in pages of two, oldest first. */
class World {
  nowMs = 1_000_000;
  isDown = false;
  readonly records: Stored[] = [];
  readonly tailing = new Tailing({
    filters: { service: ['s'] },
    windowMs: 10_000,
    pages: (parameters) => this.#pages(parameters),
    idOf: (record) => record,
    now: () => this.nowMs,
  });

  add(id: string, at = this.nowMs): void {
    this.records.push({ id, at });
  }

  async poll(): Promise<string[]> {
    const found: string[] = [];
    for await (const records of this.tailing.poll()) found.push(...records);
    return found;
  }

  async *#pages({ from, order, service }: SearchParameters): AsyncGenerator<SearchPage> {
    assert.deepEqual([order, service], ['asc', ['s']]);
    if (this.isDown) throw new Error('down');
    const [, seconds] = /^-(\d+)s$/.exec(String(from)) ?? [];
    const since = seconds === undefined ? Number(from) : this.nowMs - Number(seconds) * 1000;
    const hits = this.records.filter(({ at }) => at >= since).sort((a, b) => a.at - b.at);
    for (let at = 0; at === 0 || at < hits.length; at += 2) {
      const records = hits.slice(at, at + 2).map(({ id }) => id);
      yield { records, nextCursor: null, total: { value: hits.length, relation: 'eq' } };
    }
  }
}

describe('Tailing', () => {
  it('begins now, and shows each record once', async () => {
    const world = new World();
    world.add('old');
    await world.tailing.skipPresent();
    assert.deepEqual(await world.poll(), []);
    for (const id of ['a', 'b', 'c']) world.add(id);
    assert.deepEqual(await world.poll(), ['a', 'b', 'c']);
    world.nowMs += 1000;
    assert.deepEqual(await world.poll(), []);
  });

  it('finds records that become searchable after later ones', async () => {
    const world = new World();
    await world.tailing.skipPresent();
    world.add('second', world.nowMs + 5);
    assert.deepEqual(await world.poll(), ['second']);
    world.nowMs += 5000;
    world.add('first', world.nowMs - 9000);
    world.add('too late', world.nowMs - 30_000);
    assert.deepEqual(await world.poll(), ['first']);
  });

  it('reaches back over the time in which the server was away', async () => {
    const world = new World();
    await world.tailing.skipPresent();
    world.isDown = true;
    world.nowMs += 1000;
    world.add('meanwhile', world.nowMs - 9000);
    await assert.rejects(world.poll(), /down/);
    world.nowMs += 3_600_000;
    world.isDown = false;
    assert.deepEqual(await world.poll(), ['meanwhile']);
  });

  it('starts with older records when that is wanted, without repeating them', async () => {
    const world = new World();
    world.add('long ago', world.nowMs - 60_000);
    world.add('older', world.nowMs - 8000);
    world.add('recent', world.nowMs - 3000);
    await world.tailing.skipPresent();
    const shown: string[] = [];
    for await (const records of world.tailing.from(String(world.nowMs - 5000))) shown.push(...records);
    assert.deepEqual(shown, ['recent']);
    assert.deepEqual(await world.poll(), []);
  });

  it('forgets what lies before the window', async () => {
    const world = new World();
    await world.tailing.skipPresent();
    for (let i = 0; i < 200; i += 1) {
      world.nowMs += 1000;
      world.add(`r${String(i)}`);
      assert.deepEqual(await world.poll(), [`r${String(i)}`]);
    }
    assert.ok(world.tailing.remembered < 40);
  });

  it('remembers a record of the future for as long as it is found', async () => {
    const world = new World();
    await world.tailing.skipPresent();
    world.add('ahead', world.nowMs + 100_000);
    assert.deepEqual(await world.poll(), ['ahead']);
    for (let i = 0; i < 150; i += 1) {
      world.nowMs += 1000;
      assert.deepEqual(await world.poll(), []);
    }
  });
});
