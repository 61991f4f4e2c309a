import { useRef, useState } from 'preact/hooks';
import { formatDuration, formatOffset } from '../parts/format-duration.ts';
import { KIND_TEXTS, MarkShape } from './mark-shape.tsx';
import { neighbor, type Direction } from './neighbor.ts';
import type { TimelineBreak, TimelineLane, TimelineLayout, TimelineMark } from './timeline-layout.ts';

interface TimelineProps {
  readonly layout: TimelineLayout;
  readonly name: string;
  readonly onActive: (id: string | undefined) => void;
  readonly onOpen: (id: string) => void;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

/** The story, drawn. One mark is in the order of Tab; arrows lead to the others, Enter opens its record in the list below. */
export function Timeline({ layout, name, onActive, onOpen }: TimelineProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [focused, setFocused] = useState<string>();
  const marks = layout.lanes.flatMap((lane) => lane.marks);
  const current = marks.find((mark) => mark.step.id === focused) ?? marks[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const direction = DIRECTIONS[event.key];
    if (direction === undefined || current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = neighbor(layout.lanes, current, direction);
    svg.current?.querySelectorAll<SVGGElement>('g[role=button]')[marks.indexOf(next)]?.focus();
  };
  return (
    <svg
      ref={svg}
      class="timeline"
      role="group"
      aria-label={`${name}. Arrow keys lead from step to step, Enter opens a step in the list.`}
      width={layout.width}
      height={layout.height}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      onKeyDown={onKeyDown}
    >
      <Backdrop layout={layout} />
      {layout.lanes.map((lane) => (
        <g key={lane.service}>
          {lane.marks.map((mark) => (
            <Bar key={mark.step.id} mark={mark} />
          ))}
          {lane.marks.map((mark) => (
            <Mark
              key={mark.step.id}
              mark={mark}
              isCurrent={mark === current}
              onActive={onActive}
              onFocus={setFocused}
              onOpen={onOpen}
            />
          ))}
        </g>
      ))}
      <Labels layout={layout} />
    </svg>
  );
}

/** Lanes with their names, breaks, statuses and the axis: all of it is said in the list, too. */
function Backdrop({ layout }: { readonly layout: TimelineLayout }) {
  return (
    <g aria-hidden="true">
      {layout.lanes.map((lane, index) => (
        <Lane key={lane.service} lane={lane} index={index} layout={layout} />
      ))}
      {layout.breaks.map((gap) => (
        <g key={gap.fromX}>
          <BreakShape gap={gap} fromY={layout.lanesY} toY={layout.axisY} isCut={layout.isCompressed} />
          {gap.label !== undefined && (
            <text class="timeline-break-label" x={(gap.fromX + gap.toX) / 2} y={layout.axisY - 6} text-anchor="middle">
              {gap.label}
            </text>
          )}
          <title>{formatDuration(gap.durationMs)} without records</title>
        </g>
      ))}
      {layout.milestones.map((milestone) => (
        <g key={milestone.status.id} class="timeline-milestone" data-bad={milestone.isDeclined}>
          <line x1={milestone.x} x2={milestone.x} y1={milestone.y} y2={layout.axisY} />
          <path d={`M${milestone.x} ${milestone.y - 5}l5 5-5 5-5-5Z`} />
          <text
            x={milestone.labelSide === 'right' ? milestone.x + 9 : milestone.x - 9}
            y={milestone.y + 4}
            text-anchor={milestone.labelSide === 'right' ? 'start' : 'end'}
          >
            {milestone.status.status}
          </text>
        </g>
      ))}
      <line class="timeline-axis" x1={layout.plotX} x2={layout.width} y1={layout.axisY} y2={layout.axisY} />
      {layout.ticks.map((tick) => (
        <g key={tick.x} class="timeline-tick">
          <line x1={tick.x} x2={tick.x} y1={layout.axisY} y2={layout.axisY + 5} />
          <text x={tick.x} y={layout.axisY + 18} text-anchor={tick.anchor}>
            {tick.label}
          </text>
        </g>
      ))}
    </g>
  );
}

interface BreakShapeProps {
  readonly gap: TimelineBreak;
  readonly fromY: number;
  readonly toY: number;
  /** Shortened: its edges are torn, as those of a drawing that leaves something out. */
  readonly isCut: boolean;
}

function BreakShape({ gap, fromY, toY, isCut }: BreakShapeProps) {
  if (!isCut) {
    return <rect class="timeline-break" x={gap.fromX} y={fromY} width={gap.toX - gap.fromX} height={toY - fromY} />;
  }
  const left = tornEdge(gap.fromX, fromY, toY);
  const right = tornEdge(gap.toX, fromY, toY);
  return (
    <>
      <path class="timeline-break-fill" d={`M${left.join('L')}L${right.toReversed().join('L')}Z`} />
      <path class="timeline-break-edge" d={`M${left.join('L')}M${right.join('L')}`} />
    </>
  );
}

/** How far a torn edge goes to each side, and how high a tooth of it is. */
const TOOTH_X = 2.5;
const TOOTH_Y = 7;

/** Points of a zigzag line from top to bottom. */
function tornEdge(x: number, fromY: number, toY: number): readonly string[] {
  const teeth = Math.max(1, Math.round((toY - fromY) / TOOTH_Y));
  return Array.from({ length: teeth + 1 }, (_, index) => {
    const y = fromY + ((toY - fromY) * index) / teeth;
    return `${(x + (index % 2 === 0 ? TOOTH_X : -TOOTH_X)).toFixed(1)} ${y.toFixed(1)}`;
  });
}

/** Characters of a service's name that fit beside its lane. */
const NAME_CHARACTERS = 21;

function Lane({
  lane,
  index,
  layout,
}: {
  readonly lane: TimelineLane;
  readonly index: number;
  readonly layout: TimelineLayout;
}) {
  const name = lane.service.length > NAME_CHARACTERS ? `${lane.service.slice(0, NAME_CHARACTERS - 1)}…` : lane.service;
  return (
    <g>
      <rect
        class="timeline-lane"
        x="0"
        y={lane.y}
        width={layout.width}
        height={lane.height}
        data-odd={index % 2 === 1}
      />
      {!layout.labelsAbove && (
        <text class="timeline-lane-name" x="8" y={lane.y + lane.height / 2 + 4}>
          {name}
          <title>{lane.service}</title>
        </text>
      )}
    </g>
  );
}

function Bar({ mark }: { readonly mark: TimelineMark }) {
  if (mark.barX === undefined) return null;
  return (
    <rect
      class="mark-bar"
      data-kind={mark.kind}
      x={mark.barX}
      y={mark.y - 3}
      width={Math.max(2, mark.x - mark.barX)}
      height="6"
      rx="3"
    />
  );
}

interface MarkProps {
  readonly mark: TimelineMark;
  readonly isCurrent: boolean;
  readonly onFocus: (id: string) => void;
  readonly onActive: (id: string | undefined) => void;
  readonly onOpen: (id: string) => void;
}

function Mark({ mark, isCurrent, onActive, onFocus, onOpen }: MarkProps) {
  const { step } = mark;
  const open = (): void => onOpen(step.id);
  return (
    <g
      role="button"
      tabIndex={isCurrent ? 0 : -1}
      class="mark"
      data-kind={mark.kind}
      data-step={step.id}
      transform={`translate(${mark.x} ${mark.y})`}
      aria-label={markName(mark)}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        open();
      }}
      onFocus={() => {
        onFocus(step.id);
        onActive(step.id);
      }}
      onMouseEnter={() => onActive(step.id)}
      onMouseLeave={() => onActive(undefined)}
    >
      <title>{markName(mark)}</title>
      <circle class="mark-ring" r="11" />
      <MarkShape kind={mark.kind} />
    </g>
  );
}

