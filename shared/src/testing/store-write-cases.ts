import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { StoreDocument } from '../ports/store.ts';
import { storeDocument, timeOf } from './store-documents.ts';
import {
  idsOf,
  NEVER,
  search,
  statuses,
  store,
  write,
  type MakeStoreHarness,
  type StoreHarness,
} from './store-harness.ts';

const DAY = '2026-11-20';
const at = timeOf(DAY, 3600);

/** Cases about `write` and what comes back of it. */
export function describeStoreWrites(makeHarness: MakeStoreHarness): void {
  describe('writing', () => {
    let harness: StoreHarness;
    beforeEach(async () => {
      harness = await makeHarness({ retentionDays: 0 });
    });
    afterEach(() => harness.stop());

    describeOutcomes(() => harness);
    describeVerbatim(() => harness);
  });
}

function describeOutcomes(current: () => StoreHarness): void {
  it('finds what it stored, byte for byte', async () => {
    const document = storeDocument({
      id: 'a',
      timestamp: at,
      fields: { attributes: { nested: { deep: [1, 'x', null] } } },
    });
    await store(current(), [document]);
    const { hits, total } = await search(current());
    assert.deepEqual(hits, [{ id: 'a', timestamp: at, source: document.source.toString('utf8') }]);
    assert.deepEqual(total, { value: 1, relation: 'eq' });
  });

  it('answers an empty write with no outcomes', async () => {
    assert.deepEqual(await write(current(), []), []);
  });

  it('answers in input order when stored, duplicate and conflict are mixed', async () => {
    const old = ['a', 'b', 'c'].map((id) => storeDocument({ id, timestamp: at }));
    await store(current(), old);
    const outcomes = await write(current(), [
      storeDocument({ id: 'n1', timestamp: at }),
      storeDocument({ id: 'b', timestamp: at }),
      storeDocument({ id: 'a', timestamp: at, message: 'other content' }),
      storeDocument({ id: 'n2', timestamp: at }),
      storeDocument({ id: 'c', timestamp: at }),
    ]);
    assert.deepEqual(statuses(outcomes), ['stored', 'duplicate', 'rejected', 'stored', 'duplicate']);
    await current().refresh();
    assert.deepEqual(await idsOf(current()), ['a', 'b', 'c', 'n1', 'n2']);
  });

  it('stores a document once when one call holds it twice', async () => {
    const document = storeDocument({ id: 'twice', timestamp: at });
    const outcomes = await write(current(), [document, storeDocument({ id: 'other', timestamp: at }), document]);
    assert.deepEqual(statuses(outcomes), ['stored', 'stored', 'duplicate']);
    await current().refresh();
    assert.deepEqual(await idsOf(current()), ['other', 'twice']);
  });

  it('stores a record without a time of its own once when it arrives on both sides of midnight', async () => {
    const arrival = (id: string, day: string, secondOfDay: number, message?: string): StoreDocument =>
      storeDocument({ id, timestamp: timeOf(day, secondOfDay), ...(message !== undefined && { message }) });
    await store(current(), [arrival('retried', '2026-11-19', 86_399), arrival('reused', '2026-11-19', 86_399)]);
    const outcomes = await write(current(), [
      arrival('retried', DAY, 1),
      arrival('fresh', DAY, 1),
      // Another event under an id of the day before.
      arrival('reused', DAY, 1, 'other content'),
    ]);
    assert.deepEqual(statuses(outcomes), ['duplicate', 'stored', 'stored']);
    // A replay meets them in the other order.
    await store(current(), [arrival('back', DAY, 2)]);
    assert.deepEqual(statuses(await write(current(), [arrival('back', '2026-11-19', 86_398)])), ['duplicate']);
  });

  it('stores each document once when two calls race', async () => {
    const documents = Array.from({ length: 200 }, (_, n) => storeDocument({ id: `r${n}`, timestamp: at }));
    const both = await Promise.all([write(current(), documents), write(current(), documents)]);
    for (const [n] of documents.entries()) {
      assert.deepEqual(both.map((outcomes) => outcomes[n]?.status).sort(), ['duplicate', 'stored']);
    }
    await current().refresh();
    assert.equal((await search(current())).total.value, 200);
  });

  it('calls a rewrite after a restart a duplicate', async () => {
    const documents = ['a', 'b'].map((id) => storeDocument({ id, timestamp: at }));
    await store(current(), documents);
    await current().restart();
    assert.deepEqual(statuses(await write(current(), documents)), ['duplicate', 'duplicate']);
    await current().refresh();
    assert.deepEqual(await idsOf(current()), ['a', 'b']);
  });

  it('calls a repetition that was received later a duplicate', async () => {
    await store(current(), [storeDocument({ id: 'a', timestamp: at, receivedAt: '2026-11-20T01:00:00.100Z' })]);
    const repeated = storeDocument({ id: 'a', timestamp: at, receivedAt: '2026-11-20T01:00:07.000Z' });
    assert.deepEqual(await write(current(), [repeated]), [{ status: 'duplicate' }]);
  });

  it('rejects other content under a taken address and keeps the first', async () => {
    const first = storeDocument({ id: 'a', timestamp: at, message: 'first' });
    await store(current(), [first]);
    const [outcome] = await write(current(), [storeDocument({ id: 'a', timestamp: at, message: 'second' })]);
    assert.ok(outcome?.status === 'rejected');
    assert.equal(outcome.type, 'id_conflict');
    await current().refresh();
    const { hits } = await search(current());
    assert.deepEqual(
      hits.map((hit) => hit.source),
      [first.source.toString('utf8')],
    );
  });

  it('sees a difference that a double cannot hold', async () => {
    await store(current(), [storeDocument({ id: 'a', timestamp: at, raw: '"attributes":{"n":9007199254740993}' })]);
    const other = storeDocument({ id: 'a', timestamp: at, raw: '"attributes":{"n":9007199254740992}' });
    assert.deepEqual(statuses(await write(current(), [other])), ['rejected']);
  });

  it('takes one id once per data set and day', async () => {
    const documents = [
      storeDocument({ id: 'same', timestamp: timeOf('2026-11-20', 0) }),
      storeDocument({ id: 'same', timestamp: timeOf('2026-11-21', 0), receivedAt: '2026-11-20T10:00:00.000Z' }),
      storeDocument({ id: 'same', timestamp: timeOf('2026-11-20', 1), dataSet: 'other' }),
    ];
    await store(current(), documents);
    assert.deepEqual(statuses(await write(current(), documents)), ['duplicate', 'duplicate', 'duplicate']);
    assert.equal((await search(current())).total.value, 3);
  });

  it('stores events far from the time they were received, and finds them by their own time', async () => {
    const receivedAt = '2026-11-20T10:00:00.000Z';
    const documents = ['1970-01-01', '2001-02-03', '2200-01-01', '2262-04-11'].map((day, n) =>
      storeDocument({ id: `wild${n}`, timestamp: timeOf(day, 5, 7), receivedAt }),
    );
    await store(current(), documents);
    assert.deepEqual(await idsOf(current()), ['wild0', 'wild1', 'wild2', 'wild3']);
    assert.deepEqual(await idsOf(current(), { from: timeOf('2200-01-01', 5, 7), to: timeOf('2262-04-11', 5, 7) }), [
      'wild2',
    ]);
    assert.deepEqual(statuses(await write(current(), documents)), Array(4).fill('duplicate'));
  });

  it('sends nothing when the signal is aborted before the call', async () => {
    const outcomes = await current().writer.write(
      [storeDocument({ id: 'a', timestamp: at }), storeDocument({ id: 'b', timestamp: at })],
      { signal: AbortSignal.abort() },
    );
    assert.deepEqual(statuses(outcomes), ['retryable', 'retryable']);
    await current().refresh();
    assert.deepEqual(await idsOf(current()), []);
  });

  it('answers every document when the signal is aborted during the call', async () => {
    const documents = Array.from({ length: 2000 }, (_, n) => storeDocument({ id: `x${n}`, timestamp: at }));
    const controller = new AbortController();
    const writing = current().writer.write(documents, { signal: controller.signal });
    controller.abort();
    const outcomes = await writing;
    assert.equal(outcomes.length, documents.length);
    assert.ok(outcomes.every((outcome) => outcome.status === 'stored' || outcome.status === 'retryable'));
    const again = await write(current(), documents);
    assert.ok(again.every((outcome) => outcome.status === 'stored' || outcome.status === 'duplicate'));
    await current().refresh();
    assert.equal((await search(current())).total.value, documents.length);
  });
}

