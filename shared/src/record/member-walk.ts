import { MAX_ATTRIBUTE_PATH_LENGTH, MAX_NAME_LENGTH } from './limits.ts';

/** What one walk over a parsed record finds. */
export interface MemberWalk {
  /** Members of all its objects. */
  readonly members: number;
  readonly tooDeep: boolean;
  /**
   * Length of the record as compact JSON without escapes, a lower bound of the length of every text that parses to this record and
   * has no escapes; what was sent is longer when it has duplicates or spaces. Undefined when that cannot be told, since a number may
   * have been written shorter (`1e20`).
   */
  readonly compactLength: number | undefined;
  /** There is a name, or a path of names under `attributes`, beyond what the store can index. */
  readonly hasLongName: boolean;
  /** There is a number with as many digits as a PAN. */
  readonly hasLongNumber: boolean;
  /** Numeric attributes as `"num":{"latency_ms":12.5,"http.status":200},` or empty. */
  readonly numbers: string;
}

/** Most numeric attributes of one record that can be searched by range; the others are kept and found as keywords. */
const MAX_NUMBERS = 64;
/** Longest dotted path of a numeric attribute, and the length at which no more are added: see `MAX_NUMBERS_BYTES`. */
const MAX_PATH_LENGTH = 128;
const MAX_TEXT_LENGTH = 1800;

/** Dotted paths that Elasticsearch takes as field names: no empty part, no space, and no brace (see `envelope.ts`). */
const PATH = /^[\w@:/-]+(?:\.[\w@:/-]+)*$/;

/**
 * Names repeat from record to record: the text of each (`"latency_ms":`, or empty when it is no field name) is kept, up to a bound.
 */
const KNOWN_NAMES = new Map<string, string>();
const MAX_KNOWN_NAMES = 10_000;

function nameText(path: string): string {
  const known = KNOWN_NAMES.get(path);
  if (known !== undefined) return known;
  // Not kept: hostile names may be as long as a record.
  if (path.length > MAX_PATH_LENGTH) return '';
  const text = PATH.test(path) ? `"${path}":` : '';
  if (KNOWN_NAMES.size < MAX_KNOWN_NAMES) KNOWN_NAMES.set(path, text);
  return text;
}

/** From here on a number has at least 13 digits, and may be a PAN. */
const LONG_NUMBER = 1e12;

/**
 * Whether another spelling of the number is shorter than the one of `String`: that takes an exponent, and pays from three zeros at
 * the end on (`1e3`) or two behind the point (`1e-3`). Long numbers are not worth telling apart.
 */
function maybeShorter(value: number): boolean {
  const size = Math.abs(value);
  return size >= LONG_NUMBER || (size < 0.01 ? size > 0 : size >= 1000 && size % 1000 === 0);
}

class Walker implements MemberWalk {
  readonly #maxDepth: number;
  members = 0;
  tooDeep = false;
  hasLongNumber = false;
  hasLongName = false;
  #length = 0;
  #isLengthKnown = true;
  #numbers = '';
  #count = 0;
  #hasDottedName = false;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  get compactLength(): number | undefined {
    return this.#isLengthKnown ? this.#length : undefined;
  }

  get numbers(): string {
    return this.#numbers === '' ? '' : `"num":{${this.#numbers.slice(0, -1)}},`;
  }

  /** `path` is the dotted path with its final dot inside `attributes`, undefined elsewhere. */
  object(value: Readonly<Record<string, unknown>>, depth: number, path: string | undefined): void {
    if (depth > this.#maxDepth) {
      this.tooDeep = true;
      return;
    }
    let members = 0;
    for (const key in value) {
      members += 1;
      if (key.length > MAX_NAME_LENGTH) this.hasLongName = true;
      const member = value[key];
      // Quotes and colon of the key.
      this.#length += key.length + 3;
      if (typeof member === 'string') this.#length += member.length + 2;
      else if (typeof member === 'number') this.#numberMember(member, key, path);
      else this.#other(member, depth, path === undefined ? rootPath(depth, key) : this.#innerPath(path, key));
    }
    this.members += members;
    // Braces and commas.
    this.#length += members === 0 ? 2 : members + 1;
  }

  #array(items: readonly unknown[], depth: number): void {
    if (depth > this.#maxDepth) {
      this.tooDeep = true;
      return;
    }
    for (const item of items) {
      if (typeof item === 'string') this.#length += item.length + 2;
      else if (typeof item === 'number') this.#number(item);
      else this.#other(item, depth, undefined);
    }
    this.#length += items.length === 0 ? 2 : items.length + 1;
  }

  /** Objects, arrays, `true`, `false` and `null`. */
  #other(value: unknown, depth: number, path: string | undefined): void {
    if (typeof value !== 'object' || value === null) this.#length += value === false ? 5 : 4;
    else if (Array.isArray(value)) this.#array(value, depth + 1);
    else this.object(value as Readonly<Record<string, unknown>>, depth + 1, path);
  }

  #innerPath(path: string, key: string): string {
    if (key.includes('.')) this.#hasDottedName = true;
    if (path.length + key.length > MAX_ATTRIBUTE_PATH_LENGTH) this.hasLongName = true;
    return `${path}${key}.`;
  }

  #number(value: number): string {
    const text = String(value);
    this.#length += text.length;
    if (maybeShorter(value)) this.#isLengthKnown = false;
    if (value >= LONG_NUMBER || value <= -LONG_NUMBER) this.hasLongNumber = true;
    return text;
  }

  #numberMember(value: number, key: string, path: string | undefined): void {
    const text = this.#number(value);
    // 1e400 is infinite as a double: it is kept as sent, but has no place on the number line.
    if (path === undefined || this.#count >= MAX_NUMBERS || !Number.isFinite(value)) return;
    if (this.#numbers.length > MAX_TEXT_LENGTH) return;
    const name = nameText(path + key);
    if (name === '') return;
    if (key.includes('.')) this.#hasDottedName = true;
    // {"a":{"b":1},"a.b":2} gives one path twice; the store refuses duplicate members.
    if (this.#hasDottedName && this.#numbers.includes(name)) return;
    this.#count += 1;
    this.#numbers += name + text + ',';
  }
}

/** The path of what stands under `key` outside of `attributes`: none, but for `attributes` itself. */
function rootPath(depth: number, key: string): string | undefined {
  return depth === 1 && key === 'attributes' ? '' : undefined;
}

/** Walks a parsed record: counts members, checks depth, collects numeric attributes. */
export function walkMembers(record: Readonly<Record<string, unknown>>, maxDepth: number): MemberWalk {
  const walker = new Walker(maxDepth);
  walker.object(record, 1, undefined);
  return walker;
}
