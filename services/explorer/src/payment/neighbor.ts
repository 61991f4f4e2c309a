import type { TimelineLane, TimelineMark } from './timeline-layout.ts';

/** Where an arrow key leads. */
export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/**
 * The mark in a direction: left and right are the steps before and after, whoever says them; up and down the nearest in time of the
 * lane above or below. At an edge it is the same mark again.
 */
export function neighbor(lanes: readonly TimelineLane[], from: TimelineMark, direction: Direction): TimelineMark {
  const inTime = lanes.flatMap((lane) => lane.marks).sort((a, b) => a.step.offset_ms - b.step.offset_ms);
  const at = inTime.indexOf(from);
  switch (direction) {
    case 'left':
      return inTime[at - 1] ?? from;
    case 'right':
      return inTime[at + 1] ?? from;
    case 'first':
      return inTime[0] ?? from;
    case 'last':
      return inTime.at(-1) ?? from;
    case 'up':
    case 'down': {
      const lane = lanes.findIndex((each) => each.marks.includes(from));
      return nearest(lanes[direction === 'up' ? lane - 1 : lane + 1]?.marks ?? [], from.step.offset_ms) ?? from;
    }
  }
}

function nearest(marks: readonly TimelineMark[], offsetMs: number): TimelineMark | undefined {
  let best: TimelineMark | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const mark of marks) {
    const away = Math.abs(mark.step.offset_ms - offsetMs);
    if (away < distance) [best, distance] = [mark, away];
  }
  return best;
}
