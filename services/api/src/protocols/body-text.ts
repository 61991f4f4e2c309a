import { isAscii, isUtf8 } from 'node:buffer';

/** Text of the bytes from `start` to `end` (exclusive); undefined when they are not UTF-8. */
export type BodyText = (start: number, end: number) => string | undefined;

/** Reads spans of `body` as text. Whether it is UTF-8 is decided once for the whole body, mostly. */
export function bodyText(body: Buffer): BodyText {
  if (isAscii(body)) {
    const text = body.toString('latin1');
    return (start, end) => text.slice(start, end);
  }
  if (isUtf8(body)) return (start, end) => body.toString('utf8', start, end);
  return (start, end) => (isUtf8(body.subarray(start, end)) ? body.toString('utf8', start, end) : undefined);
}
