import assert from 'node:assert/strict';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';
import { describe, it } from 'mocha';
import type { DependencyState, Publisher, PublishOutcome, QueueMessage } from '../../../src/ports/queue.ts';
import type { StoreDocument, StoreWriter, WriteOutcome } from '../../../src/ports/store.ts';
import { createSampling } from '../../../src/telemetry/tracing/sampling.ts';
import { parseTraceparent } from '../../../src/telemetry/tracing/trace-context.ts';
import { TracedPublisher } from '../../../src/telemetry/tracing/traced-publisher.ts';
import { TracedWriter } from '../../../src/telemetry/tracing/traced-writer.ts';
import { NO_TRACING, Tracing } from '../../../src/telemetry/tracing/tracing.ts';
import { keptSpans, traceparent } from './kept-spans.ts';

describe('tracing', () => {
  it('makes spans below their parent, with links and attributes', async () => {
    const { tracing, spans } = keptSpans();
    const parent = parseTraceparent(traceparent(1));
    const link = parseTraceparent(traceparent(2));
    assert.ok(parent && link);
    const span = tracing.startSpan('outer', { kind: 'server', parent, links: [link], attributes: { a: 1 } });
    const inner = tracing.startSpan('inner', { parent: span });
    inner.fail('timeout');
    inner.end();
    inner.end();
    span.rename('renamed');
    span.set({ b: 'x', absent: undefined });
    span.end();
    const [first, second] = await spans();
    assert.equal((await spans()).length, 2);
    assert.equal(first?.parentSpanContext?.spanId, span.spanId);
    assert.deepEqual([first.status.code, first.attributes['error.type']], [SpanStatusCode.ERROR, 'timeout']);
    assert.deepEqual([second?.name, second?.kind, second?.attributes], ['renamed', SpanKind.SERVER, { a: 1, b: 'x' }]);
    assert.equal(second?.spanContext().traceId, parent.traceId);
    assert.equal(second.parentSpanContext?.spanId, parent.spanId);
    assert.deepEqual(
      second.links.map(({ context }) => context.traceId),
      [link.traceId],
    );
    assert.equal(span.traceparent, `00-${parent.traceId}-${span.spanId}-01`);
    assert.match(String(second.resource.attributes['service.version']), /^\d/);
    await tracing.stop();
  });

  it('begins traces that every process with the same ratio keeps as well', async () => {
    for (const sampler of ['traceidratio', 'parentbased_traceidratio'] as const) {
      const { tracing } = keptSpans({ sampler, ratio: 0.01 });
      const wants = createSampling({ sampler: 'traceidratio', ratio: 0.01 });
      const begun = Array.from({ length: 100 }, () => tracing.startSpan('first', {}));
      assert.equal(begun.filter((span) => wants(span)).length, 100);
      assert.equal(new Set(begun.map(({ traceId }) => traceId)).size, 100);
      assert.ok(begun.every(({ traceparent: header }) => parseTraceparent(header)?.isSampled));
      await tracing.stop();
    }
  });

  it('wants nothing when it is off', async () => {
    assert.equal(NO_TRACING.isOn, false);
    assert.equal(NO_TRACING.wants(parseTraceparent(traceparent(1))), false);
    await NO_TRACING.stop();
  });

  it('keeps a bounded number of spans while the exporter hangs, and stops in time', async () => {
    let handedOver = 0;
    // Called at the end: the processor's own timers would keep the tests alive.
    const unanswered: (() => void)[] = [];
    const hanging: SpanExporter = {
      export: (batch, done) => {
        handedOver += batch.length;
        unanswered.push(() => {
          new InMemorySpanExporter().export([], done);
        });
      },
      shutdown: () => new Promise(() => undefined),
    };
    let dropped = 0;
    const tracing = new Tracing({
      sampler: 'always_on',
      ratio: 1,
      exporter: hanging,
      resource: {},
      batches: { maxWaiting: 2048, maxPerExport: 512, delayMs: 5, exportTimeoutMs: 10_000 },
      onOverflow: () => {
        dropped += 1;
      },
    });
    for (let i = 0; i < 20_000; i += 1) tracing.startSpan('s', {}).end();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(handedOver, 512);
    assert.ok(dropped > 0);
    // One batch is with the exporter, the others wait.
    assert.equal(dropped, 20_000 - 512 - 2048);
    const startedMs = performance.now();
    await tracing.stop();
    assert.ok(performance.now() - startedMs < 2000);
    assert.ok(handedOver <= 512 + 2048, String(handedOver));
    for (const answer of unanswered) answer();
  });
});

