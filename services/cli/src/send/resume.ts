import type { SendSource } from './send-source.ts';
import type { SendState } from './send-state.ts';

/** Where a send begins. */
export interface Start {
  readonly state: SendState;
  /** For people; undefined when there is nothing to say. */
  readonly note?: string;
  /** Whether the input has nothing that was not sent before. */
  readonly nothingNew: boolean;
  /** Bytes of the file of rejects that are certain; undefined: all of them. */
  readonly keepRejects: number | undefined;
}

/** What the command line says about a send. */
export interface Wanted {
  readonly url: string;
  readonly batch: number;
  readonly rejectsFile: string;
  readonly resume: boolean;
}

/** Decides where to begin: where an earlier send of the same content stopped, else at the beginning. */
export function startOf(source: SendSource, earlier: SendState | undefined, wanted: Wanted): Start {
  const fresh = { state: freshState(source, wanted), nothingNew: false, keepRejects: undefined };
  if (earlier === undefined) return fresh;
  // The same lines once more: in the same batches they get the same ids.
  if (!wanted.resume) {
    const isSame = earlier.head === source.head;
    return isSame ? { ...fresh, state: { ...fresh.state, batch: earlier.batch } } : fresh;
  }
  if (earlier.head !== '' && earlier.head !== source.head) {
    return { ...fresh, note: `${source.name} has other content than before: starting at its beginning` };
  }
  const sent = earlier.offset + earlier.open;
  if (source.size !== undefined && source.size < sent) {
    return { ...fresh, note: `${source.name} is shorter than before: starting at its beginning` };
  }
  if (earlier.complete && sent === source.size) return { ...fresh, state: earlier, nothingNew: true };
  const isUnderWay = !earlier.complete;
  const state: SendState = {
    ...earlier,
    // Counts are those of one run over the input.
    ...(earlier.complete && { accepted: 0, rejected: 0 }),
    head: source.head,
    open: 0,
    complete: false,
    // Batches that were under way begin where they did.
    batch: isUnderWay ? earlier.batch : wanted.batch,
    rejectsFile: wanted.rejectsFile,
  };
  const sameFile = isUnderWay && earlier.rejectsFile === wanted.rejectsFile;
  return {
    state,
    nothingNew: false,
    keepRejects: sameFile ? earlier.rejectsBytes : undefined,
    ...(earlier.offset > 0 && { note: `going on at line ${earlier.line} of ${source.name}` }),
  };
}

function freshState(source: SendSource, { url, batch, rejectsFile }: Wanted): SendState {
  return {
    identity: source.identity,
    source: source.name,
    url,
    head: source.head,
    offset: 0,
    line: 1,
    open: 0,
    batch,
    accepted: 0,
    rejected: 0,
    rejectsFile,
    rejectsBytes: 0,
    complete: false,
  };
}
