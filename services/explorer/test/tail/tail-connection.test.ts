import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogRecord } from '../../src/api-types.ts';
import { TailConnection, type TailState } from '../../src/tail/tail-connection.ts';

/** As much of an event stream as the browser has, driven by the test. */
class Stream extends EventTarget {
  readonly CLOSED = 2;
  readonly url: string;
  readyState = 0;

  constructor(url: string) {
    super();
    this.url = url;
  }

  say(event: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(event, { data: typeof data === 'string' ? data : JSON.stringify(data) }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }

  close(): void {
    this.readyState = 2;
  }
}

const record = (id: string, receivedAt: string): object => ({
  id,
  received_at: receivedAt,
  message: id,
  service: 's',
});

describe('connection of a live tail', () => {
  function connect(isRefused: boolean) {
    const clock = { ms: 5_000 };
    const streams: Stream[] = [];
    const states: TailState[] = [];
    const records: LogRecord[] = [];
    const leftOut: number[] = [];
    const connection = new TailConnection(
      {
        onRecords: (arrived) => records.push(...arrived),
        onLeftOut: (count) => leftOut.push(count),
        onState: (state) => states.push(state),
      },
      {
        url: (agoMs) => `/tail?from=${agoMs ?? ''}`,
        now: () => clock.ms,
        isRefused: async () => isRefused,
        open: (url) => {
          const stream = new Stream(url);
          streams.push(stream);
          return stream as unknown as EventSource;
        },
      },
    );
    connection.open();
    return { clock, streams, states, records, leftOut, connection };
  }

  it('hands on what arrives together, and what is left out', async () => {
    const { streams, states, records, leftOut, connection } = connect(false);
    streams[0]!.dispatchEvent(new Event('open'));
    streams[0]!.say('log', record('a', '2026-11-20T08:00:00.000Z'));
    streams[0]!.say('log', 'not JSON');
    streams[0]!.say('log', record('b', '2026-11-20T08:00:01.000Z'));
    streams[0]!.say('left-out', { count: 7, relation: 'eq' });
    await sleep(160);
    connection.close();
    assert.deepEqual(
      records.map((each) => each.id),
      ['a', 'b'],
    );
    assert.deepEqual(leftOut, [7]);
    assert.deepEqual(states, ['connecting', 'live']);
  });

  it('leaves it to the browser to resume a connection that was cut, and says when the store is away', () => {
    const { streams, states, connection } = connect(false);
    streams[0]!.dispatchEvent(new Event('open'));
    streams[0]!.fail(0);
    streams[0]!.dispatchEvent(new Event('open'));
    streams[0]!.say('store', { state: 'down' });
    streams[0]!.say('store', { state: 'up' });
    connection.close();
    assert.equal(streams.length, 1);
    assert.deepEqual(states, ['connecting', 'live', 'reconnecting', 'live', 'store', 'live']);
  });

  it('opens a new stream that begins where the last one was alive when the browser gives up', async () => {
    const { clock, streams, states, connection } = connect(false);
    streams[0]!.say('log', record('a', '2026-11-20T08:00:00.000Z'));
    clock.ms += 7_000;
    streams[0]!.fail(2);
    await sleep(1_100);
    connection.close();
    assert.deepEqual(
      streams.map((stream) => stream.url),
      ['/tail?from=', '/tail?from=7000'],
    );
    assert.deepEqual(states, ['connecting', 'reconnecting']);
  });

  it('ends when the server refuses what is asked for', async () => {
    const { streams, states, connection } = connect(true);
    streams[0]!.fail(2);
    await sleep(1_100);
    connection.close();
    assert.equal(streams.length, 1);
    assert.deepEqual(states, ['connecting', 'reconnecting', 'refused']);
  });
});
