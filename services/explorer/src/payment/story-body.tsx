import { useMemo, useRef, useState } from 'preact/hooks';
import type { Payment, PaymentStep } from '../api-types.ts';
import { formatOffset } from '../parts/format-duration.ts';
import { Segments } from '../parts/segments.tsx';
import { useWidth } from '../parts/use-width.ts';
import { KIND_TEXTS } from './mark-shape.tsx';
import { stepKind } from './step-kind.ts';
import { StepList } from './step-list.tsx';
import { Timeline } from './timeline.tsx';
import { TimelineLegend } from './timeline-legend.tsx';
import { timelineLayout } from './timeline-layout.ts';
import type { ScaleMode } from './time-scale.ts';

const SCALES: readonly { readonly value: ScaleMode; readonly text: string }[] = [
  { value: 'compressed', text: 'Gaps shortened' },
  { value: 'linear', text: 'True to time' },
];

const SHOWN = [
  { value: 'all', text: 'All steps' },
  { value: 'problems', text: 'Problems only' },
] as const;

/** The drawn timeline and the list of its steps; what is pointed at in one is marked in the other. */
export function StoryBody({ story }: { readonly story: Payment }) {
  const [mode, setMode] = useState<ScaleMode>(story.gaps.length > 0 ? 'compressed' : 'linear');
  const [shown, setShown] = useState<'all' | 'problems'>('all');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const { ref, width } = useWidth();
  const list = useRef<HTMLOListElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const layout = useMemo(() => (width === 0 ? undefined : timelineLayout(story, width, mode)), [story, width, mode]);
  const setActive = (id: string | undefined): void => highlight(body.current, id);
  const problems = story.steps.filter((step) => isProblem(stepKind(step)));
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const openInList = (id: string): void => {
    setShown('all');
    setOpen(new Set([...open, id]));
    requestAnimationFrame(() => {
      const row = [...(list.current?.querySelectorAll<HTMLElement>('button[data-step]') ?? [])].find(
        (button) => button.dataset['step'] === id,
      );
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'center', behavior: 'auto' });
    });
  };
  if (story.steps.length === 0) {
    return <p class="part-empty">The payment is known, but none of its records can be read here.</p>;
  }
  return (
    <div class="payment-body" ref={body}>
      <FirstProblem problems={problems} onOpen={openInList} />
      <section class="payment-timeline" aria-label="Timeline">
        <div class="payment-bar">
          <h3>Timeline</h3>
          {story.gaps.length > 0 && (
            <Segments label="Scale of the timeline" choices={SCALES} value={mode} onChange={setMode} />
          )}
        </div>
        <div class="payment-plot" ref={ref}>
          {layout && (
            <Timeline
              layout={layout}
              name={`Timeline of payment ${story.payment_id}: ${story.steps.length} steps of ${story.services.length} services`}
              onActive={setActive}
              onOpen={openInList}
            />
          )}
        </div>
        <TimelineLegend />
      </section>
      <section class="payment-steps" aria-label="Steps">
        <div class="payment-bar">
          <h3>Steps</h3>
          {problems.length > 0 && problems.length < story.steps.length && (
            <Segments
              label="Steps that are shown"
              choices={[SHOWN[0], { ...SHOWN[1], text: `${SHOWN[1].text} (${problems.length})` }]}
              value={shown}
              onChange={setShown}
            />
          )}
        </div>
        <StepList
          listRef={list}
          steps={shown === 'problems' ? problems : story.steps}
          gaps={shown === 'problems' ? [] : story.gaps}
          leftOutAfter={shown === 'problems' ? undefined : story.left_out?.after_id}
          open={open}
          onActive={setActive}
          onToggle={toggle}
        />
      </section>
    </div>
  );
}

/** Marks a step wherever it is shown. By hand: a story of a thousand steps is not drawn anew for each movement of the mouse. */
function highlight(body: HTMLElement | null, id: string | undefined): void {
  for (const before of body?.querySelectorAll('[data-active]') ?? []) before.removeAttribute('data-active');
  if (id === undefined) return;
  for (const shown of body?.querySelectorAll(`[data-step="${CSS.escape(id)}"]`) ?? [])
    shown.setAttribute('data-active', '');
}

interface FirstProblemProps {
  readonly problems: readonly PaymentStep[];
  readonly onOpen: (id: string) => void;
}

/** Where it began to go wrong: the first thing that anybody looks for. An error or a decline goes before a warning. */
function FirstProblem({ problems, onOpen }: FirstProblemProps) {
  const first = problems.find((step) => stepKind(step) !== 'warning') ?? problems[0];
  if (first === undefined) return null;
  const kind = stepKind(first);
  const error = [first.error?.type, first.error?.message].filter((part) => part !== undefined).join(': ');
  return (
    <section class="payment-problem" aria-label="First problem" data-kind={kind}>
      <p>
        <strong>
          First {KIND_TEXTS[kind]} {formatOffset(first.offset_ms)}, {first.service}:
        </strong>{' '}
        {first.message}
        {error !== '' && ` (${error})`}
      </p>
      <button type="button" class="part-button part-button-quiet" onClick={() => onOpen(first.id)}>
        Show this step
      </button>
    </section>
  );
}

const isProblem = (kind: ReturnType<typeof stepKind>): boolean =>
  kind === 'error' || kind === 'declined' || kind === 'warning';
