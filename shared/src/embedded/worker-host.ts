import { parentPort, type Transferable } from 'node:worker_threads';
import { sqlFault, type SqlFault } from './sqlite.ts';

/** What a worker can be asked: for each operation its arguments and its answer. */
export type WorkerOps = Record<string, { readonly args: unknown; readonly result: unknown }>;

/** One question to a worker. */
export interface WorkerRequest {
  readonly id: number;
  readonly op: string;
  readonly args: unknown;
}

/** What a worker says: that it is ready (or cannot be), or an answer. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unable'; readonly fault: SqlFault }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: SqlFault };

/** An answer together with the buffers that move to the other thread instead of being copied. */
export class Transferred<T> {
  readonly value: T;
  readonly buffers: readonly Transferable[];

  constructor(value: T, buffers: readonly Transferable[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** The worker's side of {@link WorkerOps}. */
export type WorkerHandlers<O extends WorkerOps> = {
  readonly [K in keyof O]: (
    args: O[K]['args'],
  ) => O[K]['result'] | Transferred<O[K]['result']> | Promise<O[K]['result'] | Transferred<O[K]['result']>>;
};

/**
 * Serves questions until the other side asks for `close`; then the thread ends, when what else it was doing has been answered.
 * `open` makes the handlers; its failure is told as `unable`.
 */
export function serveWorker<O extends WorkerOps>(open: () => WorkerHandlers<O>): void {
  const port = parentPort;
  if (port === null) throw new Error('This module runs in a worker thread only');
  const say = (reply: WorkerReply, buffers: readonly Transferable[] = []): void => {
    port.postMessage(reply, buffers);
  };
  let handlers: WorkerHandlers<O>;
  try {
    handlers = open();
  } catch (error) {
    say({ kind: 'unable', fault: sqlFault(error) });
    port.close();
    return;
  }
  port.on('message', ({ id, op, args }: WorkerRequest) => {
    void (async () => {
      try {
        const handler = handlers[op];
        if (handler === undefined) throw new Error(`Unknown operation ${op}`);
        const answer = await handler(args);
        if (answer instanceof Transferred) say({ kind: 'result', id, value: answer.value }, answer.buffers);
        else say({ kind: 'result', id, value: answer });
      } catch (error) {
        say({ kind: 'fault', id, fault: sqlFault(error) });
      } finally {
        if (op === 'close') port.close();
      }
    })();
  });
  say({ kind: 'ready' });
}
