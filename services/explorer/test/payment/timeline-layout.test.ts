import assert from 'node:assert/strict';
import { packRows } from '../../src/payment/pack-rows.ts';
import { stepKind, stepLabel } from '../../src/payment/step-kind.ts';
import { timeScale } from '../../src/payment/time-scale.ts';
import { timelineLayout } from '../../src/payment/timeline-layout.ts';
import { step, story } from './support.ts';

describe('time scale of a story', () => {
  const options = { durationMs: 10_000, stepsMs: [0, 100, 9_900, 10_000], gaps: [{ fromMs: 100, toMs: 9_900 }] };

  it('is true to time when linear', () => {
    const scale = timeScale({ ...options, mode: 'linear', fromX: 0, toX: 1_000 });
    assert.equal(scale.place(0), 0);
    assert.equal(scale.place(5_000), 500);
    assert.equal(scale.place(10_000), 1_000);
  });

  it('draws a gap as a break of fixed width when compressed', () => {
    const scale = timeScale({ ...options, mode: 'compressed', fromX: 0, toX: 1_000 });
    const gap = scale.segments.find((segment) => segment.kind === 'gap');
    assert.ok(gap !== undefined);
    assert.equal(Math.round(gap.toX - gap.fromX), 56);
    assert.equal(scale.place(0), 0);
    assert.equal(Math.round(scale.place(100)), 472);
    assert.equal(Math.round(scale.place(10_000)), 1_000);
  });

  it('leaves room for the steps however many gaps there are', () => {
    const gaps = Array.from({ length: 50 }, (_, index) => ({ fromMs: index * 100 + 10, toMs: index * 100 + 100 }));
    const stepsMs = gaps.flatMap((gap) => [gap.fromMs, gap.toMs]);
    const scale = timeScale({ mode: 'compressed', durationMs: 5_000, stepsMs, gaps, fromX: 0, toX: 300 });
    const width = (kind: string): number =>
      scale.segments.filter((part) => part.kind === kind).reduce((sum, part) => sum + part.toX - part.fromX, 0);
    assert.equal(Math.round(width('gap')), 120);
    assert.equal(Math.round(width('active')), 180);
  });

  it('never runs backward', () => {
    for (const mode of ['linear', 'compressed'] as const) {
      const scale = timeScale({ ...options, mode, fromX: 20, toX: 500 });
      let before = Number.NEGATIVE_INFINITY;
      for (let ms = -10; ms <= 10_010; ms += 7) {
        const x = scale.place(ms);
        assert.ok(x >= before && x >= 20 && x <= 500);
        before = x;
      }
    }
  });

  it('holds for a story of one moment', () => {
    for (const mode of ['linear', 'compressed'] as const) {
      const x = timeScale({ mode, durationMs: 0, stepsMs: [0], gaps: [], fromX: 0, toX: 100 }).place(0);
      assert.ok(Number.isFinite(x) && x >= 0 && x <= 100);
    }
  });
});

describe('rows', () => {
  it('take what overlaps apart', () => {
    const packed = packRows(
      [
        { from: 0, to: 10 },
        { from: 5, to: 15 },
        { from: 10, to: 20 },
      ],
      5,
    );
    assert.deepEqual(packed, { rows: [0, 1, 0], count: 2 });
  });

  it('are bounded', () => {
    const packed = packRows(
      Array.from({ length: 100 }, () => ({ from: 0, to: 10 })),
      4,
    );
    assert.equal(packed.count, 4);
    assert.ok(Math.max(...packed.rows) < 4);
  });

  it('are one at least', () => assert.equal(packRows([], 4).count, 1));
});

