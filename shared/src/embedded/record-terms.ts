import { QUERY_FIELDS } from '../query/query-fields.ts';
import {
  EVERY_TERM,
  INDEXED_NAMES,
  MAX_VALUE_CHARS,
  RANGE_DIGITS,
  attributeKey,
  encode,
  knownKey,
  numberTerm,
  orderedDigits,
  presenceTerm,
  rangeTerm,
  receiptTerm,
  shapeTerm,
  shortDigits,
  valueTerm,
  wordTerm,
  type IndexedName,
} from './index-terms.ts';
import { isObject, memberOf, numbersHeld, type JsonObject } from './record-values.ts';
import { messageWords } from './message-words.ts';

const HOUR_MS = 3_600_000;
/** Times have terms of their own. */
const INDEXED = QUERY_FIELDS.map(({ field }) => field).filter(({ type }) => type !== 'time');

interface KnownMember {
  readonly parent: string | undefined;
  readonly name: string;
  readonly type: 'words' | 'keyword' | 'number';
  readonly key: string;
  readonly bit: number;
  readonly isLevel: boolean;
}

const MEMBERS: readonly KnownMember[] = INDEXED.map(({ name, type }) => {
  const dot = name.indexOf('.');
  return {
    parent: dot === -1 ? undefined : name.slice(0, dot),
    name: name.slice(dot + 1),
    type: type as KnownMember['type'],
    key: knownKey(name as IndexedName),
    bit: 1 << INDEXED_NAMES.indexOf(name as IndexedName),
    isLevel: name === 'level',
  };
});

/** Most shapes that the index is given; records of further ones get a term for each of their fields. */
export const MAX_SHAPES = 500;
/** Longest shape in characters. */
const MAX_SHAPE_CHARS = 2000;
const MAX_KNOWN_KEYS = 10_000;

/** Makes the index entries of records. Keeps the shapes that it has used, so that their number is bounded. */
export class RecordIndexer {
  readonly #shapes: Set<string>;
  /** Encoding of paths, which repeat from record to record. */
  readonly #keys = new Map<string, string>();
  #terms: string[] = [];
  #paths: string[] = [];
  #numbers: JsonObject | undefined;

  constructor(shapes: Iterable<string>) {
    this.#shapes = new Set(shapes);
  }

  /** The terms of one record, separated by spaces. */
  termsOf(record: JsonObject, receivedAtMs: number): string {
    this.#terms = [];
    this.#paths = [];
    this.#numbers = numbersHeld(record);
    const hour = Math.floor(receivedAtMs / HOUR_MS);
    this.#terms.push(EVERY_TERM, receiptTerm('d', Math.floor(hour / 24)), receiptTerm('h', hour));
    let known = 0;
    for (const member of MEMBERS) if (this.#addKnown(record, member)) known |= member.bit;
    const attributes = record['attributes'];
    if (isObject(attributes)) this.#addMembers(attributes, '');
    this.#addShape(known >>> 0);
    return this.#terms.join(' ');
  }

  /** Whether the shape is to tell that the field has a value. */
  #addKnown(record: JsonObject, { parent, name, type, key, isLevel }: KnownMember): boolean {
    const value = memberOf(record, parent, name);
    if (value === undefined || value === null) return false;
    if (type === 'number') {
      if (typeof value === 'number' && Number.isFinite(value)) this.#addNumber(key, value);
    } else if (typeof value === 'string') {
      if (type === 'words') this.#addWords(key, value);
      else if (value.length <= MAX_VALUE_CHARS) this.#terms.push(valueTerm(key, isLevel ? value.toLowerCase() : value));
      else {
        // Shapes are for values that are found.
        this.#terms.push(presenceTerm(key));
        return false;
      }
    }
    return true;
  }

  #addWords(key: string, text: string): void {
    const words = messageWords(text);
    if (key === '') for (const word of words) this.#terms.push(word);
    // Frames of a stack repeat most of their words.
    else for (const word of new Set(words)) this.#terms.push(wordTerm(key, word));
  }

  #addNumber(key: string, value: number): void {
    const digits = orderedDigits(value);
    this.#terms.push(numberTerm(key, shortDigits(digits)), rangeTerm(key, digits.slice(0, RANGE_DIGITS)));
  }

  /** `path` ends with a dot, or is empty. */
  #addMembers(members: JsonObject, path: string): void {
    for (const name in members) this.#addValue(members[name], path + name, true);
  }

  #addValue(value: unknown, path: string, isMember: boolean): void {
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) for (const item of value) this.#addValue(item, path, false);
      else this.#addMembers(value as JsonObject, `${path}.`);
      return;
    }
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return;
    const key = this.#keyOf(path);
    if (typeof value === 'number' && isMember && this.#numbers?.[path] === value) this.#addNumber(key, value);
    else {
      const text = String(value);
      if (text.length > MAX_VALUE_CHARS) return;
      this.#terms.push(valueTerm(key, text));
    }
    if (!this.#paths.includes(path)) this.#paths.push(path);
  }

  #addShape(known: number): void {
    let length = 0;
    for (const path of this.#paths) length += path.length;
    if (length <= MAX_SHAPE_CHARS) {
      const term = shapeTerm(
        known,
        this.#paths.map((path) => encode(path)),
      );
      if (this.#shapes.has(term) || this.#shapes.size < MAX_SHAPES) {
        this.#shapes.add(term);
        this.#terms.push(term);
        return;
      }
    }
    for (const member of MEMBERS) if ((known & member.bit) !== 0) this.#terms.push(presenceTerm(member.key));
    for (const path of this.#paths) this.#terms.push(presenceTerm(this.#keyOf(path)));
  }

  #keyOf(path: string): string {
    let key = this.#keys.get(path);
    if (key === undefined) {
      key = attributeKey(path);
      if (this.#keys.size < MAX_KNOWN_KEYS && path.length < 200) this.#keys.set(path, key);
    }
    return key;
  }
}
