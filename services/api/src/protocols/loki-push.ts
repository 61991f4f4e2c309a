/** What a push to Loki says, whichever of its two encodings it came in. */
import type { RecordFault } from '@paylog/shared/record/fault';

/** One log line. */
export interface LokiEntry {
  /** 30-character form. */
  readonly timestamp: string;
  readonly line: string;
  /** Structured metadata. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Lines of one source; a fault stands for an entry that cannot be read. */
export interface LokiStream {
  readonly labels: ReadonlyMap<string, string>;
  readonly entries: readonly (LokiEntry | RecordFault)[];
}

export const NO_METADATA: ReadonlyMap<string, string> = new Map();