describe('kind of a step', () => {
  it('is the worst that it says', () => {
    assert.equal(stepKind(step(0)), 'normal');
    assert.equal(stepKind(step(0, { status: 'captured' })), 'milestone');
    assert.equal(stepKind(step(0, { level: 'warn', status: 'captured' })), 'warning');
    assert.equal(stepKind(step(0, { status: 'declined' })), 'declined');
    assert.equal(stepKind(step(0, { level: 'error', status: 'declined' })), 'error');
    assert.equal(stepKind(step(0, { error: { type: 'Timeout' } })), 'error');
  });

  it('has a word where it is not ordinary', () => {
    assert.equal(stepLabel(step(0, { level: 'error', error: { type: 'ProviderTimeout' } })), 'ProviderTimeout');
    assert.equal(stepLabel(step(0, { level: 'fatal' })), 'fatal');
    assert.equal(stepLabel(step(0, { status: 'declined' })), 'declined');
    assert.equal(stepLabel(step(0)), undefined);
  });
});

describe('timeline of a payment', () => {
  const steps = [
    step(0, { service: 'checkout' }),
    step(12, { service: 'risk' }),
    step(250, { service: 'gateway', duration_ms: 200, level: 'error', error: { type: 'ProviderTimeout' } }),
    step(40_250, { service: 'checkout', status: 'captured' }),
  ];
  const given = story(steps, {
    gaps: [{ from: '', to: '', duration_ms: 40_000, after_id: 'r-250', before_id: 'r-40250' }],
    statuses: [{ status: 'captured', at: '', offset_ms: 40_250, service: 'checkout', id: 'r-40250' }],
  });

  it('has a lane for each service in the order in which they spoke', () => {
    const layout = timelineLayout(given, 1_000, 'linear');
    assert.deepEqual(
      layout.lanes.map((lane) => [lane.service, lane.marks.length, lane.errors]),
      [
        ['checkout', 2, 0],
        ['risk', 1, 0],
        ['gateway', 1, 1],
      ],
    );
    for (const [index, lane] of layout.lanes.entries()) {
      const next = layout.lanes[index + 1];
      if (next !== undefined) assert.equal(next.y, lane.y + lane.height);
    }
  });

  it('draws what took time as a bar that ends at the mark', () => {
    const mark = timelineLayout(given, 1_000, 'compressed').lanes[2]?.marks[0];
    assert.ok(mark?.barX !== undefined && mark.barX < mark.x);
    assert.equal(mark.label, 'ProviderTimeout');
  });

  it('says how long a break is', () => {
    const layout = timelineLayout(given, 1_000, 'compressed');
    assert.deepEqual(
      layout.breaks.map((each) => each.label),
      ['40 s'],
    );
  });

  it('stays inside its width, narrow or wide, in both scales', () => {
    for (const width of [320, 360, 640, 1_000, 2_400]) {
      for (const mode of ['linear', 'compressed'] as const) {
        const layout = timelineLayout(given, width, mode);
        const marks = layout.lanes.flatMap((lane) => lane.marks);
        for (const mark of marks) {
          assert.ok(mark.x >= layout.plotX + 8 && mark.x <= width - 8);
          assert.ok(mark.y > layout.lanesY && mark.y < layout.axisY);
        }
        for (const tick of layout.ticks) assert.ok(tick.x >= 0 && tick.x <= width);
        for (const milestone of layout.milestones) assert.ok(milestone.y < layout.lanesY);
      }
    }
  });

  it('keeps the labels of the axis apart', () => {
    for (const width of [320, 900]) {
      const layout = timelineLayout(given, width, 'compressed');
      for (const [index, tick] of layout.ticks.entries()) {
        const next = layout.ticks[index + 1];
        if (next !== undefined) assert.ok(next.x > tick.x);
      }
    }
  });

  it('draws a thousand steps at one moment in bounded height', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => step(5, { id: `r-${index}` }));
    const layout = timelineLayout(story(many), 800, 'linear');
    assert.ok(layout.height < 300);
    assert.equal(layout.lanes[0]?.marks.length, 1_000);
  });

  it('draws a story without steps', () => {
    const layout = timelineLayout(story([]), 800, 'compressed');
    assert.deepEqual(layout.lanes, []);
    assert.ok(Number.isFinite(layout.height));
  });
});
