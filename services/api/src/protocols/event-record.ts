/**
 * Builds records for protocols that carry an event (a line, or any JSON) and say what they know about it beside the event: labels,
 * metadata, fields. What the event itself says wins, what is known beside it fills in, and the rest goes under `attributes`.
 */
import { FIELD_SOURCES } from '@paylog/shared/record/field-sources';
import { decodeString, type JsonNode, type JsonObjectNode } from '@paylog/shared/record/json-tree';
import { levelFromOtelNumber, parseLevel } from '@paylog/shared/record/level';
import { parseTimestamp } from '@paylog/shared/record/timestamp';
import { objectText, UniqueNames, type WrittenMember } from '@paylog/shared/record/token-rewriter';

/** Longest service, host and environment; longer values stay under `attributes`. */
const MAX_SHORT_LENGTH = 256;

/** A field that may be known beside an event. */
export type KnownField = 'service' | 'level' | 'environment' | 'host' | 'trace_id' | 'span_id';

/** Names under which an event itself may carry a field. */
function pathsOf(field: string): readonly string[] {
  return FIELD_SOURCES.find((source) => source.field === field)?.paths ?? [field];
}

const FIELD_PATHS: Readonly<Record<KnownField, readonly string[]>> = {
  service: pathsOf('service'),
  level: pathsOf('level'),
  environment: pathsOf('environment'),
  host: pathsOf('host'),
  trace_id: pathsOf('trace_id'),
  span_id: pathsOf('span_id'),
};

/** The field that each name means; a value that cannot be one is kept under `attributes`. */
const FIELD_OF_PATH: ReadonlyMap<string, KnownField> = new Map(
  (Object.entries(FIELD_PATHS) as [KnownField, readonly string[]][]).flatMap(([field, paths]) =>
    paths.map((path) => [path, field] as const),
  ),
);

const TIME_NAMES = pathsOf('timestamp');

/** Where loggers put the text of an event; Docker's drivers write `line`. */
const MESSAGE_NAMES = [...pathsOf('message'), 'line'];

/** What is known about an event beside it. */
export interface Known {
  /** Values that are usable for their field (see {@link usable}). */
  readonly fields: ReadonlyMap<KnownField, KnownValue>;
  /** 30-character form; it is the record's time, whatever the event says. */
  readonly timestamp?: string | undefined;
  /** JSON text by name, for `attributes`. */
  readonly attributes: readonly (readonly [name: string, json: string])[];
}

/** A value and the name it came under. */
export interface KnownValue {
  readonly name: string;
  readonly value: string;
}

/** The value in the form that its field takes; undefined when it cannot be one. */
export function usable(field: KnownField, value: string): string | undefined {
  switch (field) {
    case 'level':
      return parseLevel(value);
    case 'trace_id':
      return /^[0-9a-f]{32}$/i.test(value) ? value.toLowerCase() : undefined;
    case 'span_id':
      return /^[0-9a-f]{16}$/i.test(value) ? value.toLowerCase() : undefined;
    default:
      return value.length > 0 && value.length <= MAX_SHORT_LENGTH ? value : undefined;
  }
}

/** Members of an event by name; of equal names the last. */
export type Members = ReadonlyMap<string, JsonNode>;

/** The members of an object, of equal names the last, as `JSON.parse` takes them. */
export function membersOf(object: JsonObjectNode): Map<string, JsonNode> {
  return new Map(object.members.map(({ key, value }) => [key, value]));
}

/** The name under which the event has its text, if it has one. */
export function messageName(members: Members): string | undefined {
  return MESSAGE_NAMES.find((name) => members.get(name)?.kind === 'string');
}

/** A record that has nothing of the event but its message. */
export function plainRecord(message: string, { fields, timestamp, attributes }: Known): string {
  let text = `{"message":${JSON.stringify(message)}`;
  if (timestamp !== undefined) text += `,"timestamp":"${timestamp}"`;
  for (const [field, { value }] of fields) text += `,"${field}":${JSON.stringify(value)}`;
  return `${text}${attributesMember([], attributes)}}`;
}

/**
 * A record of the members of an event, whose nodes lie in `text`. `message` is what the event says as a whole, for one that has no
 * text of its own. Members that cannot be the field that they are named after go under `attributes`, so that no event is refused for
 * a word that this product understands otherwise.
 */
export function eventRecord(text: string, members: Members, known: Known, message?: string): string {
  return new EventWriter(text, known).write(members, message);
}

class EventWriter {
  readonly #text: string;
  readonly #known: Known;
  readonly #attributes: WrittenMember[] = [];

  constructor(text: string, known: Known) {
    this.#text = text;
    this.#known = known;
  }

