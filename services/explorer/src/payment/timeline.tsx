import { useRef } from 'preact/hooks';
import { formatDuration, formatOffset } from '../parts/format-duration.ts';
import { KIND_TEXTS, MarkShape } from './mark-shape.tsx';
import { neighbor, type Direction } from './neighbor.ts';
import type { TimelineLane, TimelineLayout, TimelineMark } from './timeline-layout.ts';

interface TimelineProps {
  readonly layout: TimelineLayout;
  readonly name: string;
  /** The step that is pointed at, here or in the list. */
  readonly active: string | undefined;
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
export function Timeline({ layout, name, active, onActive, onOpen }: TimelineProps) {
  const svg = useRef<SVGSVGElement>(null);
  const marks = layout.lanes.flatMap((lane) => lane.marks);
  const current = marks.find((mark) => mark.step.id === active) ?? marks[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const direction = DIRECTIONS[event.key];
    if (direction === undefined || current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = neighbor(layout.lanes, current, direction);
    onActive(next.step.id);
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
              isActive={mark.step.id === active}
              isCurrent={mark === current}
              onActive={onActive}
              onOpen={onOpen}
            />
          ))}
        </g>
      ))}
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
          <rect
            class="timeline-break"
            x={gap.fromX}
            y={layout.lanesY}
            width={gap.toX - gap.fromX}
            height={layout.axisY - layout.lanesY}
          />
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
  const isLong = !layout.labelsAbove && lane.service.length > NAME_CHARACTERS;
  const name = isLong ? `${lane.service.slice(0, NAME_CHARACTERS - 1)}…` : lane.service;
  const said = lane.errors === 0 ? `${lane.records}` : `${lane.records}, ${lane.errors} ✕`;
  return (
    <g class="timeline-lane">
      <rect x="0" y={lane.y} width={layout.width} height={lane.height} data-odd={index % 2 === 1} />
      {layout.labelsAbove ? (
        <text x="6" y={lane.y + 15}>
          {name}
          <tspan class="timeline-lane-facts" dx="8">
            {said}
          </tspan>
        </text>
      ) : (
        <text x="8" y={lane.y + lane.height / 2 + 4}>
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
  readonly isActive: boolean;
  readonly isCurrent: boolean;
  readonly onActive: (id: string | undefined) => void;
  readonly onOpen: (id: string) => void;
}

function Mark({ mark, isActive, isCurrent, onActive, onOpen }: MarkProps) {
  const { step } = mark;
  const open = (): void => onOpen(step.id);
  return (
    <g
      role="button"
      tabIndex={isCurrent ? 0 : -1}
      class="mark"
      data-kind={mark.kind}
      data-active={isActive}
      transform={`translate(${mark.x} ${mark.y})`}
      aria-label={markName(mark)}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        open();
      }}
      onFocus={() => onActive(step.id)}
      onMouseEnter={() => onActive(step.id)}
      onMouseLeave={() => onActive(undefined)}
    >
      <title>{markName(mark)}</title>
      <circle class="mark-ring" r="11" />
      <MarkShape kind={mark.kind} />
      {mark.label !== undefined && (
        <text
          x={mark.labelSide === 'right' ? 12 : -12}
          y="4"
          text-anchor={mark.labelSide === 'right' ? 'start' : 'end'}
        >
          {mark.label}
        </text>
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
