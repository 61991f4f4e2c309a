import { QueueUnavailableError } from '../errors/queue-unavailable-error.ts';
import type { GroupPosition, TopicDescription, TopicInspector } from '../ports/topic-inspector.ts';
import type { QueueCore } from './queue-core.ts';
import type { QueueExtent, TopicInfo } from './queue-ops.ts';
import { WorkerFaultError } from './worker-link.ts';

/** The only holder of everything, as brokers and replicas are counted. */
const SELF = { leader: 0, replicas: 1, inSync: 1 } as const;

/** A look at topics and groups of the embedded queue. */
export function createEmbeddedTopicInspector(core: QueueCore): TopicInspector {
  const extentsOf = async (
    { partitions }: TopicInfo,
    group: string | undefined,
  ): Promise<readonly (QueueExtent & { readonly partition: number })[]> => {
    try {
      const extents = await core.link.call('extents', { group, parts: partitions.map(({ no }) => no) });
      return extents.map((extent, index) => ({ ...extent, partition: partitions[index]?.partition ?? 0 }));
    } catch (error) {
      if (!(error instanceof WorkerFaultError)) throw error;
      throw new QueueUnavailableError(`the embedded queue cannot be asked: ${error.message}`, { cause: error });
    }
  };
  const describe = async (topic: string): Promise<TopicDescription> => {
    const info = core.topic(topic);
    const extents = info === undefined ? [] : await extentsOf(info, undefined);
    return {
      topic,
      partitions: extents.map(({ partition, low, end }) => ({ partition, ...SELF, low, high: end })),
      retentionMs: undefined,
      maxMessageBytes: info?.maxMessageBytes,
      minInsyncReplicas: undefined,
    };
  };
  const positions = async (topic: string, group: string): Promise<readonly GroupPosition[]> => {
    const info = core.topic(topic);
    if (info === undefined) return [];
    return (await extentsOf(info, group)).map(({ partition, low, end, committed }) => ({
      topic,
      partition,
      committed,
      end,
      // What retention removed, or nobody ever read, is not to be read any more.
      records: Math.max(0, end - Math.max(committed ?? 0, low)),
    }));
  };
  return {
    describe: (topics) => Promise.all(topics.map(describe)),
    positions: async (group, topics) => (await Promise.all(topics.map((topic) => positions(topic, group)))).flat(),
  };
}
