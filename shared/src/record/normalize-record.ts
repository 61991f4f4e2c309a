/**
 * The slow path: any accepted form of a record (synonyms, nested or dotted ECS, other loggers' names, duplicate keys, cardholder
 * data) to the text of a canonical record. Tokens that need no change keep their text.
 */
import { parseDecimal } from './decimal.ts';
import { recordFault, type RecordFault } from './fault.ts';
import { CANDIDATES, FIELD_SOURCES, type FieldCandidate } from './field-sources.ts';
import { decodeString, lastMember, type JsonNode, type JsonObjectNode } from './json-tree.ts';
import { levelFromOtelNumber, parseLevel } from './level.ts';
import { isPan } from './pan.ts';
import { objectText, TokenRewriter, UniqueNames, type WrittenMember } from './token-rewriter.ts';

/** Canonical text with what was changed on the way. */
export interface NormalizedRecord {
  readonly ok: true;
  readonly text: string;
  /** The time as sent: decimal text of a number, content of a string; undefined when absent. */
  readonly timestampText: string | undefined;
  /** Where each canonical field came from, in the sender's names. */
  readonly sentAs: ReadonlyMap<string, string>;
  readonly pan: number;
  readonly cvv: number;
}

interface Found {
  readonly rank: number;
  readonly path: string;
  readonly node: JsonNode;
}

/** Members that are objects when they are there. */
const OBJECT_FIELDS = ['http', 'payment', 'attributes'] as const;

class RecordNormalizer {
  readonly #text: string;
  readonly #root: JsonObjectNode;
  /** Members of the record by name; of duplicates the last. */
  readonly #top: ReadonlyMap<string, JsonNode>;
  readonly #rewriter: TokenRewriter;
  /** Nodes that became a canonical field (or are null): not to be kept under `attributes` again. */
  readonly #taken = new Set<JsonNode>();
  readonly #sentAs = new Map<string, string>();
  #timestampText: string | undefined;

  constructor(text: string, root: JsonObjectNode, isPlain: boolean) {
    this.#text = text;
    this.#root = root;
    this.#top = new Map(root.members.map((member) => [member.key, member.value]));
    this.#rewriter = new TokenRewriter(text, isPlain);
  }

  run(): NormalizedRecord | RecordFault {
    const wrong = this.#wrongObject();
    if (wrong) return wrong;
    const members: string[] = [];
    const nested = new Map<string, string[]>();
    for (const [index, found] of this.#found().entries()) {
      const best = found && this.#best(found);
      if (!best) continue;
      const field = FIELD_SOURCES[index]?.field ?? '';
      this.#sentAs.set(field, best.path);
      const value = this.#value(field, best);
      if (typeof value === 'object') return value;
      const [outer = '', inner] = field.split('.');
      if (inner === undefined) members.push(`"${field}":${value}`);
      else nested.set(outer, [...(nested.get(outer) ?? []), `"${inner}":${value}`]);
    }
    for (const [outer, inner] of nested) members.push(`"${outer}":{${inner.join(',')}}`);
    const attributes = this.#attributes();
    if (attributes !== undefined) members.push(`"attributes":${attributes}`);
    const { pan, cvv } = this.#rewriter;
    const text = `{${members.join(',')}}`;
    return { ok: true, text, timestampText: this.#timestampText, sentAs: this.#sentAs, pan, cvv };
  }

  #isNull(node: JsonNode): boolean {
    return node.kind === 'literal' && this.#text.startsWith('null', node.start);
  }

  #wrongObject(): RecordFault | undefined {
    for (const name of OBJECT_FIELDS) {
      const node = this.#top.get(name);
      if (!node || node.kind === 'object') continue;
      if (!this.#isNull(node)) return recordFault('invalid_type', `${name} must be an object`, name);
      this.#taken.add(node);
    }
    return undefined;
  }

