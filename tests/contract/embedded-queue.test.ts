import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { describeQueueContract } from '@paylog/shared/testing/queue-contract';
import { silentLogger } from './embedded-support.ts';

const MIB = 1024 * 1024;

describeQueueContract(
  'embedded',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'paylog-queue-'));
    const queue = createEmbeddedQueue({ dataDir }, silentLogger);
    await queue.start();
    return {
      publisher: () => queue.publisher(),
      consumer: ({ groupId, topics }) => queue.consumer({ group: groupId, topics }),
      topicAdmin: () => queue.topicAdmin(),
      maxMessageBytes: MIB - 2048,
      // Three partitions, one batch each.
      maxDeliveredBytes: 3 * MIB,
      close: async () => {
        await queue.stop();
        await rm(dataDir, { recursive: true });
      },
    };
  },
  { cases: { kill: 'the queue lives in this process: embedded-kill.test.ts kills a child process instead' } },
);
