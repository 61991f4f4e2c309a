import type { Admin } from 'kafkajs';
import { QueueUnavailableError } from '../errors/queue-unavailable-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { TopicAdmin, TopicSettings } from '../ports/queue.ts';
import { ADMIN_REQUEST_TIMEOUT_MS, withAdmin } from './kafka-admin-session.ts';
import { describeKafkaError, isTransientTopicError } from './kafka-error.ts';
import type { KafkaConnectionOptions } from './kafka-options.ts';

const MAX_DEFAULT_REPLICATION = 3;

/** Administration of topics through kafkajs. Connects for each call, and disconnects after it. */
export function createKafkaTopicAdmin(options: KafkaConnectionOptions, logger: Logger): TopicAdmin {
  return {
    async ensureTopics(topics: readonly TopicSettings[], create: boolean): Promise<void> {
      await withAdmin(options, logger, (admin) => ensure(admin, topics, create, logger));
    },
  };
}

async function ensure(admin: Admin, topics: readonly TopicSettings[], create: boolean, logger: Logger): Promise<void> {
  const { existing, brokers } = await look(admin);
  const failures: string[] = [];
  const madeElsewhere: string[] = [];
  for (const settings of topics) {
    const { topic } = settings;
    if (existing.has(topic)) continue;
    if (!create) failures.push(`${topic}: does not exist, and creating topics is not allowed`);
    else {
      try {
        const made = await createTopic(admin, settings, brokers);
        if (made === undefined) madeElsewhere.push(topic);
        else logger.info('created a topic', made);
      } catch (error) {
        const failure = `${topic}: ${describeKafkaError(error)}`;
        if (isTransientTopicError(error)) throw new QueueUnavailableError(failure, { cause: error });
        failures.push(failure);
      }
    }
  }
  if (failures.length > 0) throw new Error(`Topics are missing and could not be created: ${failures.join('; ')}`);
  if (madeElsewhere.length > 0) await assertKnown(admin, madeElsewhere);
}

/** The controller knows a topic before the brokers do: whoever writes to it too early is told that it does not exist. */
async function assertKnown(admin: Admin, topics: readonly string[]): Promise<void> {
  const { existing } = await look(admin);
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0) throw new QueueUnavailableError(`Brokers do not know yet: ${missing.join(', ')}`);
}

async function look(admin: Admin): Promise<{ existing: ReadonlySet<string>; brokers: number }> {
  try {
    await admin.connect();
    const [topics, cluster] = await Promise.all([admin.listTopics(), admin.describeCluster()]);
    return { existing: new Set(topics), brokers: cluster.brokers.length };
  } catch (error) {
    throw new QueueUnavailableError(`Kafka cannot be asked for its topics: ${describeKafkaError(error)}`, {
      cause: error,
    });
  }
}

/** What was made; undefined when another process was faster. */
async function createTopic(
  admin: Admin,
  settings: TopicSettings,
  brokers: number,
): Promise<Record<string, unknown> | undefined> {
  const { topic, partitions, retentionMs, maxMessageBytes, stampedByQueue = false } = settings;
  const replicationFactor = settings.replicationFactor ?? Math.min(brokers, MAX_DEFAULT_REPLICATION);
  const minInsyncReplicas = settings.minInsyncReplicas ?? Math.max(1, replicationFactor - 1);
  const configEntries = [
    { name: 'retention.ms', value: String(retentionMs) },
    { name: 'max.message.bytes', value: String(maxMessageBytes) },
    { name: 'min.insync.replicas', value: String(minInsyncReplicas) },
    ...(stampedByQueue ? [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] : []),
  ];
  const isMade = await admin.createTopics({
    waitForLeaders: true,
    timeout: ADMIN_REQUEST_TIMEOUT_MS,
    topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
  });
  if (!isMade) return undefined;
  return { topic, partitions, replicationFactor, minInsyncReplicas, retentionMs, maxMessageBytes, stampedByQueue };
}
