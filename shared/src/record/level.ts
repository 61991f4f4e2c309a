/** The six levels, least severe first. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Severity of a record. */
export type Level = (typeof LEVELS)[number];

/** What loggers, syslog (RFC 5424 table 2, keyword forms) and clouds call the six levels. Compared in lower case. */
const SYNONYMS: Readonly<Record<Level, readonly string[]>> = {
  trace: ['trace', 'silly', 'verbose', 'finest', 'finer'],
  debug: ['debug', 'dbg', 'fine', 'config'],
  info: ['info', 'information', 'informational', 'notice', 'default', 'log'],
  warn: ['warn', 'warning'],
  error: ['error', 'err', 'severe', 'failure'],
  fatal: ['fatal', 'critical', 'crit', 'alert', 'emergency', 'emerg', 'panic', 'off'],
};

const BY_NAME: ReadonlyMap<string, Level> = new Map(
  LEVELS.flatMap((level) => SYNONYMS[level].map((name) => [name, level] as const)),
);

/** syslog severities 0 (emergency) to 7 (debug), RFC 5424 section 6.2.1. */
const SYSLOG: readonly Level[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug'];

/** pino and bunyan: 10 trace to 60 fatal. */
const PINO: ReadonlyMap<number, Level> = new Map(LEVELS.map((level, index) => [(index + 1) * 10, level]));

/**
 * OpenTelemetry SeverityNumber: 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal
 * (https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber).
 */
export function levelFromOtelNumber(severity: number): Level | undefined {
  return Number.isInteger(severity) && severity >= 1 && severity <= 24
    ? LEVELS[Math.floor((severity - 1) / 4)]
    : undefined;
}

/**
 * The level that a logger meant. Names are matched without regard to case. Numbers under `level` are read as pino's
 * (10, 20 ... 60), then as syslog severities (0-7), then as OpenTelemetry's (8, 9, 11-19, 21-24); digits in a string count
 * as a number. Undefined when it is none of these.
 */
export function parseLevel(value: string | number): Level | undefined {
  if (typeof value === 'string') {
    const name = value.trim().toLowerCase();
    return BY_NAME.get(name) ?? (/^\d{1,2}$/.test(name) ? parseLevel(Number(name)) : undefined);
  }
  return PINO.get(value) ?? SYSLOG[value] ?? levelFromOtelNumber(value);
}

/** The levels at least as severe as `minimum`. */
export function levelsFrom(minimum: Level): readonly Level[] {
  return LEVELS.slice(LEVELS.indexOf(minimum));
}
