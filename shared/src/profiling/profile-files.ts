import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/** What is kept: `cpuprofile` and `heapsnapshot` are also the endings that the tools know. */
export type ProfileKind = 'cpuprofile' | 'heapsnapshot';

export interface ProfileFilesOptions {
  readonly directory: string;
  readonly service: string;
  /** Kept of each kind. */
  readonly maxFiles: number;
}

/** A file that was written, and its size. */
export interface KeptProfile {
  readonly file: string;
  readonly bytes: number;
}

const PARTIAL = '.partial';

/** The profiles of one service in a directory: `<service>.<host>.<time>.<kind>`, readable by their owner only. */
export class ProfileFiles {
  readonly #options: ProfileFilesOptions;

  constructor(options: ProfileFilesOptions) {
    this.#options = options;
  }

  /** Bytes that may still be written. */
  freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#options.directory);
    return bavail * bsize;
  }

  /**
   * Keeps what `write` puts into the file that it is given, which exists, is empty and has mode 0600. Whoever looks at the directory sees
   * whole profiles only. Removes the oldest ones beyond the limit.
   */
  async keep(kind: ProfileKind, nowMs: number, write: (file: string) => void): Promise<KeptProfile> {
    const { directory, service, maxFiles } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#removeBeyond(kind, maxFiles - 1);
    const time = new Date(nowMs).toISOString().replaceAll(':', '-');
    const file = path.join(directory, `${service}.${hostname()}.${time}.${kind}`);
    const partial = file + PARTIAL;
    await (await open(partial, 'wx', 0o600)).close();
    try {
      write(partial);
      renameSync(partial, file);
    } catch (error) {
      rmSync(partial, { force: true });
      throw error;
    }
    return { file, bytes: statSync(file).size };
  }

  /** What a process left half written when it died counts as one. */
  #removeBeyond(kind: ProfileKind, count: number): void {
    const { directory, service } = this.#options;
    const own = readdirSync(directory)
      .filter(
        (name) => name.startsWith(`${service}.`) && (name.endsWith(`.${kind}`) || name.endsWith(`.${kind}${PARTIAL}`)),
      )
      .map((name) => path.join(directory, name))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    for (const file of own.slice(count)) rmSync(file, { force: true });
  }
}
