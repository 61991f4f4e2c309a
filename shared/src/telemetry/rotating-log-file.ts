import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { LogEntry, LogLevel, LogSink } from './log-entry.ts';

export interface RotatingLogFileOptions {
  readonly level: LogLevel;
  /** Made when it is missing. */
  readonly directory: string;
  /** `<name>.log`, and `<name>.1.log` ... for older lines. Two processes must not share a name. */
  readonly name: string;
  /** A file that would become larger is put aside. A single longer line stands in a file of its own. */
  readonly maxBytes: number;
  /** Files altogether, the current one counted: the oldest is removed. */
  readonly maxFiles: number;
  /** Called when lines cannot be written, once until they can again. Must not log to this file. */
  readonly onFault: (error: unknown) => void;
}

/** After a failure the file is left alone for this long. */
const RETRY_MS = 10_000;
/** How often is looked whether somebody removed the file. */
const LOOK_MS = 5000;

interface OpenFile {
  readonly descriptor: number;
  size: number;
}

/**
 * Writes lines to files that are bounded in size and number. Nothing is opened before the first line.
 *
 * Each line is written by a system call of its own before `write` returns, which is why this is not winston's File transport: the last
 * lines of a process, written just before it exits, are those that matter, and a stream would still hold them. The own log has few
 * lines, once for each burst of faults, and the call costs some microseconds on a local disk.
 */
export class RotatingLogFile implements LogSink {
  readonly level: LogLevel;
  readonly #options: RotatingLogFileOptions;
  #file: OpenFile | undefined;
  #lookedMs = 0;
  #failedMs: number | undefined;

  constructor(options: RotatingLogFileOptions) {
    this.#options = options;
    this.level = options.level;
  }

  write(_entry: LogEntry, line: string): void {
    const now = performance.now();
    if (this.#failedMs !== undefined && now - this.#failedMs < RETRY_MS) return;
    try {
      const bytes = Buffer.from(`${line}\n`);
      const file = this.#fileFor(bytes.length, now);
      // A disk that fills up takes a part of it.
      for (let at = 0; at < bytes.length;) at += writeSync(file.descriptor, bytes, at);
      file.size += bytes.length;
      this.#failedMs = undefined;
    } catch (error) {
      this.close();
      const isNew = this.#failedMs === undefined;
      this.#failedMs = now;
      if (isNew) this.#options.onFault(error);
    }
  }

  /** The next line opens it again. */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file) closeSync(file.descriptor);
    } catch {
      // The descriptor is gone either way.
    }
  }

  #fileFor(bytes: number, now: number): OpenFile {
    if (this.#file && now - this.#lookedMs >= LOOK_MS) {
      this.#lookedMs = now;
      // Removed, or its directory: lines would go nowhere and still take up the disk.
      if (fstatSync(this.#file.descriptor).nlink === 0) this.close();
    }
    let file = this.#file ?? this.#open();
    if (file.size > 0 && file.size + bytes > this.#options.maxBytes) {
      this.close();
      this.#shift();
      file = this.#open();
    }
    return file;
  }

  #open(): OpenFile {
    mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 });
    // Known at once, so that it is closed when something of the rest fails.
    const file = (this.#file = { descriptor: openSync(this.#path(0), 'a+', 0o640), size: 0 });
    file.size = fstatSync(file.descriptor).size;
    // A full disk, or the end of a process, left half a line: the next one must not become its rest.
    if (file.size > 0 && !endsLine(file)) file.size += writeSync(file.descriptor, '\n');
    return file;
  }

  /** Every file becomes the next older one, the oldest goes. */
  #shift(): void {
    const oldest = this.#options.maxFiles - 1;
    rmSync(this.#path(oldest), { force: true });
    for (let age = oldest - 1; age >= 0; age -= 1) {
      try {
        renameSync(this.#path(age), this.#path(age + 1));
      } catch (error) {
        // There are as many as have been filled so far.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    }
  }

  #path(age: number): string {
    const { directory, name } = this.#options;
    return path.join(directory, age === 0 ? `${name}.log` : `${name}.${String(age)}.log`);
  }
}

function endsLine({ descriptor, size }: OpenFile): boolean {
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last.toString() === '\n';
}
