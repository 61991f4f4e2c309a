/**
 * The slow path: any accepted form of a record (synonyms, nested or dotted ECS, other loggers' names, duplicate keys, cardholder
 * data) to the text of a canonical record. Tokens that need no change keep their text.
 */
import { recordFault, type RecordFault } from './fault.ts';
import { FIELD_SOURCES } from './field-sources.ts';
import { decodeString, lastMember, type JsonNode, type JsonObjectNode } from './json-tree.ts';
import { levelFromOtelNumber, parseLevel } from './level.ts';
import { TokenRewriter } from './token-rewriter.ts';

/** Canonical text with what was changed on the way. */
export interface NormalizedRecord {
  readonly ok: true;
  readonly text: string;
  /** The time as sent: decimal text of a number, content of a string; undefined when absent. */
  readonly timestampText: string | undefined;
  readonly pan: number;
  readonly cvv: number;
}

interface Found {
  readonly path: string;
  readonly node: JsonNode;
}

class RecordNormalizer {
  readonly #text: string;
  readonly #root: JsonObjectNode;
  /** Members of the record by name; of duplicates the last. */
  readonly #top: ReadonlyMap<string, JsonNode>;
  readonly #rewriter: TokenRewriter;
  /** Nodes that became a canonical field (or are null): not to be kept under `attributes` again. */
  readonly #taken = new Set<JsonNode>();
  #timestampText: string | undefined;

  constructor(text: string, root: JsonObjectNode) {
    this.#text = text;
    this.#root = root;
    this.#top = new Map(root.members.map((member) => [member.key, member.value]));
    this.#rewriter = new TokenRewriter(text);
  }

  run(): NormalizedRecord | RecordFault {
    const members: string[] = [];
    const nested = new Map<string, string[]>();
    for (const { field, paths } of FIELD_SOURCES) {
      const found = this.#find(paths);
      if (!found) continue;
      const value = this.#value(field, found);
      if (typeof value === 'object') return value;
      const [outer = '', inner] = field.split('.');
      if (inner === undefined) members.push(`"${field}":${value}`);
      else nested.set(outer, [...(nested.get(outer) ?? []), `"${inner}":${value}`]);
    }
    for (const [outer, inner] of nested) members.push(`"${outer}":{${inner.join(',')}}`);
    const attributes = this.#attributes();
    if (typeof attributes === 'object') return attributes;
    if (attributes !== '') members.push(`"attributes":${attributes}`);
    const { pan, cvv } = this.#rewriter;
    return { ok: true, text: `{${members.join(',')}}`, timestampText: this.#timestampText, pan, cvv };
  }

  /** The node at a dotted path: a dotted name at the top first, then nested objects. */
  #nodeAt(path: string): JsonNode | undefined {
    const direct = this.#top.get(path);
    if (direct) return direct;
    const dot = path.indexOf('.');
    let node = dot === -1 ? undefined : this.#top.get(path.slice(0, dot));
    if (!node) return undefined;
    for (const name of path.slice(dot + 1).split('.'))
      node = node?.kind === 'object' ? lastMember(node, name)?.value : undefined;
    return node;
  }

  /** The first path that holds a value fit to be the field itself; an object under it is someone's nesting, not a value. */
  #find(paths: readonly string[]): Found | undefined {
    for (const path of paths) {
      const node = this.#nodeAt(path);
      if (!node || node.kind === 'object' || this.#taken.has(node)) continue;
      this.#taken.add(node);
      if (!this.#isAbsent(path, node)) return { path, node };
    }
    return undefined;
  }

  /** null stands for absent; so does the empty string that tracers write where there is no trace. */
  #isAbsent(path: string, node: JsonNode): boolean {
    const raw = this.#rewriter.raw(node);
    return raw === 'null' || (raw === '""' && /^(?:trace|span)/.test(path));
  }

  /** JSON text of a field's value, or why it cannot be one. */
  #value(field: string, { path, node }: Found): string | RecordFault {
    const raw = this.#rewriter.raw(node);
    const decoded = node.kind === 'string' ? decodeString(this.#text, node) : raw;
    switch (field) {
      case 'level':
        return this.#level(path, node, decoded);
      case 'timestamp':
        this.#timestampText = decoded;
        return raw;
      case 'id':
        return this.#id(path, node, decoded);
      case 'trace_id':
      case 'span_id':
        return node.kind === 'string' ? JSON.stringify(decoded.toLowerCase()) : raw;
      default:
        return this.#rewriter.write(node) ?? 'null';
    }
  }

  #level(path: string, node: JsonNode, decoded: string): string | RecordFault {
    const isNumber = node.kind === 'number' || path === 'severity_number';
    const parse = path === 'severity_number' ? levelFromOtelNumber : parseLevel;
    const level = isNumber ? parse(Number(decoded)) : node.kind === 'string' ? parseLevel(decoded) : undefined;
    if (level !== undefined) return `"${level}"`;
    const right = 'trace, debug, info, warn, error, fatal, a usual synonym, or a syslog, pino or OpenTelemetry number';
    return recordFault('invalid_level', `${path} must be one of ${right}`, path);
  }

  #id(path: string, node: JsonNode, decoded: string): string | RecordFault {
    if (node.kind === 'number')
      return this.#id(path, { ...node, kind: 'string' }, JSON.stringify(decoded).slice(1, -1));
    const before = this.#rewriter.pan + this.#rewriter.cvv;
    const text = node.kind === 'string' ? this.#rewriter.key(decoded) : (this.#rewriter.write(node) ?? 'null');
    if (this.#rewriter.pan + this.#rewriter.cvv === before) return text;
    return recordFault(
      'sensitive_id',
      `${path} must not contain a card number: ids are keys and cannot be redacted`,
      path,
    );
  }

  /** The record's own attributes, then everything at the top that no field claimed. */
  #attributes(): string | RecordFault {
    const own = this.#top.get('attributes');
    const isNull = own !== undefined && this.#rewriter.raw(own) === 'null';
    if (own && own.kind !== 'object' && !isNull) {
      return recordFault('invalid_type', 'attributes must be an object', 'attributes');
    }
    const kept = own?.kind === 'object' ? this.#rewriter.members(own) : new Map<string, string>();
    if (own) this.#taken.add(own);
    for (const [key, member] of this.#rewriter.members(this.#root, this.#taken)) {
      // A member of `attributes` wins its name; the other one is kept beside it.
      if (kept.has(key))
        kept.set(`top.${key}`, member.replace(this.#rewriter.key(key), this.#rewriter.key(`top.${key}`)));
      else kept.set(key, member);
    }
    return kept.size === 0 && !own ? '' : `{${[...kept.values()].join(',')}}`;
  }
}

/** Normalises the record `text` with its tree. The result still has to pass the schema. */
export function normalizeRecord(text: string, root: JsonObjectNode): NormalizedRecord | RecordFault {
  return new RecordNormalizer(text, root).run();
}
