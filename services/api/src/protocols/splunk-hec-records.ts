/** From events of Splunk's HTTP Event Collector to records. */
import { recordFault, type RecordFault } from '@paylog/shared/record/fault';
import {
  decodeString,
  JsonLimitError,
  parseJsonTree,
  type JsonNode,
  type JsonObjectNode,
} from '@paylog/shared/record/json-tree';
import { parseDecimal } from '@paylog/shared/record/decimal';
import { isPan } from '@paylog/shared/record/pan';
import { parseTimestamp } from '@paylog/shared/record/timestamp';
import {
  eventRecord,
  membersOf,
  messageName,
  plainRecord,
  usable,
  type Known,
  type KnownField,
  type KnownValue,
  type Members,
} from './event-record.ts';
import type { RecordSource } from './record-batch.ts';

/** Service of events that name none, nor a source. */
const UNKNOWN_SERVICE = 'unknown_service';

/** Beyond the depth and size of records, which are checked later. */
const TREE_LIMITS = { maxDepth: 256, maxKeys: 100_000 };

/** Indexed fields that stand for a field of the record, the best first. */
const FIELD_NAMES: Readonly<Record<KnownField, readonly string[]>> = {
  service: ['service', 'service.name', 'service_name'],
  level: ['level', 'severity', 'log.level', 'otel.log.severity.text'],
  environment: ['environment', 'env', 'deployment.environment', 'deployment.environment.name'],
  host: ['host.name', 'hostname'],
  trace_id: ['trace_id', 'trace.id', 'traceId'],
  span_id: ['span_id', 'span.id', 'spanId'],
};

const FIELDS = Object.entries(FIELD_NAMES) as [KnownField, readonly string[]][];

/** What the envelope of an event says of its origin, and the query string for events without it. */
export const METADATA = ['host', 'source', 'sourcetype', 'index'] as const;

/** Values by name; of a member the decoded string. */
export type Metadata = Readonly<Partial<Record<(typeof METADATA)[number], string>>>;

/** Faults that have codes of their own in Splunk; all others are invalid data. */
export type HecReason = 'event_missing' | 'event_blank' | 'fields' | 'data';

/** An event that cannot be a record, and what Splunk calls that. */
export interface HecFault extends RecordFault {
  readonly reason: HecReason;
}

function hecFault(reason: HecReason, fault: RecordFault): HecFault {
  return { ...fault, reason };
}

const isNull = (text: string, node: JsonNode | undefined): boolean =>
  node === undefined || (node.kind === 'literal' && text.startsWith('null', node.start));

const rawText = (text: string, node: JsonNode): string => text.slice(node.start, node.end);

/** String or number as text; undefined for what is neither. */
function scalar(text: string, node: JsonNode | undefined): string | undefined {
  if (node?.kind === 'string') return decodeString(text, node);
  return node?.kind === 'number' ? rawText(text, node) : undefined;
}

/** Parses JSON text to a tree, or says why it is none. */
function parse(text: string): JsonNode | RecordFault {
  try {
    JSON.parse(text);
    return parseJsonTree(text, TREE_LIMITS);
  } catch (error) {
    if (!(error instanceof JsonLimitError)) return recordFault('invalid_json', 'an event must be valid JSON');
    return error.limit === 'maxDepth'
      ? recordFault('too_deep', 'the event nests too deeply')
      : recordFault('too_many_keys', 'the event has too many members');
  }
}

/** One event of the event endpoint: `{"time":..., "host":..., "event":..., "fields":{...}}`. */
export function hecEvent(text: string, defaults: Metadata): RecordSource | HecFault {
  const root = parse(text);
  if ('ok' in root) return hecFault('data', root);
  if (root.kind !== 'object') {
    return hecFault('data', recordFault('not_an_object', 'an event must be an object with a member `event`'));
  }
  const members = membersOf(root);
  const event = members.get('event');
  if (event === undefined || isNull(text, event)) {
    return hecFault('event_missing', recordFault('missing_field', 'event is required', 'event'));
  }
  if (scalar(text, event) === '') {
    return hecFault('event_blank', recordFault('invalid_value', 'event must not be blank', 'event'));
  }
  const timestamp = timeOf(text, members.get('time'));
  if (typeof timestamp === 'object') return hecFault('data', timestamp);
  const fields = members.get('fields');
  if (!isNull(text, fields) && fields?.kind !== 'object') {
    return hecFault('fields', recordFault('invalid_type', 'fields must be an object', 'fields'));
  }
  const metadata: Record<string, string> = { ...defaults };
  for (const name of METADATA) {
    const value = scalar(text, members.get(name));
    if (value !== undefined) metadata[name] = value;
  }
  const known = knownOf(text, metadata, fields?.kind === 'object' ? fields : undefined, timestamp);
  return eventSource(text, event, known, serviceOf(metadata));
}

