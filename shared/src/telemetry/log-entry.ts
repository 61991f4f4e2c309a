/** Levels of the services' own log, least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Level of a line of the services' own log. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether a line of this level is written where `threshold` is the least severe one. */
export function isLogged(level: LogLevel, threshold: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);
}

/** One line of the own log, cleaned and bounded, before it becomes text. */
export interface LogEntry {
  /** RFC 3339, UTC, milliseconds. */
  readonly timestamp: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly service: string;
  readonly version: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where lines go besides standard output. */
export interface LogSink {
  /** Least severe level that it is given. */
  readonly level: LogLevel;
  /** `line` is the entry as JSON text without line break. Returns at once, never throws, and logs nothing that comes back here. */
  write(entry: LogEntry, line: string): void;
}
