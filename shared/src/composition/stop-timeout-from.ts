import type { Config } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import { OWN_LOGS_STOP_MS } from '../telemetry/own-logs.ts';

/** For what is neither drained nor published: closing connections and files. */
const CLOSING_MS = 3000;

/**
 * Milliseconds that a process may take to stop: each of its `drains` (HTTP requests; batches from the queue) its budget,
 * then what is still being published, then the connections and the last lines of the own log.
 */
export function stopTimeoutFrom({ timeouts }: Pick<Config<Service>, 'timeouts'>, drains: number): number {
  return drains * timeouts.drainMs + timeouts.publishMs + CLOSING_MS + OWN_LOGS_STOP_MS;
}