const STATE: DependencyState = { name: 'kafka-publisher', state: 'up', sinceMs: 0 };

class AnsweringPublisher implements Publisher {
  outcome: PublishOutcome = { status: 'stored' };
  calls = 0;

  start(): Promise<void> {
    return Promise.resolve();
  }

  publish(): Promise<PublishOutcome> {
    this.calls += 1;
    return Promise.resolve(this.outcome);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  state(): DependencyState {
    return STATE;
  }
}

function message(trace?: number): QueueMessage {
  const plain = { key: 'k', value: Buffer.from('v') };
  return trace === undefined ? plain : { ...plain, headers: { traceparent: traceparent(trace) } };
}

describe('the traced publisher', () => {
  it('makes one span for a send, in the first trace and linked to the others', async () => {
    const { tracing, spans } = keptSpans();
    const inner = new AnsweringPublisher();
    const publisher = new TracedPublisher(inner, tracing);
    assert.deepEqual(await publisher.publish('logs', [message(), message()]), { status: 'stored' });
    assert.equal((await spans()).length, 0);
    await publisher.publish('logs', [message(), message(1), message(1), message(2), message(1)]);
    inner.outcome = { status: 'retryable', reason: 'unavailable', message: 'm' };
    assert.equal((await publisher.publish('logs', [message(3)])).status, 'retryable');
    const [shared, failed] = await spans();
    assert.equal((await spans()).length, 2);
    assert.equal(shared?.name, 'send logs');
    assert.equal(shared.spanContext().traceId, parseTraceparent(traceparent(1))?.traceId);
    assert.deepEqual(
      shared.links.map(({ context }) => context.traceId),
      [parseTraceparent(traceparent(2))?.traceId],
    );
    assert.deepEqual(shared.attributes, {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'logs',
      'messaging.batch.message_count': 5,
    });
    assert.equal(failed?.attributes['error.type'], 'unavailable');
    await tracing.stop();
  });

  it('links to a bounded number of traces', async () => {
    const { tracing, spans } = keptSpans();
    await new TracedPublisher(new AnsweringPublisher(), tracing).publish(
      'logs',
      Array.from({ length: 1000 }, (_, i) => message(i + 1)),
    );
    const [span] = await spans();
    assert.equal(span?.links.length, 31);
    await tracing.stop();
  });
});

describe('the traced writer', () => {
  it('makes one span for an attempt, with what came of its documents', async () => {
    const { tracing, spans } = keptSpans();
    const outcomes: WriteOutcome[] = [
      { status: 'stored' },
      { status: 'duplicate' },
      { status: 'rejected', type: 'mapper_parsing_exception', reason: 'quotes 4111' },
    ];
    const inner: StoreWriter = {
      start: () => Promise.resolve(),
      write: (documents) => Promise.resolve(outcomes.slice(0, documents.length)),
      enforceRetention: () => Promise.resolve([]),
      stop: () => Promise.resolve(),
      state: () => ({ name: 'elasticsearch', state: 'up', sinceMs: 0 }),
    };
    const document = (trace?: number): StoreDocument => ({
      id: 'i',
      dataSet: 'main',
      timestamp: '',
      receivedAt: '',
      source: Buffer.alloc(0),
      ...(trace !== undefined && { traceparent: traceparent(trace) }),
    });
    const writer = new TracedWriter(inner, tracing);
    const { signal } = new AbortController();
    await writer.write([document(), document()], { signal });
    assert.equal((await spans()).length, 0);
    assert.deepEqual(await writer.write([document(), document(1), document(2)], { signal }), outcomes);
    const [span] = await spans();
    assert.deepEqual(span?.attributes, {
      'db.system.name': 'elasticsearch',
      'db.operation.name': 'bulk',
      'db.operation.batch.size': 3,
      'paylog.documents.stored': 1,
      'paylog.documents.duplicate': 1,
      'paylog.documents.rejected': 1,
      'paylog.documents.retryable': 0,
      'error.type': 'mapper_parsing_exception',
    });
    assert.equal(span.links.length, 1);
    assert.ok(!JSON.stringify([span.attributes, span.status]).includes('4111'));
    await tracing.stop();
  });
});
