import { KIND_TEXTS, MarkShape } from './mark-shape.tsx';
import type { StepKind } from './step-kind.ts';

const KINDS: readonly StepKind[] = ['normal', 'milestone', 'warning', 'declined', 'error'];

/** What the marks mean. */
export function TimelineLegend() {
  return (
    <ul class="payment-legend" aria-label="Marks of the timeline">
      {KINDS.map((kind) => (
        <li key={kind}>
          <svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true" class="mark" data-kind={kind}>
            <MarkShape kind={kind} />
          </svg>
          {KIND_TEXTS[kind]}
        </li>
      ))}
      <li>
        <svg width="26" height="18" viewBox="0 0 26 18" aria-hidden="true">
          <rect class="mark-bar" data-kind="normal" x="1" y="6" width="24" height="6" rx="3" />
        </svg>
        time that it took
      </li>
      <li>
        <svg width="26" height="18" viewBox="0 0 26 18" aria-hidden="true">
          <path class="timeline-break-fill" d="M6 1 3 5l3 4-3 4 3 4H22l-3-4 3-4-3-4 3-4Z" />
          <path class="timeline-break-edge" d="M6 1 3 5l3 4-3 4 3 4M22 1l-3 4 3 4-3 4 3 4" />
        </svg>
        no records
      </li>
    </ul>
  );
}
