import type { Writable } from 'node:stream';
import { createLogger as createWinston, format, transports } from 'winston';
import type { LogFields, Logger } from '../ports/logger.ts';
import { createLogCleaner } from './log-cleaner.ts';
import { isLogged, type LogEntry, type LogLevel, type LogSink } from './log-entry.ts';
import { logValue } from './log-value.ts';
import { readVersion } from './version.ts';

export interface LoggerOptions {
  /** Least severe level that is written. */
  readonly level: LogLevel;
  /** Name of the process: `paylog-api`, `paylog-indexer`, `paylog`. */
  readonly service: string;
  /** Where the lines go; standard output when absent. */
  readonly destination?: Writable | undefined;
  /** Values of secret settings: masked wherever they stand. */
  readonly secrets?: readonly string[];
  /** Where lines go besides; each has a level of its own. */
  readonly sinks?: readonly LogSink[];
}

/** Members that every line has; a field of the same name gets an underscore. */
const RESERVED = new Set(['timestamp', 'level', 'message', 'service', 'version']);

const MESSAGE = Symbol.for('message');

/**
 * The services' own log: one JSON object on each line, in the form of a record of this product (so that it can be sent to
 * it): timestamp, level, message, service, version, then the fields. Texts are bounded, errors carry their causes, cycles
 * are cut, members that are named like a secret are masked, card data and secrets in texts are redacted (`log-cleaner.ts`).
 * Logging never throws.
 */
export function createLogger({ level, service, destination, secrets, sinks = [] }: LoggerOptions): Logger {
  const version = readVersion();
  const clean = createLogCleaner(secrets);
  const winston = createOutput(level, destination);
  const write = (at: LogLevel) => (message: string, fields?: LogFields) => {
    const isShown = isLogged(at, level);
    const wanted = sinks.filter((sink) => isLogged(at, sink.level));
    if (!isShown && wanted.length === 0) return;
    const entry: LogEntry = {
      timestamp: new Date().toISOString(),
      level: at,
      message: clean(message),
      service,
      version,
      fields: fields ? shownFields(logValue(fields, clean)) : {},
    };
    const { fields: shown, ...head } = entry;
    const line = JSON.stringify({ ...head, ...shown });
    if (isShown) winston.log({ level: at, message, line });
    for (const sink of wanted) sink.write(entry, line);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function createOutput(level: LogLevel, destination: Writable | undefined): ReturnType<typeof createWinston> {
  const line = format((info) => {
    info[MESSAGE] = info['line'];
    return info;
  });
  const transport = destination
    ? new transports.Stream({ stream: destination, eol: '\n' })
    : new transports.Console({ eol: '\n' });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston declares its transports as interfaces, not as the classes they are
  return createWinston({ level, format: line(), transports: [transport] });
}

function shownFields(shown: unknown): Record<string, unknown> {
  if (typeof shown !== 'object' || shown === null) return { fields: shown };
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value as unknown]),
  );
}
