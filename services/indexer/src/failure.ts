import type { StoreDocument } from '@paylog/shared/ports/store';

/** Where a record was found to be unfit for the store: in its envelope, in the record itself, or by the store. */
export type FailureStage = 'envelope' | 'prepare' | 'store';

/** Why one message of a batch becomes a dead letter. */
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
}
