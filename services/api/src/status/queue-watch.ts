import { QueueUnavailableError } from '@paylog/shared/errors/queue-unavailable-error';
import type { Clock } from '@paylog/shared/ports/clock';
import type { GroupPosition, TopicInspector } from '@paylog/shared/ports/topic-inspector';
import { CachedLook, type Look } from './cached-look.ts';

/** How far the indexers are behind in one partition. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /** Messages that are not settled. */
  readonly lagRecords: number;
  /** At most so old is the oldest of them; undefined when it has been there for longer than we look. */
  readonly lagSeconds: number | undefined;
}

/** What a {@link QueueWatch} works with. */
export interface QueueWatchOptions {
  readonly inspector: TopicInspector;
  /** Consumer group of the indexers, and the topics that it reads. */
  readonly group: string;
  readonly topics: readonly string[];
  readonly deadLetterTopic: string;
  readonly clock: Clock;
  readonly maxAgeMs?: number;
  readonly timeoutMs?: number;
}

interface Sample {
  readonly atMs: number;
  /** Ends of the partitions: everything that was there at this time stands before them. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Open pages that ask in the same seconds cost the brokers one question. */
const MAX_AGE_MS = 3000;
/** The whole status answers within two seconds. */
const TIMEOUT_MS = 1500;
/** Twenty minutes of looks every three seconds. */
const MAX_SAMPLES = 400;

/** Looks at the lag of the indexers and at the dead letters, when somebody asks. */
export class QueueWatch {
  readonly #options: QueueWatchOptions;
  readonly #lag: CachedLook<readonly PartitionStatus[]>;
  readonly #deadLetters: CachedLook<number>;
  readonly #samples: Sample[] = [];
  #settledMs: number | undefined;

  constructor(options: QueueWatchOptions) {
    this.#options = options;
    const { clock, maxAgeMs = MAX_AGE_MS, timeoutMs = TIMEOUT_MS } = options;
    const common = { clock, maxAgeMs, timeoutMs, reasonOf };
    this.#lag = new CachedLook({ ...common, load: () => this.#readLag() });
    this.#deadLetters = new CachedLook({ ...common, load: () => this.#countDeadLetters() });
  }

  /** Never rejects. */
  lag(): Promise<Look<readonly PartitionStatus[]>> {
    return this.#lag.get();
  }

  /** Messages in the dead-letter topic. Never rejects. */
  deadLetters(): Promise<Look<number>> {
    return this.#deadLetters.get();
  }

  /**
   * Everything that was accepted before this time (epoch milliseconds) has been settled; undefined when nobody knows yet. What is
   * known now: asking leads to a new look, so that it moves on for those who ask again.
   */
  settledMs(): number | undefined {
    void this.#lag.get();
    return this.#settledMs;
  }

  async #readLag(): Promise<readonly PartitionStatus[]> {
    const { inspector, group, topics, clock } = this.#options;
    const atMs = clock.now();
    const positions = await inspector.positions(group, topics);
    this.#samples.push({ atMs, ends: new Map(positions.map((position) => [nameOf(position), position.end])) });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    const nowMs = clock.now();
    const partitions = positions.map((position): PartitionStatus => {
      const sinceMs = position.records === 0 ? nowMs : this.#settledSince([position]);
      return {
        topic: position.topic,
        partition: position.partition,
        lagRecords: position.records,
        lagSeconds: sinceMs === undefined ? undefined : Math.max(0, (nowMs - sinceMs) / 1000),
      };
    });
    this.#settledMs = this.#settledSince(positions) ?? this.#settledMs;
    return partitions;
  }

  /** Time of the latest look at which nothing stood behind these positions. */
  #settledSince(positions: readonly GroupPosition[]): number | undefined {
    return this.#samples.findLast(({ ends }) =>
      positions.every((position) => (ends.get(nameOf(position)) ?? 0) <= position.end - position.records),
    )?.atMs;
  }

  async #countDeadLetters(): Promise<number> {
    const { inspector, deadLetterTopic } = this.#options;
    const [description] = await inspector.describe([deadLetterTopic]);
    if (description === undefined || description.partitions.length === 0) {
      throw new QueueUnavailableError(`there is no topic ${deadLetterTopic}`);
    }
    return description.partitions.reduce((sum, { low, high }) => sum + high - low, 0);
  }
}

function nameOf({ topic, partition }: GroupPosition): string {
  return `${topic}/${String(partition)}`;
}

function reasonOf(error: unknown): string {
  return error instanceof QueueUnavailableError ? error.message : 'the queue cannot be asked';
}
