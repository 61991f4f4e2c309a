import { QUERY_FIELDS } from '@paylog/shared/query/query-fields';

/** A field as `GET /api/v1/fields` tells of it. */
export interface FieldDescription {
  readonly name: string;
  readonly type: 'text' | 'keyword' | 'number' | 'time';
  readonly description: string;
  readonly aliases: readonly string[];
  /** Part of the records that have it, 0 to 1. */
  readonly share: number;
  /** Up to five different values, those of the records that were added first. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 5;
/** Longer values are no help as an example; texts are shortened to it. */
const MAX_EXAMPLE_LENGTH = 100;
/** Most attributes that are told of, those of the most records. */
const MAX_ATTRIBUTES = 500;
/** Most attributes that are kept while records are added: a bound for records that use values as names. */
const MAX_KEPT = 5000;

interface Seen {
  records: number;
  /** Whether every value was a number. */
  isNumber: boolean;
  readonly examples: Set<string>;
}

/** Collects which fields some records have, with what values. */
export class FieldSample {
  readonly #known = new Map<string, Seen>(QUERY_FIELDS.map(({ field }) => [field.name, unseen()]));
  readonly #attributes = new Map<string, Seen>();
  #size = 0;

  /** Records that were added. */
  get size(): number {
    return this.#size;
  }

  /** A canonical record as the store has it. */
  add(source: string): void {
    const record = JSON.parse(source) as Readonly<Record<string, unknown>>;
    this.#size += 1;
    for (const { field } of QUERY_FIELDS) {
      const name = field.name === 'timestamp' ? '@timestamp' : field.name;
      const value = name.split('.').reduce<unknown>((at, part) => memberOf(at, part), record);
      const seen = this.#known.get(field.name);
      if (seen)
        addValue(seen, field.name === 'level' && typeof value === 'string' ? value.toLowerCase() : value, field.type);
    }
    const inRecord = new Map<string, unknown[]>();
    collect(record['attributes'], '', inRecord);
    for (const [path, values] of inRecord) this.#addAttribute(path, values);
  }

  /** Known fields first, in the order of the table, then attributes by how many records have them. */
  fields(): readonly FieldDescription[] {
    const known = QUERY_FIELDS.map(({ field, aliases, description }) => ({
      name: field.name,
      type: field.type === 'words' ? ('text' as const) : field.type,
      description,
      aliases,
      ...this.#shown(this.#known.get(field.name)),
    }));
    const attributes = [...this.#attributes]
      .sort(([a, { records: countA }], [b, { records: countB }]) => countB - countA || (a < b ? -1 : 1))
      .slice(0, MAX_ATTRIBUTES)
      .map(([path, seen]) => ({
        name: `attributes.${path}`,
        type: seen.isNumber ? ('number' as const) : ('keyword' as const),
        description: 'an attribute',
        aliases: [],
        ...this.#shown(seen),
      }));
    return [...known, ...attributes];
  }

  #addAttribute(path: string, values: readonly unknown[]): void {
    let seen = this.#attributes.get(path);
    if (!seen) {
      if (this.#attributes.size >= MAX_KEPT) return;
      seen = unseen();
      this.#attributes.set(path, seen);
    }
    seen.records += 1;
    for (const value of values) {
      seen.isNumber &&= typeof value === 'number';
      addExample(seen, String(value));
    }
  }

  #shown({ records, examples }: Seen = unseen()): Pick<FieldDescription, 'share' | 'examples'> {
    const share = this.#size === 0 ? 0 : Math.round((records / this.#size) * 10_000) / 10_000;
    return { share, examples: [...examples] };
  }
}

function unseen(): Seen {
  return { records: 0, isNumber: true, examples: new Set() };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function addValue(seen: Seen, value: unknown, type: string): void {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return;
  seen.records += 1;
  const text = String(value);
  const isLong = type === 'words' && text.length > MAX_EXAMPLE_LENGTH;
  addExample(seen, isLong ? `${text.slice(0, MAX_EXAMPLE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text);
}

function addExample({ examples }: Seen, text: string): void {
  if (text !== '' && text.length <= MAX_EXAMPLE_LENGTH && examples.size < MAX_EXAMPLES) examples.add(text);
}

/** Texts, numbers and truth values by their path; members of arrays have the path of their array. */
function collect(value: unknown, path: string, found: Map<string, unknown[]>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, path, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) collect(member, path === '' ? name : `${path}.${name}`, found);
  } else if (value !== null && value !== undefined && path !== '') {
    const values = found.get(path);
    if (values) values.push(value);
    else found.set(path, [value]);
  }
}
