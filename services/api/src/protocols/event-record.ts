/**
 * Builds records for protocols that carry an event (a line, or any JSON) and say what they know about it beside the event: labels,
 * metadata, fields. What the event itself says wins, what is known beside it fills in, and the rest goes under `attributes`.
 */
import { CANDIDATES, FIELD_SOURCES } from '@paylog/shared/record/field-sources';
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

const KNOWN_FIELDS = Object.keys(FIELD_PATHS) as KnownField[];

/** The field that each name means; a value that cannot be one is kept under `attributes`. */
const FIELD_OF_PATH: ReadonlyMap<string, KnownField> = new Map(
  KNOWN_FIELDS.flatMap((field) => FIELD_PATHS[field].map((path) => [path, field] as const)),
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
  return new EventWriter(text, members, known).write(message);
}

/** What the event says for a field, and where. */
interface Said {
  readonly value: string;
  /** The member that says it, unless that lies deeper. */
  readonly member: string | undefined;
}

class EventWriter {
  readonly #text: string;
  readonly #members: Members;
  readonly #known: Known;
  readonly #said = new Map<KnownField, Said>();
  readonly #attributes: WrittenMember[] = [];

  constructor(text: string, members: Members, known: Known) {
    this.#text = text;
    this.#members = members;
    this.#known = known;
  }

  /** Writes what may be canonical already under canonical names: such records take the fast path of the check. */
  write(message: string | undefined): string {
    const { fields, timestamp, attributes } = this.#known;
    const own = messageName(this.#members);
    const written: string[] = [];
    const messageNode = own === undefined ? undefined : this.#members.get(own);
    written.push(`"message":${messageNode ? this.#raw(messageNode) : JSON.stringify(message ?? '')}`);
    if (timestamp !== undefined) written.push(`"timestamp":"${timestamp}"`);
    const beside = [...attributes];
    for (const field of KNOWN_FIELDS) {
      const said = this.#saidFor(field);
      const known = fields.get(field);
      if (said) this.#said.set(field, said);
      if (said && known && said.value !== known.value) beside.push([known.name, JSON.stringify(known.value)]);
      // What lies deeper (`service.name`) is left where it is, for the general reading of records.
      const value = said ? said.member && said.value : known?.value;
      if (value !== undefined) written.push(`"${field}":${JSON.stringify(value)}`);
    }
    for (const [key, node] of this.#members) {
      if (key === own) continue;
      const place = this.#placeOf(key, node);
      if (place === 'top') written.push(`${JSON.stringify(key)}:${this.#raw(node)}`);
      else if (place === 'attribute') this.#attributes.push(this.#toWritten([key, node]));
    }
    const given = this.#members.get('attributes');
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

  /** Where a member goes that is not the message: nowhere when it is null, or said already. */
  #placeOf(key: string, node: JsonNode): 'top' | 'attribute' | 'nowhere' {
    if (key === 'attributes' && node.kind === 'object') return 'nowhere';
    if (!CANDIDATES.has(key)) return 'attribute';
    if (node.kind === 'literal' && this.#text.startsWith('null', node.start)) return 'nowhere';
    // In an event of somebody else's making an `id` is that of a payment or an order: as a record's id it would merge events.
    if (key === 'id' || key === 'message') return 'attribute';
    if (TIME_NAMES.includes(key)) return this.#placeOfTime(node);
    const field = FIELD_OF_PATH.get(key);
    if (field !== undefined) {
      const said = this.#said.get(field);
      if (said?.member === key) return 'nowhere';
      // Nesting (`service.name`) stays where it says the field; beside a value of its name it would be said twice.
      return node.kind === 'object' && (key !== field || (said && said.member === undefined)) ? 'top' : 'attribute';
    }
    return MESSAGE_NAMES.includes(key) && node.kind !== 'object' ? 'attribute' : 'top';
  }

  #placeOfTime(node: JsonNode): 'top' | 'attribute' | 'nowhere' {
    const own = this.#scalar(node);
    const time = own === undefined ? undefined : parseTimestamp(own);
    const { timestamp } = this.#known;
    if (timestamp === undefined) return time === undefined ? 'attribute' : 'top';
    return time === timestamp ? 'nowhere' : 'attribute';
  }

  #saidFor(field: KnownField): Said | undefined {
    for (const path of FIELD_PATHS[field]) {
      const node = nodeAt(this.#members, path);
      const value = node && fieldValue(path, field, this.#scalar(node), node.kind);
      if (value === undefined) continue;
      const top = this.#members.get(path);
      return { value, member: top && top.kind !== 'object' ? path : undefined };
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
