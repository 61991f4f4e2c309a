import type { SearchHit, WriteOutcome } from '../ports/store.ts';
import type { ReadAnswer, ReadQuestion } from './read-question.ts';
import type { RebuildStep } from './store-rebuild.ts';
import type { CommonOps } from './worker-link.ts';

/** What the store's workers are told at their start. */
export interface StoreWorkerData {
  readonly path: string;
}

/** The documents of one write, packed: source `i` is `lengths[i]` bytes of `bytes`, one after another. */
export interface PackedDocuments {
  readonly ids: readonly string[];
  readonly dataSets: readonly string[];
  readonly timestamps: readonly string[];
  readonly receivedAts: readonly string[];
  readonly lengths: Uint32Array;
  readonly bytes: ArrayBuffer;
}

/** What does not come back as plain `stored`: most writes have none. */
export type WriteExceptions = readonly (readonly [index: number, outcome: WriteOutcome])[];

/** Operations of the worker that writes. */
export type StoreWriterOps = {
  readonly write: { readonly args: PackedDocuments; readonly result: WriteExceptions };
  /** Removes a bounded number of documents of days before `day` (days since 1970). */
  readonly retain: {
    readonly args: { readonly day: number };
    readonly result: { readonly dropped: readonly string[]; readonly more: boolean };
  };
  /** One bounded step of making the index of an older layout anew; undefined when it is whole. */
  readonly rebuild: { readonly args: undefined; readonly result: RebuildStep | undefined };
} & CommonOps;

/** Operations of the worker that reads. */
export type StoreReaderOps = {
  readonly ask: {
    readonly args: { readonly id: number; readonly question: ReadQuestion; readonly timeoutMs: number };
    /** Undefined when it was cancelled, `late` when it took longer than `timeoutMs`. */
    readonly result: ReadAnswer | 'late' | undefined;
  };
  readonly cancel: { readonly args: { readonly id: number }; readonly result: undefined };
  readonly get: { readonly args: { readonly id: string }; readonly result: SearchHit | undefined };
} & CommonOps;
