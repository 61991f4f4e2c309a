import { redactText } from '../record/redact.ts';

/** Longest reason that is passed on. */
const MAX_REASON_LENGTH = 500;
/** Longest piece of a reason that is looked at; it may quote a whole document. */
const MAX_READ_LENGTH = 4096;
const MAX_CAUSES = 5;
const SAFE_TYPE = /^[a-z][a-z0-9_]{0,63}$/;

/** An error as Elasticsearch writes it. */
export interface StoreErrorBody {
  readonly type?: unknown;
  readonly reason?: unknown;
  readonly caused_by?: unknown;
  /** Of a search: why the shards failed; the error itself only says that they did. */
  readonly failed_shards?: unknown;
}

/** Type (a bounded word) and reason (for people, without values of the document) of an error. */
export interface StoreErrorText {
  readonly type: string | undefined;
  readonly reason: string;
}

/** Reads the error of an answer to a whole request; empty when the text is not Elasticsearch's (a proxy's page, nothing). */
export function readStoreError(text: string): StoreErrorText {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return describeStoreError(shardError(error) ?? error);
  } catch {
    return { type: undefined, reason: '' };
  }
}

/** The error of the first shard that failed. */
function shardError(error: unknown): unknown {
  if (!isErrorBody(error) || !Array.isArray(error.failed_shards)) return undefined;
  const [first] = error.failed_shards as readonly { readonly reason?: unknown }[];
  return first?.reason;
}

/** Flattens an error and its causes. */
export function describeStoreError(error: unknown): StoreErrorText {
  if (!isErrorBody(error)) return { type: undefined, reason: '' };
  const parts: string[] = [];
  let cause: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && isErrorBody(cause); depth += 1) {
    const reason = typeof cause.reason === 'string' ? withoutValues(cause.reason) : '';
    if (reason !== '' && !parts.some((part) => part.includes(reason))) parts.push(reason);
    cause = cause.caused_by;
  }
  return { type: wordOf(error.type), reason: parts.join('; caused by: ').slice(0, MAX_REASON_LENGTH) };
}

function isErrorBody(error: unknown): error is StoreErrorBody {
  return typeof error === 'object' && error !== null;
}

function wordOf(type: unknown): string {
  return typeof type === 'string' && SAFE_TYPE.test(type) ? type : 'unknown_error';
}

/**
 * Elasticsearch quotes what it could not take (`Preview of field's value: '...'`, `[Source: (byte[])"{...}"`). Dead letters,
 * logs and metrics must not carry it: whole quotations go, long ones are cut, card data in the rest is masked.
 */
function withoutValues(reason: string): string {
  const bare = reason
    .slice(0, MAX_READ_LENGTH)
    .replace(/\.?\s*Preview of field's value: [^]*$/, '')
    .replace(/\s*at \[Source: [^]*$/, '');
  return redactText(bare).text.replaceAll(/(["'[])([^"'[\]]{60})[^"'[\]]+/g, '$1$2...');
}
