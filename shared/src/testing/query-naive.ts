import type { AttributeField, KnownField, Query, RangeQuery } from '../ports/query.ts';
import type { StoreDocument } from '../ports/store.ts';

/** JSON of a record. */
export type GoldenRecord = Readonly<Record<string, unknown>>;

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });
const LONGEST_FOUND = 1024;

/** One record of the golden suite and what it takes to judge it, worked out when it is first asked for. */
export class NaiveRecord {
  readonly id: string;
  /** 30 characters. */
  readonly timestamp: string;
  readonly json: GoldenRecord;
  readonly #idBytes: Buffer;
  readonly #words = new Map<string, readonly string[]>();
  #leaves: ReadonlyMap<string, readonly unknown[]> | undefined;

  constructor(document: StoreDocument) {
    this.id = document.id;
    this.timestamp = document.timestamp;
    this.json = JSON.parse(document.source.toString('utf8')) as GoldenRecord;
    this.#idBytes = Buffer.from(document.id, 'utf8');
  }

  /** By time, then by the bytes of the id. */
  compare(other: NaiveRecord): number {
    if (this.timestamp !== other.timestamp) return this.timestamp < other.timestamp ? -1 : 1;
    return Buffer.compare(this.#idBytes, other.#idBytes);
  }

  holds(query: Query): boolean {
    switch (query.op) {
      case 'all':
        return true;
      case 'and':
        return query.of.every((member) => this.holds(member));
      case 'or':
        return query.of.some((member) => this.holds(member));
      case 'not':
        return !this.holds(query.of);
      case 'phrase':
        return this.#hasPhrase(query.field.name, query.text, query.prefix);
      case 'equals':
        return this.values(query.field).includes(query.value);
      case 'prefix':
        return this.values(query.field).some((value) => value.startsWith(query.value));
      case 'exists':
        return query.field.type === 'attribute'
          ? this.values(query.field).length > 0
          : (this.#known(query.field.name) ?? null) !== null;
      case 'range':
        return this.#numbers(query.field).some((value) => isWithin(value, query));
      case 'time': {
        const time = this.#known(query.field.name);
        if (typeof time !== 'string') return false;
        const comparable = `${time.slice(0, -1)}000000`.slice(0, 29);
        return (
          comparable >= (query.from ?? '').slice(0, 29) &&
          (query.to === undefined || comparable < query.to.slice(0, 29))
        );
      }
    }
  }

  /** The exact texts of a field; numbers as `String` writes them. */
  values(field: KnownField | AttributeField): readonly string[] {
    const found = field.type === 'attribute' ? this.#attributes(field.path) : [this.#known(field.name) ?? null];
    if (found.length === 0 || (found.length === 1 && found[0] === null)) return [];
    const short = texts(found);
    return field.type === 'keyword' && field.name === 'level' ? short.map((text) => text.toLowerCase()) : short;
  }

  #known(name: string): unknown {
    if (name === 'timestamp') return this.timestamp;
    const dot = name.indexOf('.');
    if (dot < 0) return this.json[name];
    return (this.json[name.slice(0, dot)] as GoldenRecord | undefined)?.[name.slice(dot + 1)];
  }

  /** Every leaf under `attributes` at a path, those in arrays too. */
  #attributes(path: string): readonly unknown[] {
    this.#leaves ??= byPath(walk(this.json['attributes'], ''));
    return this.#leaves.get(path) ?? [];
  }

  #numbers(field: RangeQuery['field']): readonly number[] {
    const values =
      field.type === 'attribute' ? members(this.json['attributes'], field.path) : [this.#known(field.name)];
    return values.filter((value) => typeof value === 'number');
  }

  #hasPhrase(name: string, text: string, prefix: boolean): boolean {
    const sought = wordsOf(text);
    const words = this.#wordsOf(name);
    const last = sought.length - 1;
    if (last < 0) return false;
    for (let start = 0; start + last < words.length; start += 1) {
      let n = 0;
      while (n < last && words[start + n] === sought[n]) n += 1;
      const isThere = prefix ? words[start + n]!.startsWith(sought[n]!) : words[start + n] === sought[n];
      if (n === last && isThere) return true;
    }
    return false;
  }

  #wordsOf(name: string): readonly string[] {
    let words = this.#words.get(name);
    if (words === undefined) {
      const text = this.#known(name);
      words = typeof text === 'string' ? wordsOf(text) : [];
      this.#words.set(name, words);
    }
    return words;
  }
}

const KNOWN_TEXTS = new Map<string, readonly string[]>();

/** Words by Unicode word boundaries, in small letters. */
function wordsOf(text: string): readonly string[] {
  let words = KNOWN_TEXTS.get(text);
  if (words === undefined) {
    words = Array.from(SEGMENTER.segment(text), ({ segment, isWordLike }) =>
      isWordLike === true ? segment.toLowerCase() : '',
    ).filter((word) => word !== '');
    KNOWN_TEXTS.set(text, words);
  }
  return words;
}

function texts(values: readonly unknown[]): readonly string[] {
  return values
    .filter((value) => value !== null && typeof value !== 'object')
    .map(String)
    .filter((text) => text.length <= LONGEST_FOUND);
}

/** Paths and values of everything that is neither object nor array. */
function walk(value: unknown, path: string): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item) => walk(item, path));
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, member]) => walk(member, path === '' ? key : `${path}.${key}`));
}

function byPath(leaves: readonly [string, unknown][]): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const [path, value] of leaves) found.set(path, [...(found.get(path) ?? []), value]);
  return found;
}

/** Values that are members of objects, not of arrays, at a dotted path. */
function members(value: unknown, path: string): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
    key === path ? [member] : path.startsWith(`${key}.`) ? members(member, path.slice(key.length + 1)) : [],
  );
}

function isWithin(value: number, { gt, gte, lt, lte }: RangeQuery): boolean {
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}
