// Of this name Node.js sees no export in a CommonJS module.
import kafkajs, { type Admin } from 'kafkajs';
import { QueueUnavailableError } from '../errors/queue-unavailable-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { GroupPosition, TopicDescription, TopicInspector } from '../ports/topic-inspector.ts';
import { withAdmin } from './kafka-admin-session.ts';
import { describeKafkaError } from './kafka-error.ts';
import type { KafkaConnectionOptions } from './kafka-options.ts';

/** A look at topics and groups through kafkajs. Connects for each call, and disconnects after it. */
export function createKafkaTopicInspector(options: KafkaConnectionOptions, logger: Logger): TopicInspector {
  const ask = async <T>(question: (admin: Admin, existing: ReadonlySet<string>) => Promise<T>): Promise<T> => {
    try {
      return await withAdmin(options, logger, async (admin) => {
        await admin.connect();
        return question(admin, new Set(await admin.listTopics()));
      });
    } catch (error) {
      throw new QueueUnavailableError(`Kafka cannot be asked for its topics: ${describeKafkaError(error)}`, {
        cause: error,
      });
    }
  };
  return {
    describe: (topics) =>
      ask((admin, existing) =>
        Promise.all(topics.map(async (topic) => (existing.has(topic) ? describe(admin, topic) : missing(topic)))),
      ),
    positions: (group, topics) =>
      ask(async (admin, existing) => {
        const there = topics.filter((topic) => existing.has(topic));
        return there.length === 0 ? [] : positions(admin, group, there);
      }),
  };
}

function missing(topic: string): TopicDescription {
  return {
    topic,
    partitions: [],
    retentionMs: undefined,
    maxMessageBytes: undefined,
    minInsyncReplicas: undefined,
  };
}

async function describe(admin: Admin, topic: string): Promise<TopicDescription> {
  const [metadata, offsets, settings] = await Promise.all([
    admin.fetchTopicMetadata({ topics: [topic] }),
    admin.fetchTopicOffsets(topic),
    settingsOf(admin, topic),
  ]);
  const places = new Map(
    offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
  );
  const partitions = (metadata.topics[0]?.partitions ?? [])
    .map(({ partitionId, leader, replicas, isr }) => ({
      partition: partitionId,
      leader: leader < 0 ? undefined : leader,
      replicas: replicas.length,
      inSync: isr.length,
      ...(places.get(partitionId) ?? { low: 0, high: 0 }),
    }))
    .sort((a, b) => a.partition - b.partition);
  return {
    topic,
    partitions,
    retentionMs: settings.get('retention.ms'),
    maxMessageBytes: settings.get('max.message.bytes'),
    minInsyncReplicas: settings.get('min.insync.replicas'),
  };
}

/** Numbers among the settings of a topic; none where the cluster does not let us look. */
async function settingsOf(admin: Admin, topic: string): Promise<ReadonlyMap<string, number>> {
  const configNames = ['retention.ms', 'max.message.bytes', 'min.insync.replicas'];
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames }],
    });
    return new Map(
      (resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, Number(configValue)]),
    );
  } catch {
    return new Map();
  }
}

async function positions(admin: Admin, group: string, topics: readonly string[]): Promise<GroupPosition[]> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
  const found: GroupPosition[] = [];
  for (const topic of topics) {
    const offsets = new Map(
      committed
        .find((entry) => entry.topic === topic)
        ?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
    );
    const ends = [...(await admin.fetchTopicOffsets(topic))].sort((a, b) => a.partition - b.partition);
    for (const { partition, low, high } of ends) {
      const offset = offsets.get(partition) ?? -1;
      found.push({
        topic,
        partition,
        committed: offset < 0 ? undefined : offset,
        end: Number(high),
        // No commit, or one that retention has overtaken: reading goes on at the oldest message.
        records: Math.max(0, Number(high) - Math.max(offset, Number(low))),
      });
    }
  }
  return found;
}
