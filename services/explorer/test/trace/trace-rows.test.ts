import assert from 'node:assert/strict';
import type { LogRecord, Trace } from '../../src/api-types.ts';
import { paymentsOf, traceRows } from '../../src/trace/trace-rows.ts';

const record = (id: string, more: Partial<LogRecord>): LogRecord => ({
  id,
  received_at: '2026-11-20T08:00:01.000Z',
  timestamp: '2026-11-20T08:00:00.000Z',
  message: id,
  service: 'api',
  ...more,
});

const trace: Trace = {
  trace_id: 'f'.repeat(32),
  from: '2026-11-20T08:00:00.000000000Z',
  to: '2026-11-20T08:00:00.500000000Z',
  duration_ms: 500,
  records: 4,
  total: { value: 4, relation: 'eq' },
  truncated: false,
  services: [],
  spans: [
    { span_id: 'a', service: 'api', from: '', to: '', records: 2, errors: 0, offset_ms: 0, duration_ms: 500 },
    { span_id: 'b', service: 'ledger', from: '', to: '', records: 1, errors: 1, offset_ms: 200, duration_ms: 50 },
  ],
  logs: [
    record('1', { span_id: 'a', payment: { id: 'pay_1' } }),
    record('2', { service: 'worker', timestamp: '2026-11-20T08:00:00.100Z', payment: { id: 'pay_1' } }),
    record('3', { service: 'ledger', span_id: 'b', timestamp: '2026-11-20T08:00:00.250Z', level: 'error' }),
    record('4', { span_id: 'a', timestamp: '2026-11-20T08:00:00.500Z' }),
  ],
};

describe('rows of a trace', () => {
  it('are its spans with their records, and the records without a span, by their beginnings', () => {
    assert.deepEqual(
      traceRows(trace).map((row) => [row.service, row.spanId, row.offsetMs, row.records.map((each) => each.record.id)]),
      [
        ['api', 'a', 0, ['1', '4']],
        ['worker', undefined, 100, ['2']],
        ['ledger', 'b', 200, ['3']],
      ],
    );
  });

  it('know offsets and errors of their records', () => {
    const [, , ledger] = traceRows(trace);
    assert.deepEqual(
      ledger?.records.map((each) => [each.offsetMs, each.isError]),
      [[250, true]],
    );
  });

  it('lose no record', () => {
    const count = traceRows({ ...trace, spans: [] }).reduce((sum, row) => sum + row.records.length, 0);
    assert.equal(count, trace.logs.length);
  });

  it('lead to the payments', () => assert.deepEqual(paymentsOf(trace), ['pay_1']));
});
