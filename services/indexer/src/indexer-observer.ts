import type { PartitionLag } from '@paylog/shared/ports/queue';
import type { BulkReport } from './bulk-batcher.ts';
import type { Failure } from './failure.ts';

/** Who counts what the indexer does. Called per batch, bulk or dead letter, never per stored record. */
export interface IndexerObserver {
  settled(stored: number, duplicate: number): void;
  /** One record was settled by its dead letter. */
  deadLettered(failure: Failure): void;
  /** Card numbers and verification codes found in records of direct producers. */
  redacted(pan: number, cvv: number): void;
  bulk(report: BulkReport): void;
  /** So many documents are sent again because of errors of this type. */
  retried(type: string, documents: number): void;
  lag(lag: PartitionLag): void;
  /** So many partitions are this indexer's. */
  owned(partitions: number): void;
}
