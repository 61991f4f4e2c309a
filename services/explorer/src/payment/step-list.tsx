import type { Ref } from 'preact';
import type { PaymentGap, PaymentStep } from '../api-types.ts';
import { AppLink } from '../parts/app-link.tsx';
import { formatDuration, formatOffset } from '../parts/format-duration.ts';
import { RecordById } from '../parts/record-json.tsx';
import { MarkShape } from './mark-shape.tsx';
import { stepKind } from './step-kind.ts';

interface StepListProps {
  readonly listRef: Ref<HTMLOListElement>;
  readonly steps: readonly PaymentStep[];
  readonly gaps: readonly PaymentGap[];
  /** The step behind which records were left out, if any were. */
  readonly leftOutAfter: string | undefined;
  readonly open: ReadonlySet<string>;
  readonly onActive: (id: string | undefined) => void;
  readonly onToggle: (id: string) => void;
}

/** Every step with its time after the beginning; each opens to its whole record. */
export function StepList({ listRef, steps, gaps, leftOutAfter, open, onActive, onToggle }: StepListProps) {
  const gapAfter = new Map(gaps.map((gap) => [gap.after_id, gap.duration_ms]));
  return (
    <ol class="steps" ref={listRef}>
      {steps.map((step) => (
        <li key={step.id}>
          <Step step={step} isOpen={open.has(step.id)} onActive={onActive} onToggle={onToggle} />
          {step.id === leftOutAfter && <p class="steps-gap">The records between are left out here</p>}
          {gapAfter.has(step.id) && (
            <p class="steps-gap">{formatDuration(gapAfter.get(step.id) ?? 0)} without records</p>
          )}
        </li>
      ))}
    </ol>
  );
}

interface StepProps {
  readonly step: PaymentStep;
  readonly isOpen: boolean;
  readonly onActive: (id: string | undefined) => void;
  readonly onToggle: (id: string) => void;
}

function Step({ step, isOpen, onActive, onToggle }: StepProps) {
  const kind = stepKind(step);
  const took = step.duration_ms ?? step.latency_ms;
  return (
    <>
      <button
        type="button"
        class="step"
        data-step={step.id}
        data-kind={kind}
        aria-expanded={isOpen ? 'true' : 'false'}
        onClick={() => onToggle(step.id)}
        onFocus={() => onActive(step.id)}
        onMouseEnter={() => onActive(step.id)}
        onMouseLeave={() => onActive(undefined)}
      >
        <svg class="mark step-mark" data-kind={kind} width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
          <MarkShape kind={kind} />
        </svg>
        <span class="step-offset" title={step.at}>
          {formatOffset(step.offset_ms)}
        </span>
        <span class="step-service">{step.service}</span>
        <span class="part-level step-level" data-level={step.level}>
          {step.level}
        </span>
        <span class="step-message">
          <bdi>{step.message}</bdi>
          {step.status !== undefined && <span class="step-status">{step.status}</span>}
          {took !== undefined && <span class="step-took">took {formatDuration(took)}</span>}
          {step.error !== undefined && (
            <span class="step-error">
              {[step.error.type, step.error.message].filter((part) => part !== undefined).join(': ')}
            </span>
          )}
        </span>
      </button>
      {isOpen && (
        <div class="step-record">
          <div class="step-links">
            <AppLink change={{ view: { kind: 'context', id: step.id } }}>Records before and after</AppLink>
            {step.trace_id !== undefined && (
              <AppLink change={{ view: { kind: 'trace', id: step.trace_id } }}>Its trace</AppLink>
            )}
          </div>
          <RecordById id={step.id} />
        </div>
      )}
    </>
  );
}
