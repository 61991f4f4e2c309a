/** Turns anything into something that JSON can hold, cleaned and within bounds. Never throws, whatever getters and proxies do. */
import { isCvvKey, isCvvValue, isPanNumber, REDACTED } from '../record/redact.ts';
import type { LogCleaner } from './log-cleaner.ts';

const MAX_TEXT = 4096;
const MAX_NAME = 256;
const MAX_STACK = 16_384;
const MAX_DEPTH = 6;
const MAX_MEMBERS = 50;
const MAX_CAUSES = 5;

/** Names whose values are never written, whoever passes them. */
const SECRET_NAME = /pass(word|wd|phrase)|secret|token|authorization|cookie|api[-_]?key|credential/i;

/** An error as a record's `error` member has it: the causes stand in the stack. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

/** The bounded, cleaned form of one value; undefined for what a log line leaves out (functions, symbols, undefined). */
export function logValue(value: unknown, clean: LogCleaner): unknown {
  return new LogValues(clean).convert(value, 0, []);
}

/** Cleaned before it is cut: half a card number would not be recognized. */
function bounded(text: string, limit: number, clean: LogCleaner): string {
  const cleaned = clean(text);
  return cleaned.length <= limit ? cleaned : `${cleaned.slice(0, limit)}... (${cleaned.length - limit} more)`;
}

class LogValues {
  readonly #clean: LogCleaner;

  constructor(clean: LogCleaner) {
    this.#clean = clean;
  }

  convert(value: unknown, depth: number, path: readonly object[]): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        if (!Number.isFinite(value)) return String(value);
        return isPanNumber(String(value)) ? this.#text(String(value)) : value;
      case 'bigint':
        return this.#text(String(value));
      case 'boolean':
        return value;
      case 'object':
        if (value === null) return null;
        if (path.includes(value)) return '[circular]';
        if (depth >= MAX_DEPTH) return '[too deep]';
        return this.#object(value, depth, [...path, value]);
      default:
        return undefined;
    }
  }

  #text(text: string, limit = MAX_TEXT): string {
    return bounded(text, limit, this.#clean);
  }

  #object(value: object, depth: number, path: readonly object[]): unknown {
    try {
      if (value instanceof Error) return this.#error(value);
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
      if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
      if (value instanceof Map || value instanceof Set) return this.convert([...value], depth, path);
      if (Array.isArray(value)) return this.#array(value, depth, path);
      return this.#members(value, depth, path);
    } catch {
      return '[unreadable]';
    }
  }

  /** Name, message with the system's code, and the stacks of the error and of what caused it. */
  #error(error: Error): LoggedError {
    const code: unknown = 'code' in error ? error.code : undefined;
    const message =
      typeof code === 'string' && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
    const stacks = [this.#text(error.stack ?? `${error.name}: ${error.message}`, MAX_STACK)];
    let cause = error.cause;
    for (let depth = 0; depth < MAX_CAUSES && cause !== undefined; depth++) {
      stacks.push(
        cause instanceof Error
          ? this.#text(cause.stack ?? `${cause.name}: ${cause.message}`, MAX_STACK)
          : this.#text(this.#described(cause)),
      );
      cause = cause instanceof Error ? cause.cause : undefined;
    }
    return {
      type: this.#text(error.name, MAX_NAME),
      message: this.#text(message),
      stack: this.#text(stacks.join('\ncaused by: '), MAX_STACK),
    };
  }

  #described(value: unknown): string {
    return typeof value === 'string' ? value : JSON.stringify(this.convert(value, 0, []) ?? typeof value);
  }

  #array(items: readonly unknown[], depth: number, path: readonly object[]): unknown[] {
    const shown = items.slice(0, MAX_MEMBERS).map((item) => this.convert(item, depth + 1, path) ?? null);
    return items.length > MAX_MEMBERS ? [...shown, `[${items.length - MAX_MEMBERS} more]`] : shown;
  }

  #members(value: object, depth: number, path: readonly object[]): Record<string, unknown> {
    const names = Object.keys(value);
    const shown: [string, unknown][] = names.slice(0, MAX_MEMBERS).map((name) => {
      if (SECRET_NAME.test(name)) return [name, '***'];
      const member = read(value, name);
      if (isCode(name, member)) return [name, REDACTED];
      return [this.#text(name, MAX_NAME), this.convert(member, depth + 1, path)];
    });
    if (names.length > MAX_MEMBERS) shown.push(['[more]', names.length - MAX_MEMBERS]);
    // A null prototype, so that a member called __proto__ is one like any other.
    return Object.assign(Object.create(null) as object, Object.fromEntries(shown));
  }
}

/** Whether it is a card verification code by its name and its form. */
function isCode(name: string, value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && isCvvKey(name) && isCvvValue(String(value));
}

/** A getter that throws spoils its own member only. */
function read(value: object, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch {
    return '[unreadable]';
  }
}
