/** Entry of the store's writer thread: the only one that changes `store.db`. */
import { workerData } from 'node:worker_threads';
import type { StoreWorkerData, StoreWriterOps } from './store-ops.ts';
import { StoreWriteDatabase } from './store-write-database.ts';
import { serveWorker } from './worker-host.ts';

serveWorker<StoreWriterOps>(() => {
  const database = new StoreWriteDatabase(workerData as StoreWorkerData);
  return {
    write: (documents) => database.write(documents),
    rebuild: () => database.rebuild(),
    retain: ({ day }) => database.retain(day),
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
