import { createHash } from 'node:crypto';
import { MAX_ID_LENGTH } from '@paylog/shared/record/limits';
import type { SearchPosition } from '@paylog/shared/ports/store';

/** Where the next page begins. `filters` ties the cursor to the filters and the order that it was made with. */
export interface Cursor {
  readonly position: SearchPosition;
  readonly filters: string;
  /** The moment of the first page, which relative times of all pages are before: `-15m` must not move on while somebody reads. */
  readonly nowMs: number;
}

const VERSION = 2;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

/** A short digest of the filters as they were given; the order of names and of list values does not matter. */
export function filtersDigest(filters: readonly (readonly [string, readonly string[]])[]): string {
  const canonical = filters
    .map(([name, values]) => [name, [...values].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url').slice(0, 16);
}

/** Opaque text for the client. It protects from mistakes, not from forgery: a forged one finds nothing that a search would not. */
export function encodeCursor({ position, filters, nowMs }: Cursor): string {
  const parts = [VERSION, position.timestamp, position.id, filters, nowMs];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Undefined when the text is not a cursor of this version. */
export function decodeCursor(text: string): Cursor | undefined {
  const parts = parse(text);
  if (!Array.isArray(parts) || parts.length !== 5) return undefined;
  const [version, timestamp, id, filters, nowMs] = parts as readonly unknown[];
  if (version !== VERSION || !isTime(timestamp) || !isId(id) || typeof filters !== 'string' || !isMoment(nowMs)) {
    return undefined;
  }
  return { position: { timestamp, id }, filters, nowMs };
}

function parse(text: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && TIME.test(value);
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= MAX_ID_LENGTH;
}
