import type { Writable } from 'node:stream';
import { createLogger as createWinston, format, transports } from 'winston';
import type { LogFields, Logger } from '../ports/logger.ts';
import { logValue } from './log-value.ts';
import { readVersion } from './version.ts';

export interface LoggerOptions {
  /** Least severe level that is written. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Name of the process: `paylog-api`, `paylog-indexer`, `paylog`. */
  readonly service: string;
  /** Where the lines go; standard output when absent. */
  readonly destination?: Writable;
}

/** Members that every line has; a field of the same name gets an underscore. */
const RESERVED = new Set(['timestamp', 'level', 'message', 'service', 'version']);

const MESSAGE = Symbol.for('message');

/**
 * The services' own log: one JSON object on each line, in the form of a record of this product (so that it can be sent to
 * it): timestamp, level, message, service, version, then the fields. Texts are bounded, errors carry their causes, cycles
 * are cut, members that are named like a secret are masked. Logging never throws.
 */
export function createLogger({ level, service, destination }: LoggerOptions): Logger {
  const version = readVersion();
  const line = format((info) => {
    const fields = info['fields'] as LogFields | undefined;
    info[MESSAGE] = JSON.stringify({
      timestamp: new Date().toISOString(),
      level: info.level,
      message: info.message,
      service,
      version,
      ...(fields && shownFields(fields)),
    });
    return info;
  });
  const transport = destination
    ? new transports.Stream({ stream: destination, eol: '\n' })
    : new transports.Console({ eol: '\n' });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston declares its transports as interfaces, not as the classes they are
  const winston = createWinston({ level, format: line(), transports: [transport] });
  const write = (at: LoggerOptions['level']) => (message: string, fields?: LogFields) => {
    winston.log({ level: at, message, ...(fields && { fields }) });
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function shownFields(fields: LogFields): Record<string, unknown> {
  const shown = logValue(fields);
  if (typeof shown !== 'object' || shown === null) return { fields: shown };
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value as unknown]),
  );
}
