import { type Line, LineSplitter } from './line-splitter.ts';

/** Lines that are sent in one request. Which ones they are follows from where the batch begins, and from the bounds. */
export interface Batch {
  readonly lines: readonly Line[];
  /** Position of the first byte behind it, and the number of the line there. */
  readonly next: { readonly offset: number; readonly number: number };
  /** Whether it is a last line without line feed: the input may grow, and the line with it. */
  readonly open: boolean;
}

/** How an input is divided. */
export interface BatchOptions {
  readonly start: { readonly offset: number; readonly number: number };
  readonly maxLines: number;
  /** Bytes of lines; a single line may be longer. */
  readonly maxBytes: number;
  readonly maxLineBytes: number;
  /**
   * For live input: lines wait no longer than this for others. Absent: batches are always full, so that they begin at the same
   * places when the input is read once more.
   */
  readonly lingerMs?: number | undefined;
}

const WAITED = Symbol('waited');

/** Divides an input into batches, as far as somebody asks for them. */
export async function* batches(chunks: AsyncIterable<Buffer>, options: BatchOptions): AsyncGenerator<Batch> {
  const { start, maxLines, maxBytes, maxLineBytes, lingerMs } = options;
  const splitter = new LineSplitter(start.offset, start.number, maxLineBytes);
  const iterator = chunks[Symbol.asyncIterator]();
  let lines: Line[] = [];
  let bytes = 0;
  const take = (next: Batch['next'], open = false): Batch => {
    const batch = { lines, next, open };
    lines = [];
    bytes = 0;
    return batch;
  };
  try {
    let pending = iterator.next();
    for (;;) {
      const result = lines.length > 0 && lingerMs !== undefined ? await within(pending, lingerMs) : await pending;
      if (result === WAITED) {
        yield take(splitter.position);
        continue;
      }
      if (result.done === true) break;
      for (const line of splitter.push(result.value)) {
        const full = lines.length === maxLines || (lines.length > 0 && bytes + line.bytes.length > maxBytes);
        if (full) yield take({ offset: line.offset, number: line.number });
        lines.push(line);
        bytes += line.bytes.length;
      }
      pending = iterator.next();
    }
    const [last] = splitter.end();
    if (lines.length > 0) yield take(last ? { offset: last.offset, number: last.number } : splitter.position);
    if (last) {
      lines = [last];
      yield take(splitter.position, true);
    }
  } finally {
    await iterator.return?.();
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof WAITED> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<typeof WAITED>((resolve) => {
    timer = setTimeout(resolve, ms, WAITED);
  });
  try {
    return await Promise.race([promise, waited]);
  } finally {
    clearTimeout(timer);
  }
}
