import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { EventClient } from '@paylog/shared/testing/event-client';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { StreamsServer } from './streams-server.ts';

const until = (holds: () => boolean, what: string): Promise<void> => waitUntil(holds, 8000, () => what);

describe('GET /tail', () => {
  it('is a stream of events that no proxy keeps', async () => {
    await using server = await StreamsServer.start();
    await using client = await EventClient.open(`${server.url}/tail`);
    const { status, headers } = client.response;
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/event-stream');
    assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
    assert.equal(headers.get('x-accel-buffering'), 'no');
    assert.equal(headers.get('content-encoding'), null);
    server.store.add('a', Date.now(), { body: ',"n":9007199254740993,\r"m":[1]' });
    await until(() => client.events.length > 0, 'an event');
    const [event] = client.events;
    assert.equal(event?.event, 'log');
    assert.match(event.data, /^\{"id":"a","n":9007199254740993, "m":\[1\],"received_at":"[^"]+"\}$/);
    assert.equal(client.retryMs, 2000);
    assert.match(client.lastEventId, /^[\w-]{16}\.1\.\d+\.\d+$/);
  });

  it('says nothing for long with a comment', async () => {
    let nowMs = Date.now();
    await using server = await StreamsServer.start({}, { now: () => nowMs });
    await using client = await EventClient.open(`${server.url}/tail`);
    await until(() => client.lastEventId !== '', 'the begin');
    const begin = client.lastEventId;
    assert.deepEqual(client.comments, []);
    nowMs += 15_000;
    await until(() => client.comments.length > 0, 'a comment');
    assert.deepEqual(client.comments, ['keep-alive']);
    await until(() => client.lastEventId !== begin, 'a later position');
  });

  it('goes on behind the last event, and sends again what got lost', async () => {
    await using server = await StreamsServer.start();
    const first = await EventClient.open(`${server.url}/tail`);
    server.store.addMany('a', 5, Date.now());
    await until(() => first.ids.length === 5, 'five records');
    await first.close();
    const [stream = '', , ...times] = first.lastEventId.split('.');
    server.store.addMany('b', 70, Date.now());
    // As if the last two had been written to a connection that was cut already.
    await using second = await EventClient.open(`${server.url}/tail`, [stream, 3, ...times].join('.'));
    await until(() => second.ids.length >= 72, '72 records');
    server.store.add('c', Date.now());
    await until(() => second.ids.includes('c'), 'what comes then');
    const expected = [
      'a000003',
      'a000004',
      ...Array.from({ length: 70 }, (_, i) => `b${String(i).padStart(6, '0')}`),
      'c',
    ];
    assert.deepEqual(second.ids, expected);
    assert.equal(second.leftOut, 0);
  });

  it('takes over a stream whose end has not been noticed', async () => {
    await using server = await StreamsServer.start({ maxStreams: 1 });
    await using first = await EventClient.open(`${server.url}/tail`);
    server.store.add('a', Date.now());
    await until(() => first.ids.length === 1, 'a record');
    await using second = await EventClient.open(`${server.url}/tail`, first.lastEventId);
    assert.equal(second.response.status, 200);
    assert.equal(await first.ended, 'end');
    server.store.add('b', Date.now());
    await until(() => second.ids.length > 0, 'the next record');
    assert.deepEqual(second.ids, ['b']);
  });

  it('goes on at the time of an event of another process: nothing is lost, the last minute may come twice', async () => {
    await using server = await StreamsServer.start();
    const reachedMs = Date.now() - 300_000;
    server.store.add('long before', reachedMs - 61_000);
    server.store.add('before it began', reachedMs - 31_000);
    server.store.add('just before', reachedMs - 1000);
    server.store.add('meanwhile', reachedMs + 100_000);
    await using client = await EventClient.open(
      `${server.url}/tail`,
      `AAAAAAAAAAAAAAAA.7.${String(reachedMs)}.${String(reachedMs - 30_000)}`,
    );
    await until(() => client.ids.length >= 2, 'two records');
    server.store.add('new', Date.now());
    await until(() => client.ids.includes('new'), 'a new one');
    assert.deepEqual(client.ids, ['just before', 'meanwhile', 'new']);
  });

  it('does not go on where something else is asked for', async () => {
    await using server = await StreamsServer.start();
    const first = await EventClient.open(`${server.url}/tail`);
    server.store.add('a', Date.now());
    await until(() => first.ids.length === 1, 'a record');
    await first.close();
    await using second = await EventClient.open(`${server.url}/tail?max_per_second=7`, first.lastEventId);
    await until(() => second.ids.length > 0, 'what was found before');
    assert.deepEqual(second.ids, ['a']);
  });

  it('begins in the past, and leaves out what is above the cap', async () => {
    await using server = await StreamsServer.start();
    server.store.addMany('old', 120, Date.now() - 100_000);
    await using client = await EventClient.open(`${server.url}/tail?from=-2m&max_per_second=10`);
    await until(() => client.ids.length === 120, '120 records');
    assert.equal(client.leftOut, 0);
    server.store.addMany('new', 200, Date.now());
    await until(() => client.ids.length + client.leftOut === 320, '320 records');
    const leftOut = client.dataOf('left-out').map(({ count }) => Number(count));
    assert.ok(leftOut.reduce((a, b) => a + b) >= 180, String(leftOut));
    assert.match(await server.metrics.render(), new RegExp(`paylog_tail_left_out_total ${String(client.leftOut)}\\b`));
  });

  it('tells an outage of the store, waits, and loses nothing', async () => {
    await using server = await StreamsServer.start();
    await using client = await EventClient.open(`${server.url}/tail`);
    await until(() => client.lastEventId !== '', 'the begin');
    server.store.isDown = true;
    await until(() => client.dataOf('store').length === 1, 'the news');
    server.store.add('meanwhile', Date.now());
    const asked = server.store.requests.length;
    server.store.isDown = false;
    await until(() => client.ids.length === 1, 'the record');
    assert.ok(server.store.requests.length - asked < 5);
    await until(() => client.dataOf('store').length === 2, 'good news');
    assert.deepEqual(client.dataOf('store'), [{ state: 'down', reason: 'the store does not answer' }, { state: 'up' }]);
  });

  it('never asks twice at the same time, and ends its search when the client leaves', async () => {
    await using server = await StreamsServer.start();
    let most = 0;
    server.store.before = async (_request, signal) => {
      most = Math.max(most, server.store.open.size);
      await delay(60_000, undefined, { signal });
    };
    const client = await EventClient.open(`${server.url}/tail`);
    await until(() => server.store.open.size === 1, 'a search');
    await delay(100);
    await client.close();
    await until(() => server.store.open.size === 0 && server.hub.size === 0, 'the end');
    assert.equal(most, 1);
    assert.equal(server.store.requests.length, 1);
    assert.deepEqual(server.log.lines, []);
  });

  it('begins no search for a client that has left between two of them', async () => {
    await using server = await StreamsServer.start({ intervalMs: 600_000 });
    const client = await EventClient.open(`${server.url}/tail`);
    await until(() => server.store.requests.length > 0 && server.store.open.size === 0, 'the first look');
    const searches = server.store.requests.length;
    await client.close();
    await until(() => server.hub.size === 0, 'the end');
    assert.equal(server.store.requests.length, searches);
  });

  it('stops looking while the client does not read, and says then what it left out', async () => {
    await using server = await StreamsServer.start();
    const socket = connect(server.server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET /tail?max_per_second=500 HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => server.store.requests.length > 2, 'polls');
    const body = `,"text":"${'x'.repeat(100_000)}"`;
    let added = 0;
    const fill = (): void => {
      for (let i = 0; i < 50; i += 1) server.store.add(`r${String((added += 1))}`, Date.now(), { body });
    };
    // More than any socket buffer takes.
    let before = -1;
    for (let i = 0; i < 8; i += 1) {
      fill();
      await delay(150);
      before = server.store.requests.length;
    }
    await delay(300);
    assert.equal(server.store.requests.length, before);
    let text = '';
    socket.setEncoding('latin1').on('data', (data: string) => (text += data.replaceAll('x', '')));
    socket.resume();
    const shown = (): number => text.match(/event: log/g)?.length ?? 0;
    const leftOut = (): number =>
      [...text.matchAll(/"count":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    await until(() => shown() + leftOut() === added, `${String(added)} records`);
    socket.destroy();
    await until(() => server.hub.size === 0, 'the end');
  });

  it('gives up a client that never reads', async () => {
    await using server = await StreamsServer.start({ stallMs: 300 });
    const socket = connect(server.server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET /tail?max_per_second=500 HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => server.hub.size === 1, 'the stream');
    const body = `,"text":"${'x'.repeat(200_000)}"`;
    for (let i = 0; i < 200; i += 1) server.store.add(`r${String(i)}`, Date.now(), { body });
    await until(() => server.hub.size === 0, 'the end');
    assert.deepEqual(
      server.log.lines.map(({ message }) => message),
      ['tail ended: its client does not read'],
    );
    socket.destroy();
  });

  it('has a bound, and room again when one is closed', async () => {
    await using server = await StreamsServer.start({ maxStreams: 2 });
    const first = await EventClient.open(`${server.url}/tail`);
    await using second = await EventClient.open(`${server.url}/tail`);
    assert.equal(second.response.status, 200);
    const refused = await fetch(`${server.url}/tail`);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '5');
    assert.equal(((await refused.json()) as { code: string }).code, 'too_many_streams');
    await first.close();
    await until(() => server.hub.size === 1, 'room');
    await using third = await EventClient.open(`${server.url}/tail`);
    assert.equal(third.response.status, 200);
  });

  it('ends with the server at once, also for a client that does not read', async () => {
    const server = await StreamsServer.start();
    const client = await EventClient.open(`${server.url}/tail`);
    const socket = connect(server.server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET /tail HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => server.hub.size === 2, 'two streams');
    const body = `,"text":"${'x'.repeat(200_000)}"`;
    for (let i = 0; i < 40; i += 1) server.store.add(`r${String(i)}`, Date.now(), { body });
    await delay(300);
    const startedMs = performance.now();
    await server[Symbol.asyncDispose]();
    assert.ok(performance.now() - startedMs < 2500);
    assert.equal(await client.ended, 'end');
    socket.destroy();
  });

  it('refuses what it does not take', async () => {
    await using server = await StreamsServer.start();
    const codes = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
      const response = await fetch(server.url + path, { headers });
      const { code, field } = (await response.json()) as { code: string; field: string };
      return [response.status, code, field];
    };
    assert.deepEqual(await codes('/tail?to=now'), [400, 'unknown_parameter', 'to']);
    assert.deepEqual(await codes('/tail?max_per_second=501'), [400, 'invalid_parameter', 'max_per_second']);
    assert.deepEqual(await codes('/tail?level=loud'), [400, 'invalid_parameter', 'level']);
    assert.deepEqual(await codes('/tail', { 'last-event-id': '../1' }), [400, 'invalid_header', 'last-event-id']);
    const head = await fetch(`${server.url}/tail`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-type'), 'text/event-stream');
    assert.equal(server.hub.size, 0);
  });

  it('is counted when it ends; a client that leaves is no fault', async () => {
    await using server = await StreamsServer.start({ maxStreams: 1 });
    const client = await EventClient.open(`${server.url}/tail`);
    const refused = await fetch(`${server.url}/tail`);
    assert.equal(refused.status, 429);
    await refused.text();
    await client.close();
    for (const status of [200, 429]) {
      const isCounted = async (): Promise<boolean> => (await server.counted('/api/v1/tail', status)) === 1;
      await waitUntil(isCounted, 8000, () => `one with ${String(status)}`);
    }
    assert.equal(await server.counted('/api/v1/tail', 499), 0);
  });
});
