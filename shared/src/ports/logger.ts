/** Values that may stand beside a log message. Errors are rendered with their stack and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The services' own log. Messages are constant text; what varies stands in `fields`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
