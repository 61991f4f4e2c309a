import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readStory, type Story } from '../../src/explore/story-reader.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const record = (index: number, message = 'm'): string =>
  JSON.stringify({
    ...{ message, service: 's', id: `r${String(index).padStart(5, '0')}`, payment: { id: 'p' } },
    timestamp: new Date(Date.parse('2026-11-20T08:00:00Z') + index).toISOString(),
  });

const ids = ({ hits }: Story): string[] => hits.map(({ id }) => id);
const expected = (...indices: readonly number[]): string[] =>
  indices.map((index) => `r${String(index).padStart(5, '0')}`);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('the records of a story', () => {
  const texts = range(0, 1300).map((index) => record(index));
  const read = (searcher: ModelSearcher, limit: number): Promise<Story> =>
    readStory(searcher, { paymentId: 'p' }, limit, new AbortController().signal);

  it('are all there when they fit, page by page', async () => {
    const searcher = new ModelSearcher(texts);
    const story = await read(searcher, 1300);
    assert.deepEqual(ids(story), expected(...range(0, 1300)));
    assert.deepEqual([story.total, story.cutAt], [{ value: 1300, relation: 'eq' }, undefined]);
    assert.deepEqual(
      searcher.requests.map(({ limit }) => limit),
      [100, 1000, 200],
    );
  });

  it('are one request when they are few', async () => {
    const searcher = new ModelSearcher(texts.slice(0, 20));
    assert.equal((await read(searcher, 1000)).hits.length, 20);
    assert.equal(searcher.requests.length, 1);
    assert.deepEqual((await read(new ModelSearcher(), 1000)).hits, []);
  });

  it('are the oldest and the newest half when they are too many', async () => {
    const story = await read(new ModelSearcher(texts), 7);
    assert.deepEqual(ids(story), expected(0, 1, 2, 3, 1297, 1298, 1299));
    assert.deepEqual([story.total.value, story.cutAt], [1300, 4]);
    const longer = await read(new ModelSearcher(texts), 1250);
    assert.deepEqual(ids(longer), expected(...range(0, 625), ...range(675, 1300)));
    assert.equal(longer.cutAt, 625);
  });

  it('are fewer when they are very large', async () => {
    const large = range(0, 1200).map((index) => record(index, 'x'.repeat(20_000)));
    const searcher = new ModelSearcher(large);
    const story = await read(searcher, 1200);
    const { cutAt = 0 } = story;
    assert.ok(cutAt > 300 && cutAt < 500, String(cutAt));
    const last = story.hits.length - cutAt;
    assert.ok(last > 300 && last < 500, String(last));
    assert.deepEqual(ids(story), expected(...range(0, cutAt), ...range(1200 - last, 1200)));
    assert.ok(searcher.requests.every(({ limit }) => limit <= 400));
  });
});
