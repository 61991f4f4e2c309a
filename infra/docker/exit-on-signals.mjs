/**
 * Loaded by the images before anything else (`node --import`). The kernel drops a signal to number 1 of a container for which the process
 * has no handler of its own; Node.js's default ends in such a signal, so that a container that is stopped while it still loads its modules
 * would wait out its whole grace period. As soon as the program listens itself, this does nothing.
 */
import { constants } from 'node:os';

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  });
}
