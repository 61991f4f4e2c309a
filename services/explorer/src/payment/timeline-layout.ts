import { formatDuration, formatOffset } from '../parts/format-duration.ts';
import { packRows, type Interval } from './pack-rows.ts';
import type { Payment, PaymentStatus, PaymentStep } from '../api-types.ts';
import { isDeclined, stepKind, stepLabel, type StepKind } from './step-kind.ts';
import { timeScale, type ScaleMode, type ScaleSegment, type TimeScale } from './time-scale.ts';

/** One step, as drawn: a mark where it was said, with a bar before it for what took time. */
export interface TimelineMark {
  readonly step: PaymentStep;
  readonly kind: StepKind;
  readonly x: number;
  readonly y: number;
  /** Beginning of the bar that ends at `x`; undefined for a step without a duration. */
  readonly barX: number | undefined;
  /** Written beside the mark, shortened to what fits. */
  readonly label: string | undefined;
  readonly labelSide: 'left' | 'right';
}

/** All steps of one service. */
export interface TimelineLane {
  readonly service: string;
  readonly records: number;
  readonly errors: number;
  readonly y: number;
  readonly height: number;
  readonly marks: readonly TimelineMark[];
}

/** A status, above the lanes. */
export interface TimelineMilestone {
  readonly status: PaymentStatus;
  readonly isDeclined: boolean;
  readonly x: number;
  readonly y: number;
  readonly labelSide: 'left' | 'right';
}

/** A gap, as a band through all lanes. */
export interface TimelineBreak {
  readonly fromX: number;
  readonly toX: number;
  readonly durationMs: number;
  /** Undefined where there is no room for it. */
  readonly label: string | undefined;
}

/** A time on the axis. */
export interface TimelineTick {
  readonly x: number;
  readonly label: string;
  readonly anchor: 'start' | 'middle' | 'end';
}

/** Everything that is drawn, in pixels. */
export interface TimelineLayout {
  readonly width: number;
  readonly height: number;
  /** Where the lanes begin, and where they end above the axis. */
  readonly lanesY: number;
  readonly axisY: number;
  readonly plotX: number;
  readonly labelsAbove: boolean;
  /** Gaps are drawn shorter than they were. */
  readonly isCompressed: boolean;
  readonly lanes: readonly TimelineLane[];
  readonly milestones: readonly TimelineMilestone[];
  readonly breaks: readonly TimelineBreak[];
  readonly ticks: readonly TimelineTick[];
}

/** Below this width the names of the services stand above their lanes instead of beside them. */
const NARROW = 640;
const GUTTER = 168;
const PADDING = 18;
const MARK_RADIUS = 8;
const ROW_HEIGHT = 22;
const LANE_PADDING = 7;
const NAME_HEIGHT = 20;
const MILESTONE_ROW = 22;
const AXIS_HEIGHT = 26;
const MAX_ROWS = 5;
const MAX_MILESTONE_ROWS = 4;
const LABEL_CHARACTERS = 24;
/** Widths of a character of the labels' 11 and 12 pixel type, on the safe side. */
const CHARACTER = 6.6;

