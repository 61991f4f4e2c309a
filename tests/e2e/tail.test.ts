import assert from 'node:assert/strict';
import { it } from 'mocha';
import { EventClient } from '@paylog/shared/testing/event-client';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { ingest, searchPage } from './api-client.ts';
import { describePipelines } from './pipelines.ts';

const WAIT_MS = 40_000;

describePipelines('a live tail', (pipeline, isSplit) => {
  const tail = (service: string, more = '', lastEventId = ''): Promise<EventClient> =>
    EventClient.open(`${pipeline().api.url}/api/v1/tail?service=${service}${more}`, lastEventId);

  async function send(service: string, ids: readonly string[], more: object = {}): Promise<void> {
    const lines = ids.map((id) => JSON.stringify({ id, service, message: `record ${id}`, ...more }));
    assert.equal((await ingest(pipeline().api.url, lines)).status, 202);
  }

  const until = (holds: () => boolean | Promise<boolean>, what: () => string): Promise<void> =>
    waitUntil(holds, WAIT_MS, what);

  const ids = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(5, '0')}`);

  it('shows what comes, once, with old and future event times', async () => {
    const service = `${pipeline().tag}-live`;
    await send(service, ['before']);
    await using client = await tail(service);
    const expected: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const some = ids(`r${String(round)}-`, 8);
      await send(service, some, round % 2 === 0 ? {} : { timestamp: '2026-01-05T00:00:00.123456789Z' });
      await send(`${service}-other`, [`other${String(round)}`]);
      expected.push(...some);
    }
    await until(
      () => client.ids.length >= expected.length,
      () => `${String(expected.length)} records, have ${String(client.ids.length)}`,
    );
    await send(service, ['last']);
    await until(
      () => client.ids.includes('last'),
      () => 'the last one',
    );
    assert.deepEqual([...client.ids].sort(), [...expected, 'last'].sort());
    assert.equal(client.leftOut, 0);
  });

  it('filters by a query, and refuses a faulty one', async () => {
    const service = `${pipeline().tag}-query`;
    const query = encodeURIComponent('level:error payment.amount_minor:>500');
    await using client = await tail(service, `&query=${query}`);
    await send(service, ['small'], { level: 'error', payment: { amount_minor: 500 } });
    await send(service, ['info'], { payment: { amount_minor: 900 } });
    await send(service, ['wanted'], { level: 'error', payment: { amount_minor: 501 } });
    await until(
      () => client.ids.length > 0,
      () => 'the record',
    );
    assert.deepEqual(client.ids, ['wanted']);
    const response = await fetch(`${pipeline().api.url}/api/v1/tail?query=${encodeURIComponent('duration_ms:>abc')}`);
    assert.equal(((await response.json()) as { code: string }).code, 'invalid_query');
  });

  it('goes on after a break, without loss and without repetition', async () => {
    const service = `${pipeline().tag}-resume`;
    await using first = await tail(service);
    await send(service, ids('break-a', 30));
    await until(
      () => first.ids.length === 30,
      () => '30 records',
    );
    await first.close();
    await send(service, ids('break-b', 400));
    // What is stored only after the tail goes on is under its cap.
    await until(
      async () => (await searchPage(pipeline().api.url, { service })).total.value === 430,
      () => '430 stored records',
    );
    await using second = await tail(service, '', first.lastEventId);
    await send(service, ids('break-c', 5));
    await until(
      () => second.ids.length >= 405,
      () => `405 records, have ${String(second.ids.length)}`,
    );
    await send(service, ['break-last']);
    await until(
      () => second.ids.includes('break-last'),
      () => 'the last one',
    );
    assert.deepEqual([...second.ids].sort(), [...ids('break-b', 400), ...ids('break-c', 5), 'break-last'].sort());
    assert.equal(second.leftOut, 0);
  });

  it('goes on after a restart of the API: nothing is lost, and what comes twice has come before', async () => {
    const { api, tag } = pipeline();
    const service = `${tag}-restart`;
    await using first = await tail(service);
    await send(service, ids('restart-a', 30));
    await until(
      () => first.ids.length === 30,
      () => '30 records',
    );
    const startedMs = performance.now();
    assert.equal(await api.end('SIGTERM'), 0);
    assert.ok(performance.now() - startedMs < 5000, 'a stop does not wait for streams');
    assert.equal(await first.ended, 'end');
    await api.start();
    await send(service, ids('restart-b', 20));
    await using second = await tail(service, '', first.lastEventId);
    await until(
      () => ids('restart-b', 20).every((id) => second.ids.includes(id)),
      () => '20 records',
    );
    assert.ok(second.ids.every((id) => id.startsWith('restart-b') || first.ids.includes(id)));
    assert.equal(new Set(second.ids).size, second.ids.length);
  });

  it('catches up, and says what it leaves out above its cap', async () => {
    const service = `${pipeline().tag}-flood`;
    await send(service, ids('old', 300));
    await until(
      async () => (await searchPage(pipeline().api.url, { service })).total.value === 300,
      () => '300 records',
    );
    await using client = await tail(service, '&from=-5m&max_per_second=20');
    await until(
      () => client.ids.length === 300,
      () => `300 records, have ${String(client.ids.length)}`,
    );
    for (let i = 0; i < 4; i += 1) await send(service, ids(`new${String(i)}-`, 500));
    await until(
      () => client.ids.length + client.leftOut === 2300,
      () => `2,300 records, have ${String(client.ids.length)} and ${String(client.leftOut)} left out`,
    );
    assert.ok(client.leftOut > 1500);
    assert.equal(new Set(client.ids).size, client.ids.length);
  });

  // Where everything is one process, the restart above is all that can happen.
  if (!isSplit) return;

  it('waits for a store and an indexer that are away, and loses nothing', async () => {
    const { wire, indexer, api, tag } = pipeline();
    assert.ok(wire);
    const service = `${tag}-outage`;
    await using client = await tail(service);
    await send(service, ['first']);
    await until(
      () => client.ids.length === 1,
      () => 'the first record',
    );
    await wire.cut();
    await send(service, ids('meanwhile', 20));
    await until(
      () => client.dataOf('store').length === 1,
      () => 'the news',
    );
    await wire.open();
    await until(
      () => client.ids.length === 21 && client.dataOf('store').length === 2,
      () => '20 records, and that the store answers',
    );
    assert.equal(await indexer.end('SIGKILL'), 'SIGKILL');
    await send(service, ids('late', 20));
    await indexer.start();
    await until(
      () => client.ids.length === 41,
      () => `41 records, have ${String(client.ids.length)}`,
    );
    await client.close();
    await until(
      async () => (await api.metric('paylog_tail_streams')) === 0,
      () => 'no stream',
    );
    assert.deepEqual([...client.ids].sort(), ['first', ...ids('late', 20), ...ids('meanwhile', 20)]);
  });
});
