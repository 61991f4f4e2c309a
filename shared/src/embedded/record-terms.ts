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
  RECEIPT_UNITS,
  receiptTerm,
  SHAPELESS_TERM,
  shapeTerm,
  shortDigits,
  valueTerm,
  wordTerm,
  type IndexedName,
} from './index-terms.ts';
import { isObject, numbersHeld, type JsonObject } from './record-values.ts';
import { messageWords } from './message-words.ts';

/** Times have terms of their own. */
const INDEXED = QUERY_FIELDS.map(({ field }) => field).filter(({ type }) => type !== 'time');

interface KnownMember {
  readonly name: string;
  readonly type: 'words' | 'keyword' | 'number';
  readonly bit: number;
  readonly isLevel: boolean;
  readonly key: string;
}

/** Known fields by the object that they are members of; undefined: the record itself. */
const MEMBERS: readonly (readonly [parent: string | undefined, members: readonly KnownMember[]])[] = [
  ...membersByParent(),
];

function membersByParent(): Map<string | undefined, KnownMember[]> {
  const members = new Map<string | undefined, KnownMember[]>();
  for (const { name, type } of INDEXED) {
    const dot = name.indexOf('.');
    const parent = dot === -1 ? undefined : name.slice(0, dot);
    const siblings = members.get(parent) ?? [];
    siblings.push({
      name: name.slice(dot + 1),
      type: type as KnownMember['type'],
      bit: 1 << INDEXED_NAMES.indexOf(name as IndexedName),
      isLevel: name === 'level',
      key: knownKey(name as IndexedName),
    });
    members.set(parent, siblings);
  }
  return members;
}

/** Most shapes that the index is given; records of further ones get a term for each of their fields. */
export const MAX_SHAPES = 200;
/** Longest shape in characters. */
const MAX_SHAPE_CHARS = 2000;
/** Fields, and values of each, whose terms are kept for the next record; longer values rarely come again. */
const MAX_KEPT_FIELDS = 2000;
const MAX_KEPT_VALUES = 500;
const MAX_KEPT_CHARS = 32;

/** How a field is written in the index. */
class FieldTerms {
  readonly key: string;
  /** The encoded path of an attribute. */
  readonly path: string;
  readonly #values = new Map<string, string>();
  readonly #numbers = new Map<number, string>();

  constructor(key: string, path: string) {
    this.key = key;
    this.path = path;
  }

