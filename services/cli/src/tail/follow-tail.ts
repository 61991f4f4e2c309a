import { backoffDelay, sleep } from '@paylog/shared/flow/backoff';
import { type ApiClient, NoAnswerError } from '../api/api-client.ts';
import { openedStream } from '../api/opened-stream.ts';
import { readEvents, type StreamEvent } from './event-reader.ts';

/** Who wants to know what happens to the connection. */
export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Called when there is no connection, with the reason; then `onBack` when there is one again. */
  readonly onAway: (reason: string) => void;
  readonly onBack: () => void;
  /** Times between two attempts to connect. */
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
}

/** The server says something every 15 s. */
const SILENCE_MS = 45_000;

/** A server that is away is waited for, however long that takes. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

const BACKOFF = { minMs: 500, maxMs: 15_000 };

/**
 * The events of a stream, over as many connections as it takes: each goes on behind the last event of the one before. Ends never;
 * throws `CliError` when the server refuses it, and the signal's reason.
 */
export async function* followTail(
  client: ApiClient,
  path: string,
  { signal, onAway, onBack, backoff = BACKOFF }: FollowOptions,
): AsyncGenerator<StreamEvent> {
  let lastEventId = '';
  const connection = { isAway: false };
  const away = (reason: string): void => {
    if (!connection.isAway) onAway(reason);
    connection.isAway = true;
  };
  for (;;) {
    const headers = { accept: 'text/event-stream', ...(lastEventId !== '' && { 'last-event-id': lastEventId }) };
    const request = { method: 'GET', path, headers } as const;
    const retry = { retryForMs: FOREVER_MS, signal, onRetry: away, backoff };
    const { chunks } = await openedStream(client, request, SILENCE_MS, retry);
    if (connection.isAway) onBack();
    connection.isAway = false;
    try {
      for await (const event of readEvents(chunks)) {
        if (event.id !== '') lastEventId = event.id;
        yield event;
      }
      // The server stops; another one, or the same, is there soon.
      away(`${client.url}: the server ended the stream`);
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      away(error.message);
    }
    // Many clients lose their streams in the same moment.
    await sleep(backoffDelay(0, backoff), signal);
    signal.throwIfAborted();
  }
}