/** Lays out the story for a drawing of `width` pixels. */
export function timelineLayout(story: Payment, width: number, mode: ScaleMode): TimelineLayout {
  const labelsAbove = width < NARROW;
  const plotX = labelsAbove ? 0 : GUTTER;
  const edges = { fromX: plotX + PADDING, toX: width - PADDING };
  const origin = earliest(story);
  const scale = scaleOf(story, mode, edges);
  const milestones = layMilestones(story.statuses, scale, width);
  const milestoneRows = Math.max(0, ...milestones.map((milestone) => milestone.y / MILESTONE_ROW + 1));
  const lanesY = milestoneRows * MILESTONE_ROW + 10;
  let y = lanesY;
  const lanes: TimelineLane[] = [];
  for (const lane of lanesOf(story)) {
    const name = labelsAbove ? NAME_HEIGHT : 0;
    const placed = layLane(lane.steps, scale, { width, plotX, y: y + name });
    const height = placed.rows * ROW_HEIGHT + 2 * LANE_PADDING + name;
    lanes.push({ service: lane.service, records: lane.records, errors: lane.errors, y, height, marks: placed.marks });
    y += height;
  }
  return {
    width,
    height: y + AXIS_HEIGHT,
    lanesY,
    axisY: y,
    plotX,
    labelsAbove,
    isCompressed: mode === 'compressed',
    lanes,
    milestones: milestones.map((milestone) => ({ ...milestone, y: milestone.y + MILESTONE_ROW / 2 })),
    breaks: layBreaks(scale),
    ticks: layTicks(scale, edges, origin),
  };
}

/** 0, or less where a step lies before the story's own beginning. */
const earliest = (story: Payment): number => Math.min(0, story.steps[0]?.offset_ms ?? 0);

function scaleOf(story: Payment, mode: ScaleMode, edges: { fromX: number; toX: number }): TimeScale {
  const offsets = new Map(story.steps.map((step) => [step.id, step.offset_ms]));
  const gaps = story.gaps.flatMap((gap) => {
    const toMs = offsets.get(gap.before_id);
    return toMs === undefined ? [] : [{ fromMs: toMs - gap.duration_ms, toMs }];
  });
  const stepsMs = story.steps.map((step) => step.offset_ms);
  return timeScale({ mode, durationMs: Math.max(story.duration_ms, stepsMs.at(-1) ?? 0), stepsMs, gaps, ...edges });
}

interface LaneSteps {
  readonly service: string;
  readonly records: number;
  readonly errors: number;
  readonly steps: readonly PaymentStep[];
}

/** Services in the order in which they first spoke. */
function lanesOf(story: Payment): LaneSteps[] {
  const steps = new Map<string, PaymentStep[]>();
  for (const step of story.steps) {
    const lane = steps.get(step.service);
    if (lane === undefined) steps.set(step.service, [step]);
    else lane.push(step);
  }
  const facts = new Map(story.services.map((service) => [service.service, service]));
  return [...steps].map(([service, own]) => ({
    service,
    records: facts.get(service)?.records ?? own.length,
    errors: facts.get(service)?.errors ?? own.filter((step) => stepKind(step) === 'error').length,
    steps: own,
  }));
}

function layLane(
  steps: readonly PaymentStep[],
  scale: TimeScale,
  area: { width: number; plotX: number; y: number },
): { marks: TimelineMark[]; rows: number } {
  const drafts = steps.map((step) => draftMark(step, scale, area));
  const packed = packRows(
    drafts.map((draft) => draft.interval),
    MAX_ROWS,
  );
  const marks = drafts.map((draft, index) => ({
    ...draft.mark,
    y: area.y + LANE_PADDING + ((packed.rows[index] ?? 0) + 0.5) * ROW_HEIGHT,
  }));
  return { marks, rows: packed.count };
}

function draftMark(
  step: PaymentStep,
  scale: TimeScale,
  area: { width: number; plotX: number },
): { mark: Omit<TimelineMark, 'y'>; interval: Interval } {
  const x = scale.place(step.offset_ms);
  const took = step.duration_ms ?? step.latency_ms ?? 0;
  const barX = took > 0 ? Math.min(scale.place(step.offset_ms - took), x) : undefined;
  const label = shorten(stepLabel(step));
  const labelWidth = label === undefined ? 0 : label.length * CHARACTER + 8;
  const labelSide = x + MARK_RADIUS + labelWidth > area.width ? 'left' : 'right';
  const left = labelSide === 'left' ? x - MARK_RADIUS - labelWidth : x - MARK_RADIUS;
  const right = labelSide === 'right' ? x + MARK_RADIUS + labelWidth : x + MARK_RADIUS;
  return {
    mark: { step, kind: stepKind(step), x, barX, label, labelSide },
    interval: { from: Math.min(left, barX ?? left), to: right },
  };
}

