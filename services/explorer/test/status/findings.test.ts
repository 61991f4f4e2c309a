import assert from 'node:assert/strict';
import { findings, formatRate } from '../../src/status/findings.ts';
import { addSample, SPARK_MS, sparklinePath } from '../../src/status/sparkline-path.ts';
import type { StatusDocument } from '../../src/status/status-document.ts';

const SINCE = '2026-11-20T07:00:00.000Z';
const HEALTHY: StatusDocument = {
  now: '2026-11-20T08:00:00.000Z',
  version: '0.1.0',
  ingest: { accepted_per_second: 120, rejected_per_second: 0, refused_per_second: 0, window_seconds: 10 },
  queue: { name: 'kafka', state: 'up', since: SINCE, lag_records: 3, lag_seconds: 0.4, partitions: [] },
  dead_letters: { count: 0 },
  store: { name: 'elasticsearch', state: 'up', since: SINCE },
  services_minutes: 15,
  services: [{ service: 'ledger', records: 1_000, errors: 9 }],
};
const kinds = (status: StatusDocument, earlierLag?: number): string[] =>
  findings(status, earlierLag).map((each) => `${each.kind}: ${each.title}`);

describe('findings of the status', () => {
  it('say that everything works', () => assert.deepEqual(kinds(HEALTHY), ['good: Everything works']));

  it('name what is down first, with its reason, and do not repeat that it cannot be asked', () => {
    const found = kinds({
      ...HEALTHY,
      queue: {
        ...HEALTHY.queue,
        state: 'down',
        reason: 'no broker answers',
        lag_records: null,
        lag_seconds: null,
        partitions: null,
      },
      dead_letters: { count: null, reason: 'the queue cannot be asked' },
      store: { ...HEALTHY.store, state: 'down' },
      services: null,
      services_reason: 'the store does not answer',
      ingest: { ...HEALTHY.ingest, refused_per_second: 4 },
    });
    assert.deepEqual(found, [
      'bad: The queue is down: no broker answers',
      'bad: The store is down',
      'attention: 4 records per second are refused for now',
    ]);
  });

  it('tell whether indexing that is behind catches up', () => {
    const late = { ...HEALTHY, queue: { ...HEALTHY.queue, lag_records: 5_000, lag_seconds: 90 } };
    assert.deepEqual(kinds(late), ['attention: Indexing is 5,000 records behind (1 min 30 s)']);
    assert.match(kinds(late, 9_000)[0] ?? '', /catching up$/);
    assert.match(kinds(late, 1_000)[0] ?? '', /growing$/);
    assert.deepEqual(kinds({ ...HEALTHY, queue: { ...HEALTHY.queue, lag_records: 5_000, lag_seconds: 2 } }), [
      'good: Everything works',
    ]);
  });

  it('say what is not known, and why', () => {
    const found = findings({
      ...HEALTHY,
      queue: {
        ...HEALTHY.queue,
        lag_records: null,
        lag_seconds: null,
        lag_reason: 'no answer within 1500 ms',
        partitions: null,
      },
      dead_letters: { count: null, reason: 'there is no topic logs.dlq' },
      services: null,
      services_reason: 'the store did not answer in time',
    });
    assert.deepEqual(
      found.map((each) => each.kind),
      ['good', 'unknown', 'unknown', 'unknown'],
    );
    assert.equal(found[1]?.advice, 'No answer within 1500 ms.');
  });

  it('point at dead letters, rejected records and services with many errors', () => {
    assert.deepEqual(
      kinds({
        ...HEALTHY,
        ingest: { ...HEALTHY.ingest, rejected_per_second: 0.5 },
        dead_letters: { count: 2 },
        services: [
          { service: 'gateway', records: 100, errors: 40 },
          { service: 'quiet', records: 4, errors: 4 },
        ],
      }),
      [
        'attention: 0.5 records per second are rejected',
        'attention: 2 dead letters: records that could not be stored',
        'attention: gateway: 40 % of its records are errors',
      ],
    );
  });
});

describe('rate', () => {
  it('is short', () => {
    assert.deepEqual([0, 0.04, 0.44, 5, 12.4, 1_234.5].map(formatRate), ['0', '<0.1', '0.4', '5', '12', '1,235']);
  });
});

describe('sparkline', () => {
  it('forgets what is older than it shows', () => {
    let samples = addSample([], { atMs: 0, value: 1 });
    samples = addSample(samples, { atMs: SPARK_MS / 2, value: 2 });
    samples = addSample(samples, { atMs: SPARK_MS + 1, value: 3 });
    assert.deepEqual(
      samples.map((sample) => sample.value),
      [2, 3],
    );
  });

  it('goes from the first sample to the last, and from 0 to the largest', () => {
    const samples = [
      { atMs: 0, value: 0 },
      { atMs: 10, value: 4 },
      { atMs: 20, value: 2 },
    ];
    assert.equal(sparklinePath(samples, 100, 12)?.line, 'M0.0 11.0L50.0 1.0L100.0 6.0');
  });

  it('needs two samples', () => {
    assert.equal(sparklinePath([{ atMs: 0, value: 1 }], 100, 12), undefined);
    assert.equal(sparklinePath([], 100, 12), undefined);
  });

  it('is flat when nothing comes', () => {
    const path = sparklinePath(
      [
        { atMs: 0, value: 0 },
        { atMs: 10, value: 0 },
      ],
      100,
      12,
    );
    assert.equal(path?.line, 'M0.0 11.0L100.0 11.0');
  });
});
