/** The answer of `GET /api/v1/status`. What cannot be known is null, with a reason beside it. */

/** A part of the pipeline that is up or down. */
export interface DependencyStatus {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly since: string;
  /** Why it is down. */
  readonly reason?: string;
}

/** How far the indexers are behind in one partition. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  readonly lag_records: number;
  readonly lag_seconds: number | null;
}

/** Records of one service in the last minutes. */
export interface ServiceStatus {
  readonly service: string;
  readonly records: number;
  readonly errors: number;
}

/** How the pipeline does. */
export interface StatusDocument {
  readonly now: string;
  readonly version: string;
  readonly ingest: {
    readonly accepted_per_second: number;
    readonly rejected_per_second: number;
    readonly refused_per_second: number;
    readonly window_seconds: number;
  };
  readonly queue: DependencyStatus & {
    readonly lag_records: number | null;
    readonly lag_seconds: number | null;
    readonly lag_reason?: string;
    readonly partitions: readonly PartitionStatus[] | null;
  };
  readonly dead_letters: { readonly count: number | null; readonly reason?: string };
  readonly store: DependencyStatus;
  readonly services_minutes: number;
  readonly services: readonly ServiceStatus[] | null;
  readonly services_reason?: string;
}
