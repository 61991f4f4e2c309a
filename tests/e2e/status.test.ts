import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { ingest } from './api-client.ts';
import { describePipelines } from './pipelines.ts';
import { Service } from './service.ts';

interface Status {
  readonly ingest: { readonly accepted_per_second: number; readonly rejected_per_second: number };
  readonly queue: {
    readonly state: string;
    readonly lag_records: number | null;
    readonly lag_seconds: number | null;
    readonly lag_reason?: string;
    readonly partitions: readonly { readonly topic: string; readonly lag_records: number }[] | null;
  };
  readonly dead_letters: { readonly count: number | null; readonly reason?: string };
  readonly store: { readonly state: string };
  readonly services: readonly { readonly service: string; readonly records: number; readonly errors: number }[] | null;
  readonly services_reason?: string;
}

async function statusOf(api: Service): Promise<Status> {
  const response = await fetch(`${api.url}/api/v1/status`);
  assert.equal(response.status, 200);
  return (await response.json()) as Status;
}

describePipelines('the status', (pipeline, isSplit) => {
  const until = (holds: (status: Status) => boolean, what: string): Promise<void> => {
    let last: Status | undefined;
    return waitUntil(
      async () => {
        last = await statusOf(pipeline().api);
        return holds(last);
      },
      40_000,
      () => `${what}, have ${JSON.stringify(last)}`,
    );
  };

  it('shows rates, volumes, lag and dead letters', async () => {
    const { api, tag } = pipeline();
    const service = `${tag}-status`;
    const record = (i: number, more: object = {}): string =>
      JSON.stringify({ id: `${service}-${String(i)}`, service, message: 'm', ...more });
    const lines = Array.from({ length: 200 }, (_, i) => record(i, i < 30 ? { level: 'error' } : {}));
    assert.equal((await ingest(api.url, [...lines, '{"no":"record"}'])).status, 207);
    await until(
      ({ ingest: { accepted_per_second: accepted, rejected_per_second: rejected } }) => accepted > 0 && rejected > 0,
      'rates',
    );
    await until(
      ({ services }) =>
        services?.some((each) => each.service === service && each.records === 200 && each.errors === 30) === true,
      'the volume of the service',
    );
    await until(({ queue }) => queue.lag_records === 0 && queue.lag_seconds === 0, 'no lag');
    // Other content under a taken id can never be stored.
    assert.equal((await ingest(api.url, [record(0, { level: 'error', other: 'content' })])).status, 202);
    await until(({ dead_letters: { count } }) => count === 1, 'a dead letter');
  });

  if (!isSplit) return;

  it('shows how far a missing indexer falls behind, and that it has caught up', async () => {
    const { api, indexer, tag } = pipeline();
    assert.equal(await indexer.end('SIGKILL'), 'SIGKILL');
    const lines = Array.from({ length: 50 }, (_, i) =>
      JSON.stringify({ id: `${tag}-lag${String(i)}`, service: `${tag}-lag`, message: 'm' }),
    );
    assert.equal((await ingest(api.url, lines)).status, 202);
    await until(({ queue }) => queue.lag_records === 50 && (queue.lag_seconds ?? 0) > 0, '50 records behind');
    const { queue } = await statusOf(api);
    assert.equal(
      queue.partitions?.filter(({ topic }) => topic === tag).reduce((sum, each) => sum + each.lag_records, 0),
      50,
    );
    await indexer.start();
    await until((status) => status.queue.lag_records === 0, 'no lag');
  });
});

describe('the status, with nothing behind it', function () {
  this.timeout(120_000);
  let api: Service;

  before(async () => {
    api = await Service.create('api', {
      KAFKA_BROKERS: '127.0.0.1:1',
      ELASTICSEARCH_URL: 'http://127.0.0.1:1',
      DRAIN_TIMEOUT_MS: '1000',
    });
    api.launch();
    await api.waitForStatus('/health/live', 200);
  });

  after(async () => {
    await api[Symbol.asyncDispose]();
  });

  it('answers within two seconds, with null and a reason for what cannot be known', async () => {
    for (let i = 0; i < 3; i += 1) {
      const startedMs = performance.now();
      const { queue, store, services, services_reason: servicesReason, dead_letters: letters } = await statusOf(api);
      assert.ok(performance.now() - startedMs < 2000);
      assert.deepEqual([queue.state, store.state], ['down', 'down']);
      assert.deepEqual(
        [queue.lag_records, queue.lag_seconds, queue.partitions, letters.count, services],
        Array(5).fill(null),
      );
      for (const reason of [queue.lag_reason, letters.reason, servicesReason]) assert.ok((reason ?? '').length > 10);
    }
  });
});
