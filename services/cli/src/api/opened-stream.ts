import { backoffDelay, sleep } from '@paylog/shared/flow/backoff';
import { CliError } from '../cli-error.ts';
import { type ApiClient, type ApiRequest, type ApiStream, NoAnswerError } from './api-client.ts';
import { problemText } from './problem-text.ts';
import { queryRefusal } from './query-refusal.ts';
import { isRetryable, type RetryOptions } from './until-answered.ts';

const BACKOFF = { minMs: 250, maxMs: 15_000 };

/** Longest problem document that is read. */
const MAX_PROBLEM = 65_536;

/**
 * Opens a stream, again and again while another attempt may help, as `untilAnswered` does. Resolves with one of status 200; throws
 * `CliError` otherwise, and the signal's reason.
 */
export async function openedStream(
  client: ApiClient,
  request: ApiRequest,
  silenceMs: number,
  { retryForMs, signal, onRetry, backoff = BACKOFF }: RetryOptions,
): Promise<ApiStream> {
  const startedMs = Date.now();
  for (let retry = 0; ; retry += 1) {
    let reason: string;
    let retryAfterMs = 0;
    try {
      const stream = await client.open(request, signal, silenceMs);
      if (stream.status === 200) return stream;
      const answer = { status: stream.status, text: await textOf(stream) };
      reason = `${client.url}: ${problemText(answer)}`;
      if (!isRetryable(stream.status)) {
        throw queryRefusal(client.url, answer, queryIn(request.path)) ?? new CliError('failed', reason);
      }
      retryAfterMs = stream.retryAfterMs ?? 0;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      reason = error.message;
    }
    const leftMs = startedMs + retryForMs - Date.now();
    if (leftMs <= 0) throw new CliError('unavailable', reason);
    const waitMs = Math.min(leftMs, Math.max(retryAfterMs, backoffDelay(retry, backoff)));
    onRetry?.(reason, waitMs);
    await sleep(waitMs, signal);
    signal.throwIfAborted();
  }
}

/** The query that a path asks for. */
function queryIn(path: string): string | undefined {
  const [, parameters = ''] = path.split('?');
  return new URLSearchParams(parameters).get('query') ?? undefined;
}

async function textOf({ chunks }: ApiStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_PROBLEM) break;
  }
  return text;
}
