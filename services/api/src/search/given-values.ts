import { ProblemError, type ProblemFault } from '@paylog/shared/errors/problem-error';
import type { Parameter } from './parameter.ts';

/** Values by parameter name, as the client wrote them; names may be unknown. */
export interface GivenValues {
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Faults of form, found before any value is read. */
  readonly faults: readonly ProblemFault[];
}

/** The query string of a URL. Lists may be repeated and separated by commas. */
export function valuesOfUrl(url: string, table: readonly Parameter[]): GivenValues {
  const start = url.indexOf('?');
  const parameters = new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
  const values = new Map<string, readonly string[]>();
  for (const name of new Set(parameters.keys())) {
    const given = parameters.getAll(name);
    values.set(name, isList(table, name) ? given.flatMap((value) => value.split(',')) : given);
  }
  return { values, faults: [] };
}

/** A JSON body: an object with the same names. Lists are arrays or one value; null is the same as absent. */
export function valuesOfBody(body: Buffer, table: readonly Parameter[]): GivenValues {
  const values = new Map<string, readonly string[]>();
  const faults: ProblemFault[] = [];
  for (const [name, member] of Object.entries(parseObject(body))) {
    if (member === null) continue;
    const list = isList(table, name);
    const items: readonly unknown[] = Array.isArray(member) && list ? member : [member];
    const texts = items.filter((item) => typeof item === 'string' || typeof item === 'number').map(String);
    if (texts.length === items.length) values.set(name, texts);
    else
      faults.push({
        field: name,
        message: list ? 'expected a text or an array of texts' : 'expected a text or a number',
      });
  }
  return { values, faults };
}

function isList(table: readonly Parameter[], name: string): boolean {
  return table.some((parameter) => parameter.list && parameter.name === name);
}

function parseObject(body: Buffer): object {
  const value = parseJson(decode(body));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError('malformed_body', 'the body must be one JSON object, such as {"level":">=warn"}');
  }
  return value;
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new ProblemError('invalid_utf8', 'the body is not valid UTF-8', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProblemError('malformed_body', 'the body is not valid JSON', { cause });
  }
}