  value(value: string): string {
    let term = this.#values.get(value);
    if (term !== undefined) return term;
    term = valueTerm(this.key, value);
    if (this.#values.size < MAX_KEPT_VALUES && value.length <= MAX_KEPT_CHARS) this.#values.set(value, term);
    return term;
  }

  /** Both terms, separated by a space. */
  number(value: number): string {
    let terms = this.#numbers.get(value);
    if (terms !== undefined) return terms;
    const digits = orderedDigits(value);
    terms = `${numberTerm(this.key, shortDigits(digits))} ${rangeTerm(this.key, digits.slice(0, RANGE_DIGITS))}`;
    if (this.#numbers.size < MAX_KEPT_VALUES) this.#numbers.set(value, terms);
    return terms;
  }
}

/** Makes the index entries of records. Keeps the shapes that it has used, so that their number is bounded. */
export class RecordIndexer {
  readonly #shapes: Set<string>;
  readonly #known = new Map<KnownMember, FieldTerms>();
  readonly #attributes = new Map<string, FieldTerms>();
  #terms: string[] = [];
  #found: FieldTerms[] = [];
  #numbers: JsonObject | undefined;

  constructor(shapes: Iterable<string>) {
    this.#shapes = new Set(shapes);
    for (const [, members] of MEMBERS) {
      for (const member of members) this.#known.set(member, new FieldTerms(member.key, ''));
    }
  }

  /** The terms of one record, separated by spaces. */
  termsOf(record: JsonObject, receivedAtMs: number): string {
    this.#terms = [];
    this.#found = [];
    this.#numbers = numbersHeld(record);
    this.#terms.push(EVERY_TERM);
    for (const { unit, ms } of RECEIPT_UNITS) this.#terms.push(receiptTerm(unit, Math.floor(receivedAtMs / ms)));
    let known = 0;
    for (const [parent, members] of MEMBERS) {
      const object = parent === undefined ? record : record[parent];
      if (!isObject(object)) continue;
      for (const member of members) if (this.#addKnown(object[member.name], member)) known |= member.bit;
    }
    const attributes = record['attributes'];
    if (isObject(attributes)) this.#addMembers(attributes, '');
    this.#addShape(known >>> 0);
    return this.#terms.join(' ');
  }

  /** Whether the shape is to tell that the field has a value. */
  #addKnown(value: unknown, member: KnownMember): boolean {
    if (value === undefined || value === null) return false;
    const terms = this.#known.get(member);
    if (terms === undefined) return false;
    const { type, isLevel, key } = member;
    if (type === 'number') {
      if (typeof value === 'number' && Number.isFinite(value)) {
        this.#terms.push(terms.number(value));
        return true;
      }
    } else if (typeof value === 'string') {
      if (type === 'words') {
        this.#addWords(key, value);
        return true;
      }
      if (value.length <= MAX_VALUE_CHARS) {
        this.#terms.push(terms.value(isLevel ? value.toLowerCase() : value));
        return true;
      }
    }
    // It is there, but not found: shapes are for values that are.
    this.#terms.push(presenceTerm(key));
    return false;
  }

  #addWords(key: string, text: string): void {
    const words = messageWords(text);
    if (key === '') for (const word of words) this.#terms.push(word);
    // Frames of a stack repeat most of their words.
    else for (const word of new Set(words)) this.#terms.push(wordTerm(key, word));
  }

  /** `path` ends with a dot, or is empty. */
  #addMembers(members: JsonObject, path: string): void {
    for (const name in members) this.#addValue(members[name], path === '' ? name : path + name, true);
  }

  #addValue(value: unknown, path: string, isMember: boolean): void {
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) for (const item of value) this.#addValue(item, path, false);
      else this.#addMembers(value as JsonObject, `${path}.`);
      return;
    }
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return;
    const terms = this.#attribute(path);
    if (typeof value === 'number' && isMember && this.#numbers?.[path] === value) this.#terms.push(terms.number(value));
    else {
      const text = String(value);
      if (text.length > MAX_VALUE_CHARS) return;
      this.#terms.push(terms.value(text));
    }
    if (!this.#found.includes(terms)) this.#found.push(terms);
  }

  #addShape(known: number): void {
    let length = 0;
    for (const { path } of this.#found) length += path.length;
    if (length <= MAX_SHAPE_CHARS) {
      const paths = this.#found.map(({ path }) => path);
      const term = shapeTerm(known, paths);
      if (this.#shapes.has(term) || this.#shapes.size < MAX_SHAPES) {
        this.#shapes.add(term);
        this.#terms.push(term);
        return;
      }
    }
    this.#terms.push(SHAPELESS_TERM);
    for (const [, members] of MEMBERS) {
      for (const { bit, key } of members) if ((known & bit) !== 0) this.#terms.push(presenceTerm(key));
    }
    for (const { key } of this.#found) this.#terms.push(presenceTerm(key));
  }

  #attribute(path: string): FieldTerms {
    const kept = this.#attributes.get(path);
    if (kept !== undefined) return kept;
    const terms = new FieldTerms(attributeKey(path), encode(path));
    if (this.#attributes.size < MAX_KEPT_FIELDS) this.#attributes.set(path, terms);
    // Names beyond that are made for each record: two of a record must be one.
    else return this.#found.find((found) => found.key === terms.key) ?? terms;
    return terms;
  }
}
