import type { PaymentStep } from '../api-types.ts';

/** The steps, with a status only where it is another one than before: services repeat the current status in every record. */
export function statusChanges(steps: readonly PaymentStep[]): readonly PaymentStep[] {
  let current: string | undefined;
  return steps.map((step) => {
    const { status, ...unchanged } = step;
    if (status !== undefined && status === current) return unchanged;
    current = status ?? current;
    return step;
  });
}
