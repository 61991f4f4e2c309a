/** `application/json`: one record as an object, or an array of them. Elements are found by their brackets, not parsed here. */
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { SpanBatch } from './record-batch.ts';

const [QUOTE, BACKSLASH, COMMA, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [34, 92, 44, 91, 93, 123, 125];

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/** First byte that counts: behind a byte order mark and white space. */
function contentStart(body: Buffer): number {
  let at = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  while (isSpace(body[at])) at += 1;
  return at;
}

function contentEnd(body: Buffer): number {
  let at = body.length;
  while (at > 0 && isSpace(body[at - 1])) at -= 1;
  return at;
}

const malformed = (detail: string): ProblemError => new ProblemError('malformed_body', detail);

/** Divides a JSON body into records. A record that is broken inside is left for the check of records, its neighbors unharmed. */
export function splitJson(body: Buffer, maxRecords: number): SpanBatch {
  const start = contentStart(body);
  const end = contentEnd(body);
  if (start >= end) throw malformed('the body is empty: send a record, or an array of records');
  if (body[start] === OPEN_BRACKET) return splitArray(body, start, end, maxRecords);
  if (body[start] !== OPEN_BRACE) throw malformed('the body must be a JSON object or an array of objects');
  return { body, spans: [start, end] };
}

/** Byte behind the string that begins at `at`. */
function skipString(body: Buffer, at: number, end: number): number {
  let next = at + 1;
  while (next < end && body[next] !== QUOTE) next += body[next] === BACKSLASH ? 2 : 1;
  return next + 1;
}

function splitArray(body: Buffer, start: number, end: number, maxRecords: number): SpanBatch {
  const spans: number[] = [];
  let depth = 0;
  let elementStart = start + 1;
  let at = start + 1;
  while (at < end) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = skipString(body, at, end);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || (byte === CLOSE_BRACKET && depth > 0)) depth -= 1;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACKET)) {
      const isEmpty = pushTrimmed(body, spans, elementStart, at);
      if (isEmpty && (byte === COMMA || spans.length > 0))
        throw malformed(`the array has an empty element at byte ${at}`);
      if (spans.length > maxRecords * 2) throw tooMany(maxRecords);
      if (byte === CLOSE_BRACKET) {
        if (at + 1 === end) return { body, spans };
        throw malformed(`text after the array at byte ${at + 1}`);
      }
      elementStart = at + 1;
    }
    if (depth < 0) throw malformed(`a bracket too many at byte ${at}`);
    at += 1;
  }
  throw malformed('the array is not closed: the body may be cut off');
}

/** Adds the span without white space around it; answers true, and adds nothing, when nothing is left. */
function pushTrimmed(body: Buffer, spans: number[], from: number, to: number): boolean {
  let start = from;
  let end = to;
  while (start < end && isSpace(body[start])) start += 1;
  while (end > start && isSpace(body[end - 1])) end -= 1;
  if (start === end) return true;
  spans.push(start, end);
  return false;
}

function tooMany(maxRecords: number): ProblemError {
  return new ProblemError('too_many_records', `at most ${maxRecords} records in one request`);
}

/** Divides an NDJSON body (one record on each line; CRLF, empty lines and a missing last line feed are fine). */
export function splitNdjson(body: Buffer, maxRecords: number): SpanBatch {
  const spans: number[] = [];
  let start = contentStart(body);
  while (start < body.length) {
    const lineFeed = body.indexOf(10, start);
    const end = lineFeed === -1 ? body.length : lineFeed;
    pushTrimmed(body, spans, start, end);
    if (spans.length > maxRecords * 2) throw tooMany(maxRecords);
    start = end + 1;
  }
  return { body, spans };
}
