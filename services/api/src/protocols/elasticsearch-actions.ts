import { ProblemError } from '@paylog/shared/errors/problem-error';

/** The operations of a bulk request. Only those that add a document are supported: records are never changed. */
export type Operation = 'index' | 'create' | 'update' | 'delete';

/** An action line. */
export interface Action {
  readonly operation: Operation;
  readonly index: string | undefined;
  readonly id: string | undefined;
}

const isOperation = (name: string | undefined): name is Operation =>
  name === 'index' || name === 'create' || name === 'update' || name === 'delete';

/** As Elasticsearch does: what follows cannot be told apart any more, so nothing of the request is taken. */
function malformed(line: number, what: string): ProblemError {
  return new ProblemError('malformed_body', `Malformed action/metadata line [${line}], ${what}`);
}

function simpleValue(value: unknown, name: string, line: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw malformed(line, `expected a simple value for field [${name}]`);
}

/**
 * Reads a line such as `{"create":{"_index":"logs-app-prod","_id":"7"}}`. Other metadata (routing, pipeline, ...) has no meaning here
 * and is passed over, and so is what stands behind the action: winston-elasticsearch counts its attempts there. Throws
 * `malformed_body` that names the line (from 1).
 */
export function readAction(text: string | undefined, line: number): Action {
  if (text === undefined) throw malformed(line, 'not valid UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed(line, 'not valid JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw malformed(line, 'expected an object with one of create, delete, index, update');
  }
  const [first] = Object.entries(parsed as Readonly<Record<string, unknown>>);
  if (!first || !isOperation(first[0])) throw malformed(line, 'expected one of create, delete, index, update');
  const [operation, metadata] = first;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw malformed(line, `expected an object behind ${operation}`);
  }
  const { _index, _id } = metadata as { readonly _index?: unknown; readonly _id?: unknown };
  return { operation, index: simpleValue(_index, '_index', line), id: simpleValue(_id, '_id', line) };
}