  write(members: Members, message: string | undefined): string {
    const { fields, timestamp, attributes } = this.#known;
    const own = messageName(members);
    const written: string[] = [];
    if (own === undefined) written.push(`"message":${JSON.stringify(message ?? '')}`);
    if (timestamp !== undefined) written.push(`"timestamp":"${timestamp}"`);
    for (const [key, node] of members) {
      if (key === 'attributes' && node.kind === 'object') continue;
      if (key === own) written.push(`"message":${this.#raw(node)}`);
      else if (this.#isKept(key, node, members)) written.push(`${JSON.stringify(key)}:${this.#raw(node)}`);
    }
    const beside = [...attributes];
    for (const [field, { name, value }] of fields) {
      const said = this.#said(field, members);
      if (said === undefined) written.push(`"${field}":${JSON.stringify(value)}`);
      else if (said !== value) beside.push([name, JSON.stringify(value)]);
    }
    const given = members.get('attributes');
    if (given?.kind === 'object') this.#attributes.unshift(...[...membersOf(given)].map(this.#toWritten, this));
    return `{${written.join(',')}${attributesMember(this.#attributes, beside)}}`;
  }

  #raw(node: JsonNode): string {
    return this.#text.slice(node.start, node.end);
  }

  #toWritten([key, node]: readonly [string, JsonNode]): WrittenMember {
    return { key, keyText: JSON.stringify(key), value: this.#raw(node) };
  }

  #scalar(node: JsonNode | undefined): string | undefined {
    if (node?.kind === 'string') return decodeString(this.#text, node);
    return node?.kind === 'number' ? this.#raw(node) : undefined;
  }

  /** Whether a member may stay at the top, to be read like that of any record. What may not goes under `attributes`. */
  #isKept(key: string, node: JsonNode, members: Members): boolean {
    const moved = this.#isForeign(key, node, members);
    if (moved === undefined) return true;
    if (moved === 'attribute') this.#attributes.push(this.#toWritten([key, node]));
    return false;
  }

  #isForeign(key: string, node: JsonNode, members: Members): 'attribute' | 'repetition' | undefined {
    // In an event of somebody else's making an `id` is that of a payment or an order: as a record's id it would merge events.
    if (key === 'id' || key === 'attributes' || key === 'message') return 'attribute';
    if (TIME_NAMES.includes(key)) return this.#foreignTime(node);
    const field = FIELD_OF_PATH.get(key);
    if (field === undefined) return undefined;
    if (node.kind === 'object') {
      // Nesting (`service.name`) stays; an object that says nothing of the field must not share its name with a value from beside.
      return key === field && this.#said(field, members) === undefined ? 'attribute' : undefined;
    }
    const value = fieldValue(key, field, this.#scalar(node), node.kind);
    return value === undefined && !this.#isNull(node) ? 'attribute' : undefined;
  }

  #foreignTime(node: JsonNode): 'attribute' | 'repetition' | undefined {
    const own = this.#scalar(node);
    const time = own === undefined ? undefined : parseTimestamp(own);
    const { timestamp } = this.#known;
    if (timestamp === undefined) return time === undefined && !this.#isNull(node) ? 'attribute' : undefined;
    return time === timestamp ? 'repetition' : 'attribute';
  }

  #isNull(node: JsonNode): boolean {
    return node.kind === 'literal' && this.#text.startsWith('null', node.start);
  }

  /** What the event itself says for a field. */
  #said(field: KnownField, members: Members): string | undefined {
    for (const path of FIELD_PATHS[field]) {
      const node = nodeAt(members, path);
      const value = node && fieldValue(path, field, this.#scalar(node), node.kind);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

/** The usable value that a scalar of the event has for a field. */
function fieldValue(
  path: string,
  field: KnownField,
  scalar: string | undefined,
  kind: JsonNode['kind'],
): string | undefined {
  if (scalar === undefined) return undefined;
  if (path === 'severity_number') return levelFromOtelNumber(Number(scalar));
  if (kind === 'number') return field === 'level' ? parseLevel(Number(scalar)) : undefined;
  return usable(field, scalar);
}

/** The member at a path of one or two names, dotted or nested. */
function nodeAt(members: Members, path: string): JsonNode | undefined {
  const dotted = members.get(path);
  if (dotted && dotted.kind !== 'object') return dotted;
  const [outer = '', inner] = path.split('.');
  const node = inner === undefined ? undefined : members.get(outer);
  return node?.kind === 'object' ? node.members.findLast(({ key }) => key === inner)?.value : undefined;
}

/** The member `attributes` with a comma in front; empty when there is nothing to say. A name that is taken gets a number. */
function attributesMember(own: readonly WrittenMember[], beside: Known['attributes']): string {
  if (own.length + beside.length === 0) return '';
  const names = new UniqueNames();
  const written = own.map((member) => ({ ...member, keyText: JSON.stringify(names.take(member.key)) }));
  for (const [name, value] of beside) {
    const key = names.take(name);
    written.push({ key, keyText: JSON.stringify(key), value });
  }
  return `,"attributes":${objectText(written)}`;
}
