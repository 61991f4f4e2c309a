/** Entry of the queue's worker thread: owns `queue.db`. */
import { workerData } from 'node:worker_threads';
import { QueueDatabase } from './queue-database.ts';
import type { QueueOps, QueueWorkerData } from './queue-ops.ts';
import { serveWorker, Transferred } from './worker-host.ts';

serveWorker<QueueOps>(() => {
  const database = new QueueDatabase(workerData as QueueWorkerData);
  return {
    transact: ({ appends, commits }) => database.transact(appends, commits, Date.now()),
    read: ({ no, offset, maxBytes, maxCount }) => {
      const read = database.read(no, offset, maxBytes, maxCount);
      return new Transferred(read, [read.payload]);
    },
    topics: () => database.topics(),
    makeTopics: (topics) => database.makeTopics(topics),
    positions: ({ group, parts }) => database.positions(group, parts, Date.now()),
    extents: ({ group, parts }) => database.extents(group, parts),
    retain: ({ nowMs }) => database.retain(nowMs),
    probe: () => {
      database.probe(Date.now());
      return undefined;
    },
    close: () => {
      database.close();
      return undefined;
    },
  };
});
