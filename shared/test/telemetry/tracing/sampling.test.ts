import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import { createSampling, SAMPLERS } from '../../../src/telemetry/tracing/sampling.ts';
import { parseTraceparent, type TraceContext } from '../../../src/telemetry/tracing/trace-context.ts';
import { traceparent } from './kept-spans.ts';

const parents = (isSampled: boolean, count = 4000): TraceContext[] =>
  Array.from({ length: count }, () => {
    const context = parseTraceparent(
      `00-${randomBytes(16).toString('hex')}-00f067aa0ba902b7-${isSampled ? '01' : '00'}`,
    );
    assert.ok(context);
    return context;
  });

/** Share of `parents` (undefined: of new traces) that a sampler keeps. */
function share(sampler: (typeof SAMPLERS)[number], ratio: number, isSampled: boolean | undefined): number {
  const wants = createSampling({ sampler, ratio });
  const all = isSampled === undefined ? new Array<undefined>(4000).fill(undefined) : parents(isSampled);
  return all.filter((parent) => wants(parent)).length / all.length;
}

describe('sampling', () => {
  it('keeps all or none, or what the parent says', () => {
    const table = SAMPLERS.filter((name) => !name.endsWith('ratio')).map((name) => [
      name,
      share(name, 0.5, undefined),
      share(name, 0.5, true),
      share(name, 0.5, false),
    ]);
    assert.deepEqual(table, [
      ['always_on', 1, 1, 1],
      ['always_off', 0, 0, 0],
      ['parentbased_always_on', 1, 1, 0],
      ['parentbased_always_off', 0, 1, 0],
    ]);
    assert.deepEqual(
      [share('parentbased_traceidratio', 0.3, true), share('parentbased_traceidratio', 0.3, false)],
      [1, 0],
    );
  });

  it('keeps a share of the traces that begin here', () => {
    for (const sampler of ['traceidratio', 'parentbased_traceidratio'] as const) {
      assert.equal(share(sampler, 0, undefined), 0);
      assert.equal(share(sampler, 1, undefined), 1);
      const kept = share(sampler, 0.3, undefined);
      assert.ok(kept > 0.25 && kept < 0.35, String(kept));
    }
  });

  it('judges a trace by its id, whatever its parent says, so that all processes decide alike', () => {
    const [one, other] = [
      createSampling({ sampler: 'traceidratio', ratio: 0.3 }),
      createSampling({ sampler: 'traceidratio', ratio: 0.3 }),
    ];
    const all = parents(false);
    const kept = all.filter((parent) => one(parent));
    assert.ok(kept.length > all.length * 0.25 && kept.length < all.length * 0.35, String(kept.length));
    assert.deepEqual(
      kept,
      all.filter((parent) => other(parent)),
    );
    // A larger share keeps all that a smaller one does.
    const wider = createSampling({ sampler: 'traceidratio', ratio: 0.6 });
    assert.ok(kept.every((parent) => wider(parent)));
    assert.equal(share('traceidratio', 1, false), 1);
    assert.equal(share('traceidratio', 0, true), 0);
  });
});

describe('traceparent', () => {
  it('is read as the standard says', () => {
    assert.deepEqual(parseTraceparent(traceparent(0xab)), {
      traceparent: traceparent(0xab),
      traceId: 'ab'.padStart(32, '0'),
      spanId: 'ab'.padStart(16, '0'),
      isSampled: true,
    });
    assert.equal(parseTraceparent(traceparent(1, false))?.isSampled, false);
    assert.equal(parseTraceparent(`cc${traceparent(1).slice(2)}-more`)?.isSampled, true);
    const zeros = traceparent(0);
    // It becomes a header of each message: what others may append stays here.
    const newer = parseTraceparent(`cc${traceparent(1).slice(2, -2)}ff-${'4111111111111111'.repeat(1000)}`);
    assert.deepEqual([newer?.traceparent, newer?.isSampled], [traceparent(1), true]);
    for (const bad of [
      undefined,
      '',
      'x',
      ['a'],
      zeros,
      `ff${traceparent(1).slice(2)}`,
      `${traceparent(1)}-more`,
      traceparent(0xab).toUpperCase(),
    ]) {
      assert.equal(parseTraceparent(bad), undefined);
    }
  });
});
