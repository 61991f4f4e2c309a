import type { StoreDocument } from '@paylog/shared/ports/store';

/** Where a record was found to be unfit for the store: in its envelope, in the record itself, or by the store. */
export type FailureStage = 'envelope' | 'prepare' | 'store';

/** One record of a message that holds several. */
export interface FailedPart {
  /** Its position in the message, from 0. */
  readonly index: number;
  /** The record alone, as far as the message could be taken apart; absent when the store rejected it. */
  readonly bytes?: Buffer;
  /** Whether `bytes` are a message that the topic would take. */
  readonly isMessage: boolean;
}

/** Why a message of a batch, or one record of it, becomes a dead letter. */
export interface Failure {
  /** Position of the message in its batch. */
  readonly position: number;
  readonly stage: FailureStage;
  /** A bounded word: an error code of the record rules, or the store's error type. */
  readonly type: string;
  /** For people. */
  readonly reason: string;
  readonly field?: string;
  /** How often the store was asked. */
  readonly attempts: number;
  /** Present when the record got as far as the store. */
  readonly document?: StoreDocument;
  /** Present when the message holds several records: which of them it is. */
  readonly part?: FailedPart;
}
