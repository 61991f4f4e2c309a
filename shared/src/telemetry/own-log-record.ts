import type { LogEntry } from './log-entry.ts';

/** Data set of the platform's own records. */
export const OWN_DATA_SET = 'paylog';

/** Fields of a line that are fields of a record as well; everything else stands under `attributes`. */
const RECORD_FIELDS: ReadonlySet<string> = new Set(['error', 'duration_ms', 'request_id', 'trace_id', 'span_id']);

/** JSON text of the record that a line becomes. `host` tells replicas apart. */
export function ownLogRecord(entry: LogEntry, host: string): string {
  const { timestamp, level, message, service, version, fields } = entry;
  const known: [string, unknown][] = [];
  const attributes: [string, unknown][] = [['version', version]];
  for (const [name, value] of Object.entries(fields))
    (RECORD_FIELDS.has(name) ? known : attributes).push([name, value]);
  return JSON.stringify({
    timestamp,
    level,
    message,
    service,
    host,
    ...Object.fromEntries(known),
    attributes: Object.fromEntries(attributes),
  });
}

/** The same without its fields, for a line whose fields do not fit into a record (`fault` is the code of the rule). */
export function bareOwnLogRecord(entry: LogEntry, host: string, fault: string): string {
  const { timestamp, level, message, service, version } = entry;
  return JSON.stringify({ timestamp, level, message, service, host, attributes: { version, fields_left_out: fault } });
}

/**
 * Whether a line tells what became of own records and of no others (field `data_sets`). Such a line never becomes a record: the next
 * failure would be about that one, and so on.
 */
export function isAboutOwnLogs({ fields }: LogEntry): boolean {
  const named = fields['data_sets'];
  return Array.isArray(named) && named.length > 0 && named.every((name) => name === OWN_DATA_SET);
}
