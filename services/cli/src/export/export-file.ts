import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { CliError, describeError } from '../cli-error.ts';

/** Where an export goes. */
export interface ExportTarget {
  write(bytes: Uint8Array): Promise<void>;
  /** Everything was written. */
  finish(): Promise<void>;
  /** It ended early: leaves nothing that looks complete. */
  abandon(): Promise<void>;
}

/** A file that has its name only when it is complete; `<file>.part` until then. Records are for its owner only. */
export class ExportFile implements ExportTarget {
  readonly #path: string;
  readonly #part: string;
  #handle: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#part = `${path}.part`;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#try(async () => {
      this.#handle ??= await open(this.#part, 'w', 0o600);
      await this.#handle.writeFile(bytes);
    });
  }

  async finish(): Promise<void> {
    // Nothing found is a result too: an empty file.
    await this.write(new Uint8Array());
    await this.#try(async () => {
      await this.#handle?.sync();
      await this.#handle?.close();
      await rename(this.#part, this.#path);
    });
  }

  async abandon(): Promise<void> {
    if (this.#handle === undefined) return;
    await this.#handle.close().catch(() => undefined);
    await rm(this.#part, { force: true });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new CliError('failed', `${this.#path} cannot be written: ${describeError(error)}`);
    }
  }
}
