/** What became of a payment. */
export type PaymentOutcome = 'succeeded' | 'failed' | 'open';

/**
 * Statuses after which the money has moved. What was refunded or disputed had succeeded before.
 */
const SUCCEEDED: ReadonlySet<string> = new Set([
  ...['captured', 'capture_succeeded', 'succeeded', 'success', 'successful', 'completed', 'complete', 'paid', 'ok'],
  ...['settled', 'settlement_succeeded', 'paid_out', 'refunded', 'partially_refunded', 'refund_succeeded'],
  ...['chargeback', 'charged_back', 'disputed', 'dispute_won', 'dispute_lost', 'partially_captured'],
]);

/** Statuses after which it has not moved, unless it is tried again. */
const FAILED: ReadonlySet<string> = new Set([
  ...['failed', 'failure', 'declined', 'rejected', 'refused', 'denied', 'error', 'errored', 'blocked', 'aborted'],
  ...['canceled', 'cancelled', 'voided', 'expired', 'abandoned', 'timeout', 'timed_out', 'reversed', 'returned'],
  ...['authorization_failed', 'capture_failed', 'settlement_failed', 'authentication_failed'],
]);

/** What a status means, in any case and with any of `-`, `_`, `.` and spaces; statuses that nobody knows leave it open. */
function outcomeOf(status: string): PaymentOutcome {
  const name = status
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_');
  if (SUCCEEDED.has(name)) return 'succeeded';
  return FAILED.has(name) ? 'failed' : 'open';
}

/**
 * The status that a payment has after these, which stand in the order in which they happened. The last one, except that one which
 * leaves it open (`pending`, `authorized`, or an unknown one) does not undo success: such records come late.
 */
export function statusAfter(
  statuses: readonly string[],
): { readonly status: string; readonly outcome: PaymentOutcome } | undefined {
  let current: { readonly status: string; readonly outcome: PaymentOutcome } | undefined;
  for (const status of statuses) {
    const outcome = outcomeOf(status);
    if (outcome !== 'open' || current?.outcome !== 'succeeded') current = { status, outcome };
  }
  return current;
}
