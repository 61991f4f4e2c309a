import assert from 'node:assert/strict';
import { neighbor, type Direction } from '../../src/payment/neighbor.ts';
import { timelineLayout } from '../../src/payment/timeline-layout.ts';
import { step, story } from './support.ts';

describe('arrow keys on the timeline', () => {
  const layout = timelineLayout(
    story([
      step(0, { service: 'checkout' }),
      step(10, { service: 'gateway' }),
      step(20, { service: 'checkout' }),
      step(90, { service: 'gateway' }),
    ]),
    900,
    'linear',
  );
  const mark = (id: string) => layout.lanes.flatMap((lane) => lane.marks).find((each) => each.step.id === id)!;
  const to = (id: string, direction: Direction): string => neighbor(layout.lanes, mark(id), direction).step.id;

  it('lead from step to step in time, whoever says it', () => {
    assert.deepEqual([to('r-0', 'right'), to('r-10', 'right'), to('r-20', 'left')], ['r-10', 'r-20', 'r-10']);
  });

  it('lead to the nearest step of the next lane', () => {
    assert.deepEqual([to('r-20', 'down'), to('r-90', 'up')], ['r-10', 'r-20']);
  });

  it('lead to the ends, and stay there', () => {
    assert.deepEqual([to('r-20', 'first'), to('r-20', 'last')], ['r-0', 'r-90']);
    assert.deepEqual(
      [to('r-0', 'left'), to('r-90', 'right'), to('r-0', 'up'), to('r-90', 'down')],
      ['r-0', 'r-90', 'r-0', 'r-90'],
    );
  });
});