function describeVerbatim(current: () => StoreHarness): void {
  async function comesBack(documents: readonly StoreDocument[]): Promise<void> {
    await store(current(), documents);
    for (const document of documents) {
      const hit = await current().searcher.get(document.id, { signal: NEVER });
      assert.equal(hit?.source, document.source.toString('utf8'));
    }
    assert.ok((await write(current(), documents)).every((outcome) => outcome.status === 'duplicate'));
  }

  it('keeps numbers beyond a double as they were sent', async () => {
    const raw =
      '"attributes":{"big":9007199254740993,"huge":1e400,"tiny":1e-400,"fine":0.1000000000000000055511,"z":-0.0,"e":1E+2}';
    await comesBack([storeDocument({ id: 'numbers', timestamp: at, raw })]);
  });

  it('keeps any text as it was sent', async () => {
    const message =
      'žluťoučký 支付 платёж 💳👩‍👩‍👧 \u0000\u0001\u001f\u007f\u2028\ufeff "quoted" \\ back\\u0041 \n\r\t end';
    const raw = String.raw`"attributes":{"escaped":"\u0041\/\ud83d\ude00","ключ 💡":"значение","":"","a.b":{"c.d":"e"}}`;
    await comesBack([storeDocument({ id: 'id with ünïcode/💳"\\', timestamp: at, message, raw })]);
  });

  it('keeps a document of 256 KiB, whatever its words are', async () => {
    const words = Array.from({ length: 30_000 }, (_, n) => `w${n}`).join(' ');
    await comesBack([
      storeDocument({ id: 'one-word', timestamp: at, message: 'x'.repeat(262_000) }),
      storeDocument({ id: 'many-words', timestamp: at, message: words }),
      storeDocument({ id: 'long-attribute', timestamp: at, fields: { attributes: { text: 'y'.repeat(260_000) } } }),
      storeDocument({ id: 'long-stack', timestamp: at, fields: { error: { type: 'E', stack: 'z'.repeat(260_000) } } }),
    ]);
  });

  it('takes 5,000 documents in one call', async () => {
    const documents = Array.from({ length: 5000 }, (_, n) => storeDocument({ id: `d${n}`, timestamp: timeOf(DAY, n) }));
    await store(current(), documents);
    assert.deepEqual((await search(current(), { limit: 1 })).total, { value: 5000, relation: 'eq' });
    assert.ok((await write(current(), documents)).every((outcome) => outcome.status === 'duplicate'));
  });
}
