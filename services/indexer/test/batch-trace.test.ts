import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import type { SpanStart, TracingOptions } from '@paylog/shared/telemetry/tracing/tracing';
import { NO_TRACING, Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import { BatchTrace } from '../src/batch-trace.ts';
import { prepareBatch } from '../src/prepare-batch.ts';
import { batchOf, canonical, messageOf } from './support/batches.ts';

const traceparent = (trace: number, flags = '01'): string =>
  `00-${String(trace).padStart(32, '0')}-${String(trace).padStart(16, '0')}-${flags}`;

/** Tracing that keeps what its spans were begun with. */
function kept(): { readonly tracing: Tracing; readonly begun: (SpanStart & { readonly name: string })[] } {
  const begun: (SpanStart & { readonly name: string })[] = [];
  const exporter: TracingOptions['exporter'] = {
    export: (_spans, done) => {
      setImmediate(done, { code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  class Kept extends Tracing {
    override startSpan(name: string, start: SpanStart) {
      begun.push({ name, ...start });
      return super.startSpan(name, start);
    }
  }
  return { tracing: new Kept({ sampler: 'parentbased_always_on', ratio: 1, exporter, resource: {} }), begun };
}

function traced(traces: readonly (string | undefined)[]) {
  return batchOf(
    traces.map((header, i) => ({
      ...messageOf(i, `k${String(i)}`, canonical('m')),
      headers: header === undefined ? {} : { traceparent: header },
    })),
  ).batch;
}

const prepare = {
  directTopic: 'logs.direct',
  dataSet: 'main',
  preparer: new RecordPreparer({ maxBytes: 65_536, maxDepth: 20, maxKeys: 200 }),
};

describe('the trace of a batch', () => {
  it('makes one span for each sampled request, and gives its documents the context', async () => {
    const { tracing, begun } = kept();
    const batch = traced([undefined, traceparent(1), traceparent(1), traceparent(2), traceparent(3, '00'), 'nonsense']);
    const trace = BatchTrace.begin({ tracing, system: 'kafka' }, batch);
    const prepared = prepareBatch(batch, prepare);
    trace?.mark(prepared);
    trace?.end(true);
    assert.deepEqual(
      begun.map(({ name, kind, parent }) => [name, kind, parent?.traceparent]),
      [
        ['process logs', 'consumer', traceparent(1)],
        ['process logs', 'consumer', traceparent(2)],
      ],
    );
    const marks = prepared.documents.map(({ traceparent: mark }) => mark);
    assert.deepEqual(
      marks.map((mark) => mark?.slice(0, 35)),
      [undefined, traceparent(1), traceparent(1), traceparent(2), undefined, undefined].map((mark) =>
        mark?.slice(0, 35),
      ),
    );
    assert.equal(marks[1], marks[2]);
    assert.notEqual(marks[1], traceparent(1));
    await tracing.stop();
  });

  it('makes a bounded number of spans', async () => {
    const { tracing, begun } = kept();
    BatchTrace.begin(
      { tracing, system: 'kafka' },
      traced(Array.from({ length: 500 }, (_, i) => traceparent(i + 1))),
    )?.end(true);
    assert.equal(begun.length, 32);
    await tracing.stop();
  });

  it('is not there when nothing is sampled or tracing is off', async () => {
    const { tracing } = kept();
    assert.equal(BatchTrace.begin({ tracing, system: 'kafka' }, traced([undefined, undefined])), undefined);
    assert.equal(BatchTrace.begin({ tracing: NO_TRACING, system: 'kafka' }, traced([traceparent(1)])), undefined);
    await tracing.stop();
  });
});
