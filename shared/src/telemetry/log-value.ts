/** Turns anything into something that JSON can hold, within bounds. Never throws, whatever getters and proxies do. */

const MAX_TEXT = 4096;
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

function bounded(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}... (${text.length - limit} more)`;
}

/** Name, message with the system's code, and the stacks of the error and of what caused it. */
function loggedError(error: Error): LoggedError {
  const code: unknown = 'code' in error ? error.code : undefined;
  const message =
    typeof code === 'string' && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
  const stacks = [error.stack ?? `${error.name}: ${error.message}`];
  let cause = error.cause;
  for (let depth = 0; depth < MAX_CAUSES && cause !== undefined; depth++) {
    stacks.push(
      cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : bounded(describe(cause), MAX_TEXT),
    );
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return {
    type: error.name,
    message: bounded(message, MAX_TEXT),
    stack: bounded(stacks.join('\ncaused by: '), MAX_STACK),
  };
}

function describe(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(logValue(value) ?? typeof value);
}

/** The bounded form of one value; undefined for what a log line leaves out (functions, symbols, undefined). */
export function logValue(value: unknown): unknown {
  return convert(value, 0, []);
}

function convert(value: unknown, depth: number, path: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
      return bounded(value, MAX_TEXT);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (path.includes(value)) return '[circular]';
      if (depth >= MAX_DEPTH) return '[too deep]';
      return convertObject(value, depth, [...path, value]);
    default:
      return undefined;
  }
}

function convertObject(value: object, depth: number, path: readonly object[]): unknown {
  try {
    if (value instanceof Error) return loggedError(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map || value instanceof Set) return convert([...value], depth, path);
    if (Array.isArray(value)) return convertArray(value, depth, path);
    return convertMembers(value, depth, path);
  } catch {
    return '[unreadable]';
  }
}

function convertArray(items: readonly unknown[], depth: number, path: readonly object[]): unknown[] {
  const shown = items.slice(0, MAX_MEMBERS).map((item) => convert(item, depth + 1, path) ?? null);
  return items.length > MAX_MEMBERS ? [...shown, `[${items.length - MAX_MEMBERS} more]`] : shown;
}

function convertMembers(value: object, depth: number, path: readonly object[]): Record<string, unknown> {
  const names = Object.keys(value);
  const shown: [string, unknown][] = names.slice(0, MAX_MEMBERS).map((name) => {
    if (SECRET_NAME.test(name)) return [name, '***'];
    return [bounded(name, 256), convert(read(value, name), depth + 1, path)];
  });
  if (names.length > MAX_MEMBERS) shown.push(['[more]', names.length - MAX_MEMBERS]);
  // A null prototype, so that a member called __proto__ is one like any other.
  return Object.assign(Object.create(null) as object, Object.fromEntries(shown));
}

/** A getter that throws spoils its own member only. */
function read(value: object, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch {
    return '[unreadable]';
  }
}