function shorten(label: string | undefined): string | undefined {
  if (label === undefined || label.length <= LABEL_CHARACTERS) return label;
  return `${label.slice(0, LABEL_CHARACTERS - 1)}\u2026`;
}

function layMilestones(statuses: readonly PaymentStatus[], scale: TimeScale, width: number): TimelineMilestone[] {
  const drafts = statuses.map((status) => {
    const x = scale.place(status.offset_ms);
    const labelWidth = status.status.length * (CHARACTER + 0.4) + 14;
    const labelSide: 'left' | 'right' = x + labelWidth > width ? 'left' : 'right';
    const interval =
      labelSide === 'left'
        ? { from: x - labelWidth, to: x + MARK_RADIUS }
        : { from: x - MARK_RADIUS, to: x + labelWidth };
    return { status, x, labelSide, interval };
  });
  const packed = packRows(
    drafts.map((draft) => draft.interval),
    MAX_MILESTONE_ROWS,
  );
  return drafts.map(({ status, x, labelSide }, index) => ({
    status,
    isDeclined: isDeclined(status.status),
    x,
    labelSide,
    y: (packed.rows[index] ?? 0) * MILESTONE_ROW,
  }));
}

function layBreaks(scale: TimeScale): TimelineBreak[] {
  return scale.segments
    .filter((segment) => segment.kind === 'gap')
    .map(({ fromX, toX, fromMs, toMs }) => {
      const label = formatDuration(toMs - fromMs);
      return {
        fromX,
        toX,
        durationMs: toMs - fromMs,
        label: label.length * CHARACTER <= toX - fromX + 4 ? label : undefined,
      };
    });
}

function layTicks(scale: TimeScale, edges: { fromX: number; toX: number }, origin: number): TimelineTick[] {
  const times = scale.mode === 'linear' ? evenTimes(scale, edges) : stretchTimes(scale.segments);
  const ticks: TimelineTick[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const ms of [origin, ...times.filter((time) => time > origin)]) {
    const x = scale.place(ms);
    const label = formatOffset(ms);
    const width = label.length * CHARACTER;
    const anchor = x - width / 2 < edges.fromX - PADDING ? 'start' : x + width / 2 > edges.toX ? 'end' : 'middle';
    const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
    if (left < free) continue;
    ticks.push({ x, label, anchor });
    free = left + width + 12;
  }
  return ticks;
}

/** The beginning and the end of each stretch in which something happened. */
function stretchTimes(segments: readonly ScaleSegment[]): number[] {
  return segments
    .filter((segment) => segment.kind === 'active')
    .flatMap((segment) => {
      const wide = segment.toX - segment.fromX > 280;
      const middle = (segment.fromMs + segment.toMs) / 2;
      return wide ? [segment.fromMs, middle, segment.toMs] : [segment.fromMs, segment.toMs];
    });
}

/** Round steps of 1, 2 or 5 (of 15 or 30 for minutes), at most one for each 90 pixels. */
function evenTimes(scale: TimeScale, edges: { fromX: number; toX: number }): number[] {
  const total = scale.segments.at(-1)?.toMs ?? 0;
  if (total <= 0) return [];
  const wanted = total / Math.max(1, Math.floor((edges.toX - edges.fromX) / 90));
  const step = ROUND_STEPS.find((candidate) => candidate >= wanted) ?? 10 ** Math.ceil(Math.log10(wanted));
  return Array.from({ length: Math.floor(total / step) }, (_, index) => (index + 1) * step);
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const ROUND_STEPS: readonly number[] = [
  ...[-2, -1, 0, 1, 2, 3].flatMap((exponent) => [1, 2, 5].map((digit) => digit * 10 ** exponent)),
  ...[10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * HOUR),
];
