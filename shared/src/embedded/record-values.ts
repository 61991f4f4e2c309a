import type { AttributeField, KnownField } from '../ports/query.ts';
import { MAX_VALUE_CHARS } from './index-terms.ts';

/** What `JSON.parse` makes of a record. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An object, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined when the text is not a JSON object. */
export function parseRecord(source: Buffer): JsonObject | undefined {
  try {
    const record: unknown = JSON.parse(source.toString('utf8'));
    return isObject(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** A member of the record, or of one of its objects. */
function memberOf(record: JsonObject, parent: string | undefined, name: string): unknown {
  if (parent === undefined) return record[name];
  const object = record[parent];
  return isObject(object) ? object[name] : undefined;
}

/** The value of a known field; undefined when it has none. */
export function knownValue(record: JsonObject, name: string): unknown {
  const dot = name.indexOf('.');
  const value = dot === -1 ? record[name] : memberOf(record, name.slice(0, dot), name.slice(dot + 1));
  return value ?? undefined;
}

/** The numbers that are searched by range, by path. */
export function numbersHeld(record: JsonObject): JsonObject | undefined {
  const numbers = record['num'];
  return isObject(numbers) ? numbers : undefined;
}

/** The number of a field that ranges look at. */
export function rangedNumber(record: JsonObject, field: KnownField<'number'> | AttributeField): number | undefined {
  const value = field.type === 'attribute' ? numbersHeld(record)?.[field.path] : knownValue(record, field.name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The texts of a field, as they are compared and counted: numbers and truth values as text, no long ones. */
export function textsOf(record: JsonObject, field: KnownField | AttributeField): ReadonlySet<string> {
  const texts = new Set<string>();
  const add = (value: unknown): false => {
    const text = String(value);
    if (text.length <= MAX_VALUE_CHARS) texts.add(text);
    return false;
  };
  if (field.type === 'attribute') {
    visitPath(record['attributes'], field.path, add);
    return texts;
  }
  const value = knownValue(record, field.name);
  if (field.type === 'number' ? Number.isFinite(value) : typeof value === 'string') {
    add(field.name === 'level' ? String(value).toLowerCase() : value);
  }
  return texts;
}

/** Whether the field has a value; of an attribute, one that is found. */
export function hasValue(record: JsonObject, field: KnownField | AttributeField): boolean {
  if (field.type === 'time') return true;
  if (field.type !== 'attribute') return knownValue(record, field.name) !== undefined;
  return textsOf(record, field).size > 0;
}

type Visit = (leaf: unknown) => boolean;

/** Calls for each leaf at `path` until one call says true. Names may hold dots, so there may be several ways down. */
function visitPath(value: unknown, path: string, visit: Visit): boolean {
  if (Array.isArray(value)) return value.some((item) => visitPath(item, path, visit));
  if (!isObject(value)) return false;
  if (Object.hasOwn(value, path) && visitLeaves(value[path], visit)) return true;
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot);
    if (Object.hasOwn(value, name) && visitPath(value[name], path.slice(dot + 1), visit)) return true;
  }
  return false;
}

function visitLeaves(value: unknown, visit: Visit): boolean {
  if (Array.isArray(value)) return value.some((item) => visitLeaves(item, visit));
  return value !== null && typeof value !== 'object' && visit(value);
}
