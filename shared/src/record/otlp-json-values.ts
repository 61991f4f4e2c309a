/** `AnyValue`s and attributes of OTLP in JSON, as the JSON text of what they stand for. */
import { recordFault } from './fault.ts';
import { type OtlpKind, OtlpNames } from './otlp-fields.ts';
import { MAX_VALUE_DEPTH, OtlpRecordError } from './otlp-logs.ts';
import { bytesText, doubleText } from './otlp-record-writer.ts';
import type { OtlpAttributeSink } from './otlp-shared-parts.ts';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object and no array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NAMES = new OtlpNames();
const same = (key: string): string => key;

const [MIN_INT, MAX_INT] = [-(2n ** 63n), 2n ** 63n - 1n];
const SEVERITY_NAME = /^SEVERITY_NUMBER_(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)([234]?)$/;
const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

function wrong(field: string, right: string): OtlpRecordError {
  return new OtlpRecordError(recordFault('invalid_type', `${field} must be ${right}`, field));
}

/** null stands for the default, as everywhere in protobuf's JSON mapping. */
const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** Reads values. Throws {@link OtlpRecordError}; `field` is the name that its fault gives. */
export class OtlpJsonValues {
  /** Kind of the value that was read last. */
  kind: OtlpKind = 'none';
  /** Its bytes, when it is of kind `bytes`. */
  lastBytes: Buffer = Buffer.alloc(0);

  object(value: unknown, field: string): JsonObject {
    if (isAbsent(value)) return {};
    if (isObject(value)) return value;
    throw wrong(field, 'an object');
  }

  /** JSON text of a string; absent is empty. */
  string(value: unknown, field: string): string {
    if (isAbsent(value)) return '""';
    if (typeof value === 'string') return JSON.stringify(value);
    throw wrong(field, 'a string');
  }

  /** Empty is absent, as for every string of proto3. */
  optionalString(value: unknown, field: string): string | undefined {
    return isAbsent(value) || value === '' ? undefined : this.string(value, field);
  }

  /** An unsigned number of 32 bits; absent is 0. */
  count(value: unknown, field: string): number {
    if (isAbsent(value)) return 0;
    const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && number >= 0 && number <= 0xffff_ffff && Number.isInteger(number)) return number;
    throw wrong(field, 'an integer from 0 to 4294967295');
  }

  /** The number of a severity, or its name, which some encoders write. */
  severity(value: unknown): number {
    if (isAbsent(value)) return 0;
    if (typeof value === 'number' && Number.isInteger(value)) return value | 0;
    if (typeof value === 'string') {
      const [, level = '', step] = SEVERITY_NAME.exec(value) ?? [];
      if (level !== '') return SEVERITIES.indexOf(level) * 4 + Number(step === '' ? '1' : step);
      if (/^\d{1,9}$/.test(value)) return Number(value);
      if (value === 'SEVERITY_NUMBER_UNSPECIFIED') return 0;
    }
    throw wrong('severity_number', 'an integer');
  }

  attributes(sink: OtlpAttributeSink, value: unknown, field: string): void {
    if (isAbsent(value)) return;
    if (!Array.isArray(value)) throw wrong(field, 'an array');
    for (const attribute of value as readonly unknown[]) {
      if (!isObject(attribute)) throw wrong(field, 'an array of objects with key and value');
      const name = NAMES.get(keyOf(attribute, field), same);
      const text = this.value(attribute['value'], 1, field);
      sink.attribute(name, text, this.kind);
    }
  }

  /** JSON text of an `AnyValue`. */
  value(value: unknown, depth: number, field: string): string {
    if (depth > MAX_VALUE_DEPTH) {
      throw new OtlpRecordError(recordFault('too_deep', `${field} may nest at most ${MAX_VALUE_DEPTH} levels`, field));
    }
    this.kind = 'none';
    if (isAbsent(value)) return 'null';
    if (!isObject(value)) throw wrong(field, 'objects such as {"stringValue":"..."} as its values');
    const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
    if (!isAbsent(stringValue)) return this.#as('string', this.string(stringValue, field));
    if (!isAbsent(intValue)) return this.#as('int', intText(intValue, field));
    if (!isAbsent(boolValue)) {
      if (typeof boolValue !== 'boolean') throw wrong(field, 'a boolean where it says boolValue');
      return this.#as('bool', String(boolValue));
    }
    if (!isAbsent(doubleValue)) return this.#as('double', doubleText(doubleOf(doubleValue, field)));
    if (!isAbsent(arrayValue)) return this.#as('list', this.#list(arrayValue, depth, field));
    if (!isAbsent(kvlistValue)) return this.#as('map', this.#map(kvlistValue, depth, field));
    if (!isAbsent(bytesValue)) return this.#as('bytes', this.#bytes(bytesValue, field));
    return 'null';
  }

  #as(kind: OtlpKind, text: string): string {
    this.kind = kind;
    return text;
  }

  #list(list: unknown, depth: number, field: string): string {
    const items = valuesOf(list, field).map((item) => this.value(item, depth + 1, field));
    return `[${items.join(',')}]`;
  }

  #map(map: unknown, depth: number, field: string): string {
    const members = valuesOf(map, field).map((member) => {
      if (!isObject(member)) throw wrong(field, 'objects with key and value in a kvlistValue');
      const key = JSON.stringify(keyOf(member, field));
      return `${key}:${this.value(member['value'], depth + 1, field)}`;
    });
    return `{${members.join(',')}}`;
  }

  #bytes(value: unknown, field: string): string {
    if (typeof value !== 'string') throw wrong(field, 'base64 text where it says bytesValue');
    // Both alphabets of RFC 4648 are taken.
    this.lastBytes = Buffer.from(value, 'base64');
    return bytesText(this.lastBytes);
  }
}

function keyOf(attribute: JsonObject, field: string): string {
  const { key } = attribute;
  if (isAbsent(key)) return '';
  if (typeof key === 'string') return key;
  throw wrong(field, 'objects whose key is a string');
}

function valuesOf(holder: unknown, field: string): readonly unknown[] {
  const values = isObject(holder) ? (holder['values'] ?? []) : undefined;
  if (Array.isArray(values)) return values;
  throw wrong(field, 'an object with an array "values" where it says arrayValue or kvlistValue');
}

function intText(value: unknown, field: string): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) {
    const number = BigInt(value);
    if (number >= MIN_INT && number <= MAX_INT) return String(number);
  }
  throw wrong(field, 'an integer of 64 bits where it says intValue');
}

const NOT_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function doubleOf(value: unknown, field: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const number = NOT_FINITE.get(value) ?? Number(value);
    if (value.trim() !== '' && (NOT_FINITE.has(value) || !Number.isNaN(number))) return number;
  }
  throw wrong(field, 'a number where it says doubleValue');
}
