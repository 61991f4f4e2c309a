/** Where a stream of events stands: the `id:` of its events, and what comes back as `Last-Event-ID`. */
export interface EventPosition {
  /** Names the stream to the process that remembers it. */
  readonly stream: string;
  /** Number of the event in its stream. */
  readonly sequence: number;
  /** Everything that could be found at this time (epoch milliseconds) had been sent: for a process that does not know the stream. */
  readonly reachedMs: number;
  /** Nothing that arrived before is wanted. */
  readonly sinceMs: number;
}

const FORM = /^([A-Za-z0-9_-]{16})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/;

export function encodePosition({ stream, sequence, reachedMs, sinceMs }: EventPosition): string {
  return [stream, sequence, reachedMs, sinceMs].join('.');
}

/** Undefined when the text is none of ours. */
export function decodePosition(text: string): EventPosition | undefined {
  const [, stream, sequence, reachedMs, sinceMs] = FORM.exec(text) ?? [];
  if (stream === undefined) return undefined;
  return { stream, sequence: Number(sequence), reachedMs: Number(reachedMs), sinceMs: Number(sinceMs) };
}