/** The words beside the marks; in front of everything, and no part of the marks' names, which say more. */
function Labels({ layout }: { readonly layout: TimelineLayout }) {
  return (
    <g class="timeline-labels" aria-hidden="true">
      {layout.labelsAbove &&
        layout.lanes.map((lane) => (
          <text key={lane.service} class="timeline-lane-name" x="6" y={lane.y + 15}>
            {lane.service}
            <tspan class="timeline-lane-facts" dx="8">
              {lane.errors === 0 ? `${lane.records}` : `${lane.records}, ${lane.errors} ✕`}
            </tspan>
          </text>
        ))}
      {layout.lanes
        .flatMap((lane) => lane.marks)
        .map(({ step, kind, label, labelSide, x, y }) =>
          label === undefined ? null : (
            <text
              key={step.id}
              class="mark-label"
              data-kind={kind}
              x={labelSide === 'right' ? x + 12 : x - 12}
              y={y + 4}
              text-anchor={labelSide === 'right' ? 'start' : 'end'}
            >
              {label}
            </text>
          ),
        )}
    </g>
  );
}

/** `+250 ms, gateway, error: no answer (ProviderTimeout), took 200 ms`. */
function markName({ step, kind }: TimelineMark): string {
  const what = kind === 'normal' ? step.message : `${KIND_TEXTS[kind]}: ${step.message}`;
  const status = step.status === undefined ? '' : `, status ${step.status}`;
  const type = step.error?.type === undefined ? '' : ` (${step.error.type})`;
  const took = step.duration_ms ?? step.latency_ms;
  return `${formatOffset(step.offset_ms)}, ${step.service}, ${what}${type}${status}${took === undefined ? '' : `, took ${formatDuration(took)}`}`;
}
