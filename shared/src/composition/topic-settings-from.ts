import type { Config } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import type { TopicSettings } from '../ports/queue.ts';

/** The topics that a process needs, with the settings for those that do not exist yet. */
export function topicSettingsFrom({ topics }: Pick<Config<Service>, 'topics'>): readonly TopicSettings[] {
  const { partitions, replicationFactor, minInsyncReplicas, retentionMs, maxBatchBytes } = topics;
  const common = {
    partitions,
    maxMessageBytes: maxBatchBytes,
    ...(replicationFactor !== undefined && { replicationFactor }),
    ...(minInsyncReplicas !== undefined && { minInsyncReplicas }),
  };
  return [
    { ...common, topic: topics.records, retentionMs },
    { ...common, topic: topics.direct, retentionMs, stampedByQueue: true },
    { ...common, topic: topics.deadLetters, retentionMs: topics.deadLetterRetentionMs },
  ];
}