  /** What the record has for each field, unsorted. An object is someone's nesting, not a value. */
  #found(): (Found[] | undefined)[] {
    const found = new Array<Found[] | undefined>(FIELD_SOURCES.length).fill(undefined);
    for (const [name, top] of this.#top) {
      for (const candidate of CANDIDATES.get(name) ?? []) {
        const node = nodeAt(top, candidate);
        if (!node || node.kind === 'object') continue;
        const { field, rank, path } = candidate;
        (found[field] ??= []).push({ rank, path, node });
      }
    }
    return found;
  }

  /** The best that is not absent. What is passed over on the way is gone, what is left goes under `attributes`. */
  #best(found: Found[]): Found | undefined {
    found.sort((a, b) => a.rank - b.rank);
    for (const one of found) {
      this.#taken.add(one.node);
      if (!this.#isAbsent(one)) return one;
    }
    return undefined;
  }

  /** null stands for absent; so does the empty string that tracers write where there is no trace. */
  #isAbsent({ path, node }: Found): boolean {
    return this.#isNull(node) || (/^(?:trace|span)/.test(path) && this.#rewriter.raw(node) === '""');
  }

  #decoded(node: JsonNode): string {
    return node.kind === 'string' ? decodeString(this.#text, node) : this.#rewriter.raw(node);
  }

  /** JSON text of a field's value, or why it cannot be one. */
  #value(field: string, found: Found): string | RecordFault {
    const { node } = found;
    switch (field) {
      case 'level':
        return this.#level(found);
      case 'timestamp':
        return this.#timestamp(found);
      case 'id':
        return this.#id(found);
      case 'trace_id':
      case 'span_id':
        // Sixteen hexadecimal digits may look like a card number by chance; the schema lets nothing else pass.
        return node.kind === 'string' ? JSON.stringify(this.#decoded(node).toLowerCase()) : this.#rewriter.raw(node);
      default:
        return this.#rewriter.write(node) ?? 'null';
    }
  }

  #level({ path, node }: Found): string | RecordFault {
    const decoded = this.#decoded(node);
    const isNumber = node.kind === 'number' || path === 'severity_number';
    const parse = path === 'severity_number' ? levelFromOtelNumber : parseLevel;
    const level = isNumber ? parse(Number(decoded)) : node.kind === 'string' ? parseLevel(decoded) : undefined;
    if (level !== undefined) return `"${level}"`;
    const right = 'trace, debug, info, warn, error, fatal, a usual synonym, or a syslog, pino or OpenTelemetry number';
    return recordFault('invalid_level', `${path} must be one of ${right}`, path);
  }

  /** A time of the form of an epoch number may be a card number; times like that are decades away. */
  #timestamp({ path, node }: Found): string | RecordFault {
    const decoded = this.#decoded(node);
    if (isPan(parseDecimal(decoded)?.whole ?? '')) {
      return recordFault('invalid_timestamp', `${path} looks like a card number`, path);
    }
    this.#timestampText = decoded;
    return this.#rewriter.raw(node);
  }

  #id({ path, node }: Found): string | RecordFault {
    if (node.kind !== 'string' && node.kind !== 'number') return this.#rewriter.write(node) ?? 'null';
    const before = this.#rewriter.pan + this.#rewriter.cvv;
    const clean = this.#rewriter.clean(this.#decoded(node));
    if (this.#rewriter.pan + this.#rewriter.cvv === before) return JSON.stringify(clean.replaceAll('\0', '\ufffd'));
    const message = `${path} must not contain a card number: ids are keys and cannot be redacted`;
    return recordFault('sensitive_id', message, path);
  }

  /** The record's own attributes, then everything at the top that no field claimed. */
  #attributes(): string | undefined {
    const own = this.#top.get('attributes');
    const kept = own?.kind === 'object' ? this.#rewriter.members(own) : [];
    if (own) this.#taken.add(own);
    const moved = this.#rewriter.members(this.#root, this.#taken);
    if (kept.length + moved.length === 0) return own?.kind === 'object' ? '{}' : undefined;
    return objectText(kept.length === 0 ? moved : [...kept, ...apart(kept, moved)]);
  }
}

/** A member of `attributes` keeps its name; one of the same name from the top of the record is kept beside it as `top.<name>`. */
function apart(kept: readonly WrittenMember[], moved: readonly WrittenMember[]): WrittenMember[] {
  const names = new UniqueNames();
  for (const { key } of [...kept, ...moved]) if (!names.has(key)) names.take(key);
  const own = new Set(kept.map(({ key }) => key));
  return moved.map((member) => {
    if (!own.has(member.key)) return member;
    const key = names.take(`top.${member.key}`);
    return { key, keyText: JSON.stringify(key), value: member.value };
  });
}

function nodeAt(top: JsonNode, { inner }: FieldCandidate): JsonNode | undefined {
  return inner.length === 0 ? top : nodeBelow(top, inner);
}

/** The node at the end of `names`, each step one name or several with dots between; of these the longest wins. */
function nodeBelow(node: JsonNode, names: readonly string[]): JsonNode | undefined {
  if (node.kind !== 'object') return undefined;
  for (let count = names.length; count > 0; count -= 1) {
    const value = lastMember(node, names.slice(0, count).join('.'))?.value;
    const found = value && (count === names.length ? value : nodeBelow(value, names.slice(count)));
    if (found) return found;
  }
  return undefined;
}

/**
 * Normalises the record `text` with its tree. `isPlain`: it is compact and holds nothing to redact. The result still has to pass
 * the schema.
 */
export function normalizeRecord(text: string, root: JsonObjectNode, isPlain: boolean): NormalizedRecord | RecordFault {
  return new RecordNormalizer(text, root, isPlain).run();
}
