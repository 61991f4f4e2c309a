import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CliError, describeError, hasCode } from '../cli-error.ts';
import { streamIdentity } from './stream-identity.ts';

/** An input, looked at but not yet read. */
export interface SendSource {
  /** For people. */
  readonly name: string;
  /** Bytes, as far as that is known. */
  readonly size: number | undefined;
  /** What ids are made from. */
  readonly identity: string;
  /** Digest of the first line; empty while that has no end. */
  readonly head: string;
  /** Tells this input from others that are sent from this machine; undefined when it cannot be read again. */
  readonly key: string | undefined;
  /** The bytes from `offset` on, until the end or until the signal is aborted. Called once. */
  readonly read: (offset: number, signal: AbortSignal) => AsyncIterable<Buffer>;
}

/** What tells one input from another. */
export interface SourceOptions {
  /** Name that the user gave to the input. */
  readonly id: string | undefined;
  readonly hostName: string;
}

/** So much of a first line is looked at. */
const HEAD_BYTES = 65_536;
const LINE_FEED = 10;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** A regular file, which can be read from any place, or what comes from elsewhere (a pipe, a device). */
export async function openSource(
  file: string | undefined,
  stdin: Readable,
  options: SourceOptions,
): Promise<SendSource> {
  if (file === undefined || file === '-') return streamSource(stdin, 'standard input', options);
  try {
    const info = await stat(file);
    if (info.isDirectory()) throw new CliError('usage', `${file} is a directory`);
    if (!info.isFile()) return await streamSource(createReadStream(file), file, options);
    return await fileSource(file, info, options);
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (hasCode(error, 'ENOENT')) throw new CliError('usage', `${file}: no such file`);
    throw new CliError('usage', `${file} cannot be read: ${describeError(error)}`);
  }
}

async function fileSource(
  file: string,
  { dev, ino, size }: { readonly dev: number; readonly ino: number; readonly size: number },
  { id, hostName }: SourceOptions,
): Promise<SendSource> {
  const start = await readStart(file);
  refuseCompressed(file, start);
  const head = headOf(start, start.length < HEAD_BYTES);
  const fullPath = await realpath(file);
  return {
    name: file,
    size,
    head,
    identity:
      id === undefined ? streamIdentity('file', hostName, fullPath, dev, ino, head) : streamIdentity('id', id, head),
    key: id === undefined ? streamIdentity('file', fullPath) : streamIdentity('id', id),
    read: (offset, signal) => closing(createReadStream(file, { start: offset, highWaterMark: 262_144 }), signal),
  };
}

async function streamSource(stream: Readable, name: string, { id }: SourceOptions): Promise<SendSource> {
  if (id === undefined) {
    const read = (offset: number, signal: AbortSignal): AsyncIterable<Buffer> =>
      behind(offset, [], closing(stream, signal));
    return { name, size: undefined, head: '', identity: streamIdentity('once', randomUUID()), key: undefined, read };
  }
  const iterator = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let start = Buffer.alloc(0);
  let ended = false;
  while (!ended && start.length < HEAD_BYTES && !start.includes(LINE_FEED)) {
    const next = await iterator.next();
    ended = next.done === true;
    if (next.done !== true) first.push(next.value);
    start = Buffer.concat(first);
  }
  refuseCompressed(name, start);
  const head = headOf(start.subarray(0, HEAD_BYTES), ended);
  return {
    name,
    size: undefined,
    head,
    identity: streamIdentity('id', id, head),
    key: streamIdentity('id', id),
    read: (offset, signal) => {
      destroyOnAbort(stream, signal);
      return behind(offset, first, { [Symbol.asyncIterator]: () => iterator });
    },
  };
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A first line that has not ended yet may still change: it names nothing. */
function headOf(start: Buffer, isAll: boolean): string {
  const end = start.indexOf(LINE_FEED);
  if (end === -1 && isAll) return '';
  return createHash('sha256')
    .update(end === -1 ? start : start.subarray(0, end))
    .digest('base64url');
}

function refuseCompressed(name: string, start: Buffer): void {
  if (!start.subarray(0, 2).equals(GZIP)) return;
  throw new CliError('usage', `${name} is compressed: zcat ${name} | paylog send --id ${name}`);
}

function destroyOnAbort(stream: Readable, signal: AbortSignal): void {
  const destroy = (): void => void stream.destroy();
  if (signal.aborted) destroy();
  else signal.addEventListener('abort', destroy, { once: true });
}

function closing(stream: Readable, signal: AbortSignal): AsyncIterable<Buffer> {
  destroyOnAbort(stream, signal);
  return stream;
}

/** Leaves out the first bytes. */
async function* behind(offset: number, first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let skip = offset;
  const left = (chunk: Buffer): Buffer => {
    const kept = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - kept.length;
    return kept;
  };
  for (const chunk of first) yield left(chunk);
  for await (const chunk of rest) yield left(chunk);
}
