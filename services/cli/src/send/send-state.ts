import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CliError, describeError, hasCode } from '../cli-error.ts';

/** How far an input was sent. */
export interface SendState {
  /** Name that ids are made from. */
  readonly identity: string;
  /** What was sent, for people. */
  readonly source: string;
  readonly url: string;
  /** Digest of the first line: another one means other content. */
  readonly head: string;
  /** Every line before this byte is accepted or rejected. */
  readonly offset: number;
  /** Number of the line that begins there. */
  readonly line: number;
  /** Bytes behind `offset` that were sent as a last line without line feed. */
  readonly open: number;
  /** Bounds of batches: they decide where batches begin that were under way. */
  readonly batch: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Length of the file of rejects when this was written. */
  readonly rejectsFile: string | undefined;
  readonly rejectsBytes: number;
  /** Whether the end of the input was reached. */
  readonly complete: boolean;
}

const VERSION = 1;

/** A small file that says how far an input was sent. Replaced as a whole, so that it is never half written. */
export class StateFile {
  readonly #path: string;
  #isDirectoryThere = false;

  constructor(file: string) {
    this.#path = file;
  }

  get path(): string {
    return this.#path;
  }

  /** Undefined when there is none, or none that can be used: sending everything again stores nothing twice. */
  async read(): Promise<SendState | undefined> {
    let content: string;
    try {
      content = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw new CliError('usage', `the state file cannot be read: ${describeError(error)}`);
    }
    return parseState(content);
  }

  async write(state: SendState): Promise<void> {
    const temporary = `${this.#path}.${randomUUID()}.tmp`;
    try {
      if (!this.#isDirectoryThere) await mkdir(path.dirname(this.#path), { recursive: true, mode: 0o700 });
      this.#isDirectoryThere = true;
      await writeFile(temporary, `${JSON.stringify({ version: VERSION, ...state })}\n`, { mode: 0o600 });
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw new CliError('failed', `the state file cannot be written: ${describeError(error)}`);
    }
  }
}

const TEXTS = ['identity', 'source', 'url', 'head'] as const;
const NUMBERS = ['offset', 'line', 'open', 'batch', 'accepted', 'rejected', 'rejectsBytes'] as const;

/** Undefined when the text is not a state of this version. */
export function parseState(content: string): SendState | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const state = parsed as Readonly<Record<string, unknown>>;
  const good =
    state['version'] === VERSION &&
    TEXTS.every((name) => typeof state[name] === 'string') &&
    NUMBERS.every((name) => Number.isSafeInteger(state[name]) && Number(state[name]) >= 0) &&
    typeof state['complete'] === 'boolean' &&
    (state['rejectsFile'] === undefined || typeof state['rejectsFile'] === 'string');
  return good ? (state as unknown as SendState) : undefined;
}
