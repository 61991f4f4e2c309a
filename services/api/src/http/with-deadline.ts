import type { ServerResponse } from 'node:http';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { ClientGoneError } from './client-gone-error.ts';
import { rememberRequest, requestOf } from './request-trace.ts';

/** How long work for a request may take. */
export interface RequestDeadline {
  readonly timeoutMs: number;
  /** Makes what the request is then answered with. */
  readonly onTimeout: () => Error;
}

/** The deadline of everything that asks the store. */
export function storeDeadline(timeoutMs: number): RequestDeadline {
  return { timeoutMs, onTimeout: () => new ProblemError('store_timeout', `no answer within ${timeoutMs} ms`) };
}

/**
 * Runs work for a request and aborts it when the time is over or the client goes away. Settles at that moment, even if the
 * work does not heed its signal. Rejects with what `onTimeout` makes, or with {@link ClientGoneError}.
 */
export async function withDeadline<T>(
  response: ServerResponse,
  { timeoutMs, onTimeout }: RequestDeadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const request = requestOf(response);
  if (request) rememberRequest(controller.signal, request);
  const { promise: stopped, reject } = withReject();
  const stop = (error: Error): void => {
    reject(error);
    controller.abort(error);
  };
  const timer = setTimeout(() => {
    stop(onTimeout());
  }, timeoutMs);
  const onClose = (): void => {
    if (!response.writableFinished) stop(new ClientGoneError());
  };
  response.once('close', onClose);
  try {
    if (response.destroyed) throw new ClientGoneError();
    return await Promise.race([work(controller.signal), stopped]);
  } finally {
    clearTimeout(timer);
    response.off('close', onClose);
  }
}

function withReject(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // Nobody may be listening when it is never raced (the client was gone before the work began).
  promise.catch(() => undefined);
  return { promise, reject };
}
