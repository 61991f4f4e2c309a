import { mkdir, open, stat, truncate, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { redactText } from '@paylog/shared/record/redact';
import { CliError, describeError, hasCode } from '../cli-error.ts';
import type { Reject } from './deliver-batch.ts';

/** One line of the file of rejects, without its line feed. Card data is redacted, as the API does it. */
function rejectText(source: string, { line, fault }: Reject): string {
  const { number, offset, bytes } = line;
  return JSON.stringify({
    source,
    line: number,
    offset,
    code: fault.code,
    ...(fault.field !== undefined && { field: fault.field }),
    message: fault.message,
    ...(!line.tooLong && { text: redactText(bytes.toString('utf8')).text }),
  });
}

/** Collects what was rejected, one JSON object on each line. The file is made with the first reject, readable by its owner. */
export class RejectsFile {
  readonly path: string;
  readonly #source: string;
  #handle: FileHandle | undefined;
  #bytes = 0;

  constructor(file: string, source: string) {
    this.path = path.resolve(file);
    this.#source = source;
  }

  /** Length of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Goes on with a file that is there. What stands behind `keep` belongs to batches that are sent again: it is cut off. */
  async resume(keep: number | undefined): Promise<void> {
    try {
      const { size } = await stat(this.path);
      if (keep !== undefined && size > keep) await truncate(this.path, keep);
      this.#bytes = keep === undefined ? size : Math.min(size, keep);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw failure(error);
    }
  }

  async append(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    try {
      this.#handle ??= await this.#open();
      const text = rejects.map((reject) => `${rejectText(this.#source, reject)}\n`).join('');
      const content = Buffer.from(text);
      await this.#handle.appendFile(content);
      this.#bytes += content.length;
    } catch (error) {
      throw failure(error);
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #open(): Promise<FileHandle> {
    await mkdir(path.dirname(this.path), { recursive: true });
    return open(this.path, 'a', 0o600);
  }
}

function failure(error: unknown): CliError {
  return new CliError('failed', `the file of rejects cannot be written: ${describeError(error)}`);
}
