import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { millisBetween, storeTimeBefore } from '../../src/explore/store-times.ts';
import { traceSummary, type TraceSummary } from '../../src/explore/trace.ts';
import { type Told, tell } from './story-records.ts';

function summary(...told: readonly Told[]): TraceSummary {
  const records = tell(...told);
  return traceSummary('t', records, { total: { value: records.length, relation: 'eq' }, truncated: false });
}

const spans = ({ spans: parts }: TraceSummary): unknown[] =>
  parts.map(({ span_id, service, offset_ms, duration_ms, records, errors }) => [
    span_id,
    service,
    offset_ms,
    duration_ms,
    records,
    errors,
  ]);

describe('a trace', () => {
  it('has its services and spans, by their beginnings', () => {
    const trace = summary(
      { at: 100, service: 'gateway', span_id: 'root' },
      { at: 120, service: 'checkout', span_id: 'a' },
      { at: 130, service: 'risk', span_id: 'b', level: 'error' },
      { at: 180, service: 'checkout', span_id: 'a', error: { type: 'E' } },
      { at: 300.5, service: 'gateway', span_id: 'root' },
      { at: 310, service: 'audit' },
    );
    assert.deepEqual(spans(trace), [
      ['root', 'gateway', 0, 200.5, 2, 0],
      ['a', 'checkout', 20, 60, 2, 1],
      ['b', 'risk', 30, 0, 1, 1],
    ]);
    assert.deepEqual(
      trace.services.map(({ service, records, errors, offset_ms }) => [service, records, errors, offset_ms]),
      [
        ['gateway', 2, 0, 0],
        ['checkout', 2, 1, 20],
        ['risk', 1, 1, 30],
        ['audit', 1, 0, 210],
      ],
    );
    assert.deepEqual([trace.duration_ms, trace.records], [210, 6]);
  });

  it('knows that a record with a duration was written at the end of it', () => {
    const trace = summary(
      { at: 500, service: 'checkout', span_id: 'inner', duration_ms: 120.25 },
      { at: 510, service: 'gateway', span_id: 'outer', http: { duration_ms: 400 } },
    );
    assert.deepEqual(spans(trace), [
      ['outer', 'gateway', 0, 400, 1, 0],
      ['inner', 'checkout', 269.75, 120.25, 1, 0],
    ]);
    assert.equal(trace.from, '2026-11-20T08:00:00.110000000Z');
    assert.equal(trace.services[0]?.offset_ms, 390);
  });

  it('takes durations of more than an hour for a mistake', () => {
    const trace = summary({ at: 0, span_id: 'a', duration_ms: 120_000_000 }, { at: 5, span_id: 'b', duration_ms: 1 });
    assert.deepEqual(
      [trace.duration_ms, ...spans(trace)],
      [5, ['a', 'checkout', 0, 0, 1, 0], ['b', 'checkout', 4, 1, 1, 0]],
    );
  });

  it('tells the parts of a span that two services share apart', () => {
    const trace = summary(
      { at: 0, service: 'a', span_id: 's' },
      { at: 3, service: 'b', span_id: 's' },
      { at: 9, service: 'a', span_id: 's' },
    );
    assert.deepEqual(spans(trace), [
      ['s', 'a', 0, 9, 2, 0],
      ['s', 'b', 3, 0, 1, 0],
    ]);
  });
});

describe('times of stories', () => {
  it('are exact to the microsecond', () => {
    assert.equal(millisBetween('2026-11-20T08:00:00.999999000Z', '2026-11-20T08:00:01.000000000Z'), 0.001);
    assert.equal(millisBetween('2026-11-20T08:00:00.000000000Z', '2026-12-20T08:00:00.000000001Z'), 2_592_000_000);
    assert.equal(storeTimeBefore('2026-11-20T08:00:00.000000000Z', 0.000001), '2026-11-20T07:59:59.999999999Z');
    assert.equal(storeTimeBefore('2026-11-20T08:00:00.123456789Z', 23.456789), '2026-11-20T08:00:00.100000000Z');
    assert.equal(storeTimeBefore('2026-11-20T08:00:00.123456789Z', 0), '2026-11-20T08:00:00.123456789Z');
    assert.equal(storeTimeBefore('1970-01-01T00:00:00.001000000Z', 5), '1970-01-01T00:00:00.000000000Z');
  });
});
