import type { LogRecord } from '../api-types.ts';

/** Finds what somebody sent: all but what the platform tells of itself. */
export const WITHOUT_OWN_LOGS = '-data_set:paylog';

const OWN_SERVICES: ReadonlySet<string> = new Set(['paylog', 'paylog-api', 'paylog-indexer']);

/** Whether it seems to be a record of the platform's own log. */
export function isOwnLog({ service }: LogRecord): boolean {
  return OWN_SERVICES.has(service);
}
