import { createHash } from 'node:crypto';
import type { Batch } from './batches.ts';

/** What decides how lines become records. */
export interface RecordShape {
  readonly service: string | undefined;
  readonly format: 'auto' | 'json' | 'text';
  /** More members of plain lines. */
  readonly fields: Readonly<Record<string, string>>;
}

function digest(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('base64url');
}

/**
 * Names an input so that two inputs never share a name: ids of records are made from it. Inode numbers are used again, and
 * files are truncated and written anew, hence the first line as well.
 */
export function streamIdentity(...parts: readonly (string | number | Buffer)[]): string {
  return digest('stream', ...parts.map((part) => (typeof part === 'number' ? String(part) : part)));
}

/** Digest of how records are made: the same lines sent for another service are other records. */
export function shapeDigest({ service, format, fields }: RecordShape): string {
  return digest('shape', JSON.stringify([service ?? null, format, Object.entries(fields).sort()]));
}

/**
 * `Idempotency-Key` of a batch. The API makes ids of it and of positions in the batch, so that it may neither depend on where
 * the batch ends (the file may have grown when it is sent again) nor be shared by other lines (these would be lost). An open
 * line has a key of its own content: complete, it is another record.
 *
 * @param purpose tells requests apart that begin at the same line
 */
export function batchKey(identity: string, shape: string, batch: Pick<Batch, 'lines' | 'open'>, purpose = ''): string {
  const [first] = batch.lines;
  if (first === undefined) throw new Error('a batch without lines');
  return `paylog-${digest(identity, shape, String(first.offset), first.bytes, batch.open ? 'open' : 'ended', purpose)}`;
}
