import type { LogFields, Logger } from '@paylog/shared/ports/logger';

/** Keeps what was logged. */
export class MemoryLogger implements Logger {
  readonly lines: { readonly level: keyof Logger; readonly message: string; readonly fields: LogFields | undefined }[] =
    [];

  debug(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  info(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'error', message, fields });
  }

  messages(level: keyof Logger): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}
