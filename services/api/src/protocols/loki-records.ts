/** From the streams of a push to records. */
import { hash } from 'node:crypto';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { RecordFault } from '@paylog/shared/record/fault';
import { parseJsonTree } from '@paylog/shared/record/json-tree';
import {
  eventRecord,
  membersOf,
  messageName,
  plainRecord,
  usable,
  type Known,
  type KnownField,
  type KnownValue,
} from './event-record.ts';
import { NO_METADATA, type LokiEntry, type LokiStream } from './loki-push.ts';
import type { RecordSource } from './record-batch.ts';

/** Service of streams whose labels name none; what Loki itself calls them. */
const UNKNOWN_SERVICE = 'unknown_service';

/**
 * Labels and metadata that stand for a field, the best first. Metadata go before labels: they are the entry's own. Trace and span ids
 * are not searched in labels: no stream is a single trace.
 */
const FIELD_NAMES: Readonly<Record<KnownField, readonly string[]>> = {
  service: ['service_name', 'service', 'service.name'],
  level: ['level', 'detected_level', 'severity', 'severity_text', 'lvl'],
  environment: ['environment', 'env', 'deployment_environment', 'deployment_environment_name'],
  host: ['host', 'hostname', 'host_name', 'nodename', 'node_name'],
  trace_id: ['trace_id', 'traceID', 'traceId', 'trace.id'],
  span_id: ['span_id', 'spanID', 'spanId', 'span.id'],
};

const FIELDS = Object.entries(FIELD_NAMES) as [KnownField, readonly string[]][];

/**
 * Labels that Loki takes for the service when there is no `service_name`, in its order (`discover_service_name` in
 * https://grafana.com/docs/loki/latest/configure/#limits_config), with what Docker's driver sets. They name something else as well
 * and so stay under `attributes`.
 */
const SERVICE_STAND_INS: readonly string[] = [
  'app',
  'application',
  'app_name',
  'name',
  'app_kubernetes_io_name',
  'compose_service',
  'swarm_service',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
];

/** Bytes of all records that one push may become: labels are sent once and stored with each entry. */
const MAX_EXPANDED = 32 * 1024 * 1024;

/** Beyond the depth and size of records, which are checked later. */
const TREE_LIMITS = { maxDepth: 256, maxKeys: 100_000 };

/** Records of a push, and for each the number of its stream and of its entry therein. */
export interface LokiRecords {
  readonly sources: readonly (RecordSource | RecordFault)[];
  readonly places: readonly (readonly [stream: number, entry: number])[];
}

/** Makes a record of each entry, in order. Throws `body_too_large`. */
export function lokiRecords(streams: readonly LokiStream[]): LokiRecords {
  const sources: (RecordSource | RecordFault)[] = [];
  const places: [number, number][] = [];
  const ids = new EntryIds();
  let expanded = 0;
  for (const [number, { labels, entries }] of streams.entries()) {
    const stream = new StreamWriter(labels, ids);
    for (const [at, entry] of entries.entries()) {
      const source = 'ok' in entry ? entry : stream.source(entry);
      if ('text' in source) expanded += source.text.length;
      if (expanded > MAX_EXPANDED) {
        const detail = `entries and their labels may have at most ${MAX_EXPANDED} characters together; send fewer at once`;
        throw new ProblemError('body_too_large', detail);
      }
      sources.push(source);
      places.push([number, at]);
    }
  }
  return { sources, places };
}

/**
 * Ids that follow from the entry. Loki takes entries of one stream with the same time and line for one; here a request that comes a
 * second time (its answer was lost, or told of a rejected neighbor) says so by the same ids. Equal entries of one request are counted
 * and all kept.
 */
class EntryIds {
  readonly #seen = new Map<string, number>();

  idOf(stream: string, { timestamp, line, metadata }: LokiEntry): string {
    const pairs = metadata.size === 0 ? '' : JSON.stringify([...metadata]);
    const digest = hash('sha256', `${stream}\n${timestamp}\n${pairs}\n${line}`, 'base64').slice(0, 22);
    const before = this.#seen.get(digest) ?? 0;
    this.#seen.set(digest, before + 1);
    const time = Date.parse(`${timestamp.slice(0, 23)}Z`).toString(36);
    const id = `${time}-${digest.replaceAll('+', '-').replaceAll('/', '_')}`;
    return before === 0 ? id : `${id}-${before}`;
  }
}

class StreamWriter {
  readonly #labels: ReadonlyMap<string, string>;
  readonly #ids: EntryIds;
  /** The labels in one text, whatever their order. */
  readonly #key: string;
  readonly #standIn: string;
  readonly #known: Omit<Known, 'timestamp'>;

  constructor(labels: ReadonlyMap<string, string>, ids: EntryIds) {
    this.#labels = labels;
    this.#ids = ids;
    this.#key = hash('sha256', JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1))), 'base64');
    this.#standIn = standIn(labels) ?? UNKNOWN_SERVICE;
    this.#known = knownOf(labels, NO_METADATA);
  }

  source(entry: LokiEntry): RecordSource | RecordFault {
    const { timestamp, line, metadata } = entry;
    const id = this.#ids.idOf(this.#key, entry);
    const known = { ...(metadata.size === 0 ? this.#known : knownOf(this.#labels, metadata)), timestamp };
    const service = standIn(metadata) ?? this.#standIn;
    const structured = structuredRecord(line, known);
    if (structured === undefined) return { text: plainRecord(line, known), id, service };
    return { text: structured, otherwise: () => plainRecord(line, known), id, service };
  }
}

function standIn(labels: ReadonlyMap<string, string>): string | undefined {
  for (const name of SERVICE_STAND_INS) {
    const value = labels.get(name);
    if (value !== undefined && usable('service', value) !== undefined) return value;
  }
  return undefined;
}

/** What labels and metadata say. */
function knownOf(labels: ReadonlyMap<string, string>, metadata: ReadonlyMap<string, string>): Omit<Known, 'timestamp'> {
  const fields = new Map<KnownField, KnownValue>();
  const used = new Set<string>();
  for (const [field, names] of FIELDS) {
    const found = fieldFrom(field, names, metadata) ?? (isOfEntry(field) ? undefined : fieldFrom(field, names, labels));
    if (!found) continue;
    fields.set(field, found);
    used.add(found.name);
  }
  const attributes: (readonly [string, string])[] = [];
  for (const [name, value] of metadata) if (!used.has(name)) attributes.push([name, JSON.stringify(value)]);
  for (const [name, value] of labels) {
    if (metadata.get(name) === value || (used.has(name) && !metadata.has(name))) continue;
    attributes.push([name, JSON.stringify(value)]);
  }
  return { fields, attributes };
}

const isOfEntry = (field: KnownField): boolean => field === 'trace_id' || field === 'span_id';

function fieldFrom(
  field: KnownField,
  names: readonly string[],
  values: ReadonlyMap<string, string>,
): KnownValue | undefined {
  for (const name of names) {
    const value = values.get(name);
    const own = value === undefined ? undefined : usable(field, value);
    if (own !== undefined) return { name, value: own };
  }
  return undefined;
}

/** A record of the fields of a line that is a JSON object with a message; undefined for every other line. */
function structuredRecord(line: string, known: Known): string | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    JSON.parse(text);
    const node = parseJsonTree(text, TREE_LIMITS);
    if (node.kind !== 'object') return undefined;
    const members = membersOf(node);
    return messageName(members) === undefined ? undefined : eventRecord(text, members, known);
  } catch {
    return undefined;
  }
}
