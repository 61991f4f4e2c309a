/** The six levels, least severe first. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Severity of a record. */
export type Level = (typeof LEVELS)[number];
