import { logLevel, type LogEntry, type logCreator } from 'kafkajs';
import type { Logger } from '../ports/logger.ts';

const QUIET_MS = 10_000;
const MAX_REMEMBERED = 200;

/** Of each logger, when a text was logged last: every attempt to reach a broker makes a client of its own. */
const heard = new WeakMap<Logger, Map<string, number>>();

/**
 * Lets kafkajs log through our logger. Its errors become warnings: it reports each attempt, while the adapter reports
 * what came of them. A text that was logged is held back for ten seconds, so that an outage is a line and not a flood.
 */
export function kafkaJsLogCreator(logger: Logger): logCreator {
  const lastLogged = heard.get(logger) ?? new Map<string, number>();
  heard.set(logger, lastLogged);
  return () => (entry: LogEntry) => {
    const { message } = entry.log;
    const error: unknown = entry.log['error'];
    const now = Date.now();
    const key = `${entry.namespace} ${message}`;
    if (now - (lastLogged.get(key) ?? -Infinity) < QUIET_MS) return;
    if (lastLogged.size >= MAX_REMEMBERED) lastLogged.clear();
    lastLogged.set(key, now);
    const fields = { namespace: entry.namespace, clientMessage: message, ...(error === undefined ? {} : { error }) };
    if (entry.level <= logLevel.WARN) logger.warn('message of the Kafka client', fields);
    else logger.debug('message of the Kafka client', fields);
  };
}
