import type { PaymentStep } from '../api-types.ts';

/** How a step is marked: each kind has a shape and a word of its own, besides its color. */
export type StepKind = 'error' | 'declined' | 'warning' | 'milestone' | 'normal';

/** Statuses that mean that the payment was turned down, as payment platforms write them. */
const DECLINED =
  /^(declined|refused|rejected|blocked|denied|failed|failure|cancell?ed|voided|expired|charged?[-_ ]?back|disputed|soft_declined|hard_declined)$/i;

/** What matters most about a step: an error, then a declined payment, then a warning, then a new status. */
export function stepKind(step: PaymentStep): StepKind {
  if (step.level === 'error' || step.level === 'fatal') return 'error';
  if (isDeclined(step.status)) return 'declined';
  if (step.error !== undefined) return 'error';
  if (step.level === 'warn') return 'warning';
  return step.status === undefined ? 'normal' : 'milestone';
}

/** Whether a status says that the payment, or an attempt at it, came to a bad end. */
export function isDeclined(status: string | undefined): boolean {
  return status !== undefined && DECLINED.test(status);
}

/** The word that stands beside the mark; undefined for what needs none. */
export function stepLabel(step: PaymentStep): string | undefined {
  switch (stepKind(step)) {
    case 'error':
      return step.error?.type ?? step.level;
    case 'declined':
      return step.status ?? 'declined';
    case 'warning':
      return 'warning';
    case 'milestone':
    case 'normal':
      return undefined;
  }
}
