import type { Admin } from 'kafkajs';
import type { PartitionLag } from '../ports/queue.ts';
import type { Assignment, PartitionPlace } from './batch-loop.ts';

/** Asks the broker how far `groupId` is behind in the assigned partitions. */
export async function readLag(
  admin: Admin,
  groupId: string,
  assignment: Assignment,
  placeOf: (topic: string, partition: number) => PartitionPlace | undefined,
): Promise<readonly PartitionLag[]> {
  const topics = Object.keys(assignment);
  if (topics.length === 0) return [];
  const [committed, ends] = await Promise.all([
    admin.fetchOffsets({ groupId, topics }),
    Promise.all(topics.map(async (topic) => ({ topic, partitions: await admin.fetchTopicOffsets(topic) }))),
  ]);
  const nowMs = Date.now();
  const lags: PartitionLag[] = [];
  for (const { topic, partitions } of ends) {
    const offsets = committed.find((entry) => entry.topic === topic)?.partitions ?? [];
    for (const { partition, high, low } of partitions) {
      if (assignment[topic]?.includes(partition) !== true) continue;
      const offset = Number(offsets.find((entry) => entry.partition === partition)?.offset ?? -1);
      // No commit, or one that retention has overtaken: reading goes on at the oldest message.
      const records = Math.max(0, Number(high) - Math.max(offset, Number(low)));
      lags.push({ topic, partition, records, seconds: records === 0 ? 0 : ageOf(placeOf(topic, partition), nowMs) });
    }
  }
  return lags;
}

/**
 * Age of the oldest message that is not committed. It is the first unsettled one of the batch at hand; between two
 * batches it is estimated: not older than the moment when the partition's end was reached (or, of one that was taken over, about as old
 * as that moment at least), else about as old as the last message that was read.
 */
function ageOf(place: PartitionPlace | undefined, nowMs: number): number {
  if (place === undefined) return 0;
  const { run, reachedEnd, endedMs, lastTimestampMs } = place;
  const sinceMs = run?.oldestUnsettledMs ?? (run !== undefined || reachedEnd ? Math.max(endedMs, 0) : lastTimestampMs);
  return sinceMs === 0 ? 0 : Math.max(0, (nowMs - sinceMs) / 1000);
}
