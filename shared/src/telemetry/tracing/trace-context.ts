/** Somebody's place in a trace, from the W3C header `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header). */
export interface TraceContext {
  /** As we pass it on: 55 characters of version 00, whatever came. */
  readonly traceparent: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

// Versions above 00 may append fields, which are not ours to pass on; ff is forbidden.
const TRACEPARENT =
  /^(?:00(?=.{53}$)|(?!00|ff)[0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** Reads the header; undefined when it is absent or malformed, since the standard says to go on without it then. */
export function parseTraceparent(header: string | string[] | undefined): TraceContext | undefined {
  const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  if (!match) return undefined;
  const [, traceId = '', spanId = '', flags = '00'] = match;
  const isSampled = (Number.parseInt(flags, 16) & 1) === 1;
  return { traceparent: `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`, traceId, spanId, isSampled };
}
