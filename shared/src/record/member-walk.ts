/** What one walk over a parsed record finds. */
export interface MemberWalk {
  /** Members of all its objects. */
  readonly members: number;
  readonly tooDeep: boolean;
  /** Length of the record as compact JSON without escapes; what was sent is longer when it has duplicates, spaces or escapes. */
  readonly compactLength: number;
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

/** Names repeat from record to record: the answer for each is kept, up to a bound. */
const KNOWN_PATHS = new Map<string, boolean>();
const MAX_KNOWN_PATHS = 10_000;

function isFieldPath(path: string): boolean {
  const known = KNOWN_PATHS.get(path);
  if (known !== undefined) return known;
  const fits = path.length <= MAX_PATH_LENGTH && PATH.test(path);
  if (KNOWN_PATHS.size < MAX_KNOWN_PATHS) KNOWN_PATHS.set(path, fits);
  return fits;
}

class Walker implements MemberWalk {
  readonly #maxDepth: number;
  members = 0;
  tooDeep = false;
  compactLength = 0;
  #numbers = '';
  #count = 0;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
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
      const member = value[key];
      // Quotes and colon of the key.
      this.compactLength += key.length + 3;
      if (typeof member === 'string') this.compactLength += member.length + 2;
      else if (typeof member === 'number') this.#number(member, key, path);
      else
        this.#other(
          member,
          depth,
          path === undefined ? (depth === 1 && key === 'attributes' ? '' : undefined) : `${path}${key}.`,
        );
    }
    this.members += members;
    // Braces and commas.
    this.compactLength += members === 0 ? 2 : members + 1;
  }

  #array(items: readonly unknown[], depth: number): void {
    if (depth > this.#maxDepth) {
      this.tooDeep = true;
      return;
    }
    for (const item of items) {
      if (typeof item === 'string') this.compactLength += item.length + 2;
      else if (typeof item === 'number') this.compactLength += String(item).length;
      else this.#other(item, depth, undefined);
    }
    this.compactLength += items.length === 0 ? 2 : items.length + 1;
  }

  /** Objects, arrays, `true`, `false` and `null`. */
  #other(value: unknown, depth: number, path: string | undefined): void {
    if (typeof value !== 'object' || value === null) this.compactLength += value === false ? 5 : 4;
    else if (Array.isArray(value)) this.#array(value, depth + 1);
    else this.object(value as Readonly<Record<string, unknown>>, depth + 1, path);
  }

  #number(value: number, key: string, path: string | undefined): void {
    const text = String(value);
    this.compactLength += text.length;
    // 1e400 is infinite as a double: it is kept as sent, but has no place on the number line.
    if (path === undefined || this.#count >= MAX_NUMBERS || !Number.isFinite(value)) return;
    const name = path + key;
    // {"a":{"b":1},"a.b":2} gives one path twice; the store refuses duplicate members.
    if (this.#numbers.length > MAX_TEXT_LENGTH || !isFieldPath(name) || this.#numbers.includes(`"${name}":`)) return;
    this.#count += 1;
    this.#numbers += `"${name}":${text},`;
  }
}

/** Walks a parsed record: counts members, checks depth, collects numeric attributes. */
export function walkMembers(record: Readonly<Record<string, unknown>>, maxDepth: number): MemberWalk {
  const walker = new Walker(maxDepth);
  walker.object(record, 1, undefined);
  return walker;
}
