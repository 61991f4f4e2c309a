import type { StepKind } from './step-kind.ts';

/** What a mark means, in words. */
export const KIND_TEXTS: Readonly<Record<StepKind, string>> = {
  normal: 'step',
  milestone: 'new status',
  warning: 'warning',
  declined: 'decline',
  error: 'error',
};

/** The mark of a step around 0/0: a shape of its own for each kind, so that no one has to tell colors apart. */
export function MarkShape({ kind }: { readonly kind: StepKind }) {
  switch (kind) {
    case 'normal':
      return <circle class="mark-shape" r="5" />;
    case 'milestone':
      return <path class="mark-shape" d="M0-7 7 0 0 7-7 0Z" />;
    case 'warning':
      return (
        <>
          <path class="mark-shape" d="M0-7.5 7.5 6.5H-7.5Z" />
          <path class="mark-sign" d="M0-3V2M0 4V4.6" />
        </>
      );
    case 'declined':
      return (
        <>
          <rect class="mark-shape" x="-7" y="-7" width="14" height="14" rx="2" />
          <path class="mark-sign" d="M-3.5 0H3.5" />
        </>
      );
    case 'error':
      return (
        <>
          <path class="mark-shape" d="M-3.3-8H3.3L8-3.3V3.3L3.3 8H-3.3L-8 3.3V-3.3Z" />
          <path class="mark-sign" d="M-3-3 3 3M3-3-3 3" />
        </>
      );
  }
}