/** One line of the raw endpoint. */
export function hecRaw(line: string, metadata: Metadata): RecordSource {
  return textSource(line, knownOf('', metadata, undefined, undefined), serviceOf(metadata));
}

/** Epoch seconds with decimals, as a number or in a string: the digits are read, never a double. Absent: the time of arrival. */
function timeOf(text: string, node: JsonNode | undefined): string | undefined | RecordFault {
  if (isNull(text, node)) return undefined;
  const sent = scalar(text, node)?.trim();
  if (sent === '') return undefined;
  const time = sent === undefined || isPan(parseDecimal(sent)?.whole ?? '') ? undefined : parseTimestamp(sent);
  const right = 'epoch seconds with decimals, between 1970 and 2262';
  return time ?? recordFault('invalid_timestamp', `time must be ${right}`, 'time');
}

function serviceOf({ source, sourcetype }: Metadata): string {
  return [source, sourcetype].find((name) => name !== undefined && usable('service', name)) ?? UNKNOWN_SERVICE;
}

function knownOf(
  text: string,
  metadata: Metadata,
  fields: JsonObjectNode | undefined,
  timestamp: string | undefined,
): Known {
  const members: Members = fields ? membersOf(fields) : new Map<string, JsonNode>();
  const found = new Map<KnownField, KnownValue>();
  const used = new Set<string>();
  for (const [field, names] of FIELDS) {
    const value = fieldFrom(text, field, names, members);
    if (!value) continue;
    found.set(field, value);
    used.add(value.name);
  }
  const attributes: (readonly [string, string])[] = [];
  for (const [name, node] of members) if (!used.has(name)) attributes.push([name, rawText(text, node)]);
  for (const name of METADATA) {
    const value = metadata[name];
    if (value === undefined || value === '') continue;
    if (name === 'host' && usable('host', value) !== undefined && !found.has('host'))
      found.set('host', { name, value });
    else attributes.push([name, JSON.stringify(value)]);
  }
  return { fields: found, timestamp, attributes };
}

function fieldFrom(
  text: string,
  field: KnownField,
  names: readonly string[],
  members: Members,
): KnownValue | undefined {
  for (const name of names) {
    const sent = scalar(text, members.get(name));
    const value = sent === undefined ? undefined : usable(field, sent);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

function eventSource(text: string, event: JsonNode, known: Known, service: string): RecordSource {
  if (event.kind === 'string') return textSource(decodeString(text, event), known, service);
  const raw = rawText(text, event);
  if (event.kind !== 'object') return { text: plainRecord(raw, known), service };
  const members = unwrapped(event);
  return { text: eventRecord(text, members, known, raw), otherwise: () => plainRecord(raw, known), service };
}

/** Text that is a JSON object with a message is a record like an event that is one. */
function textSource(line: string, known: Known, service: string): RecordSource {
  const trimmed = line.trim();
  const plain = (): string => plainRecord(line, known);
  if (trimmed.startsWith('{') && trimmed.endsWith('}')) {
    const node = parse(trimmed);
    const members = !('ok' in node) && node.kind === 'object' ? membersOf(node) : undefined;
    if (members && messageName(members) !== undefined) {
      return { text: eventRecord(trimmed, members, known), otherwise: plain, service };
    }
  }
  return { text: plain(), service };
}

/**
 * The members of an event. Splunk's logger for JavaScript puts what was logged into `message`, winston's transport for it all of that
 * into `message.meta`, and Docker's driver (`splunk-format=json`) a line of JSON into `line`: their members count as the event's own,
 * the inner ones first.
 */
function unwrapped(event: JsonObjectNode): Members {
  const members = membersOf(event);
  const wrapper = ['message', 'line'].find((name) => members.get(name)?.kind === 'object') ?? '';
  const message = members.get(wrapper);
  if (message?.kind !== 'object') return members;
  const inner = membersOf(message);
  const meta = inner.get('meta');
  const innermost = meta?.kind === 'object' ? membersOf(meta) : undefined;
  const isWrapper = innermost !== undefined && messageName(innermost) !== undefined && inner.has('msg');
  if (!isWrapper && messageName(inner) === undefined) return members;
  members.delete(wrapper);
  if (isWrapper) {
    inner.delete('meta');
    inner.delete('msg');
    return merged(innermost, inner, members);
  }
  return merged(inner, members);
}

/** Of equal names the first wins; the name of the others says that they stood further out. */
function merged(first: Members, ...outer: readonly Members[]): Members {
  const all = new Map(first);
  for (const members of outer) {
    for (const [name, node] of members) all.set(all.has(name) ? `event.${name}` : name, node);
  }
  return all;
}
