import assert from 'node:assert/strict';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { describe, it } from 'mocha';
import type { Logger } from '../../../src/ports/logger.ts';
import { QuietExporter } from '../../../src/telemetry/tracing/quiet-exporter.ts';

type Done = (result: { readonly code: number; readonly error?: Error }) => void;

/** An exporter before one that fails or not, with its log and its clock. */
function made(isConfigured = true) {
  const state = { fails: false, attempts: 0, nowMs: 0 };
  const lines: string[] = [];
  const counts = { exported: 0, dropped: 0 };
  const log = (level: string) => (text: string, fields?: object) => {
    lines.push(`${level} ${text} ${JSON.stringify(fields)}`);
  };
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const inner: SpanExporter = {
    export: (_, done: Done) => {
      state.attempts += 1;
      const error = new AggregateError([new Error('connect ECONNREFUSED')]);
      done(state.fails ? { code: 1, error } : { code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  const exporter = new QuietExporter(
    inner,
    {
      endpoint: 'http://collector:4318/v1/traces',
      isConfigured,
      onSpans: (outcome, spans) => {
        counts[outcome] += spans;
      },
    },
    logger,
    { now: () => state.nowMs },
  );
  const send = (spans = 10): number => {
    let code = -1;
    exporter.export(new Array(spans), (result) => (code = result.code));
    return code;
  };
  return { state, lines, counts, send };
}

describe('the exporter of spans', () => {
  it('warns once for an outage, leaves the collector alone in between, and says when it is over', () => {
    const { state, lines, counts, send } = made();
    assert.equal(send(), 0);
    state.fails = true;
    for (let second = 0; second < 60; second += 1) {
      state.nowMs = second * 1000;
      assert.equal(send(), 1);
    }
    assert.equal(state.attempts, 1 + 12);
    state.fails = false;
    state.nowMs = 61_000;
    assert.equal(send(), 0);
    assert.deepEqual(counts, { exported: 20, dropped: 600 });
    assert.deepEqual(lines, [
      'warn traces cannot be exported {"endpoint":"http://collector:4318/v1/traces","reason":"connect ECONNREFUSED"}',
      'info traces are exported again {"endpoint":"http://collector:4318/v1/traces","dropped":600}',
    ]);
    state.fails = true;
    send();
    assert.equal(lines.length, 3);
  });

  it('does not warn when nobody named a collector', () => {
    const { state, lines, send } = made(false);
    state.fails = true;
    send();
    send();
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^info traces are not exported/);
  });
});
