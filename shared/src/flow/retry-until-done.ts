import type { Logger } from '../ports/logger.ts';
import { backoffDelay, sleep, type BackoffOptions } from './backoff.ts';

/** How {@link retryUntilDone} goes about it. */
export interface RetryUntilDoneOptions extends BackoffOptions {
  /** Names what is waited for, in the log. */
  readonly what: string;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Whether it is worth trying again. */
  readonly isTransient: (error: unknown) => boolean;
  /** After each attempt, whatever came of it: a sign of life. */
  readonly onAttempt?: () => void;
}

/**
 * For the start of a process: tries until it works, however long that takes, because something that is down is waited for.
 * Rejects with an error that is not transient. Resolves, undone, when the signal is aborted. Logs when the waiting begins
 * and when it is over.
 */
export async function retryUntilDone(
  action: () => Promise<void>,
  options: RetryUntilDoneOptions,
  logger: Logger,
): Promise<void> {
  const { what, signal, isTransient, onAttempt } = options;
  for (let retry = 0; !signal.aborted; retry += 1) {
    try {
      await action();
      if (retry > 0) logger.info('it is there, going on', { what });
      return;
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (retry === 0) logger.warn('not there yet, waiting for it', { what, error });
    } finally {
      onAttempt?.();
    }
    await sleep(backoffDelay(retry, options), signal);
  }
}
