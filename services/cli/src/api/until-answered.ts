import { backoffDelay, sleep } from '@paylog/shared/flow/backoff';
import { CliError } from '../cli-error.ts';
import { type ApiAnswer, type ApiClient, type ApiRequest, NoAnswerError } from './api-client.ts';
import { problemText } from './problem-text.ts';

/** How long to go on, and who wants to know. */
export interface RetryOptions {
  /** Milliseconds from the first failure on; 0 for one attempt only. */
  readonly retryForMs: number;
  readonly signal: AbortSignal;
  readonly onRetry?: ((reason: string, waitMs: number) => void) | undefined;
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
}

const BACKOFF = { minMs: 250, maxMs: 15_000 };

/** Timeout, too early, too many requests. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether another attempt may get another status: 501 and 505 are answers about the request, not about the moment. */
export function isRetryable(status: number): boolean {
  return RETRYABLE.has(status) || (status >= 500 && status !== 501 && status !== 505);
}

/**
 * Sends until there is an answer that another attempt would not change. Waits longer and longer, at random, and never shorter
 * than `Retry-After` says. Throws `CliError` `unavailable` when that takes too long, and the signal's reason.
 */
export async function untilAnswered(client: ApiClient, request: ApiRequest, options: RetryOptions): Promise<ApiAnswer> {
  const { retryForMs, signal, onRetry, backoff = BACKOFF } = options;
  let firstFailureMs: number | undefined;
  for (let retry = 0; ; retry += 1) {
    const outcome = await attempt(client, request, signal);
    if ('answer' in outcome) return outcome.answer;
    firstFailureMs ??= Date.now();
    const leftMs = firstFailureMs + retryForMs - Date.now();
    if (leftMs <= 0) throw new CliError('unavailable', outcome.reason);
    const waitMs = Math.min(leftMs, Math.max(outcome.retryAfterMs ?? 0, backoffDelay(retry, backoff)));
    onRetry?.(outcome.reason, waitMs);
    await sleep(waitMs, signal);
    signal.throwIfAborted();
  }
}

type Outcome = { readonly answer: ApiAnswer } | { readonly reason: string; readonly retryAfterMs?: number | undefined };

async function attempt(client: ApiClient, request: ApiRequest, signal: AbortSignal): Promise<Outcome> {
  try {
    const answer = await client.send(request, signal);
    if (!isRetryable(answer.status)) return { answer };
    return { reason: `${client.url}: ${problemText(answer)}`, retryAfterMs: answer.retryAfterMs };
  } catch (error) {
    if (error instanceof NoAnswerError) return { reason: error.message };
    throw error;
  }
}
