/**
 * From the parts of one OTLP log record (https://opentelemetry.io/docs/specs/otel/logs/data-model/) to the JSON text of a record in
 * the product's own names, so that it takes the fast path of `prepare.ts`. Values arrive as JSON text: nothing is lost on the way,
 * 64-bit integers included.
 */
import { recordFault } from './fault.ts';
import { levelFromOtelNumber, LEVELS, parseLevel, type Level } from './level.ts';
import { FIELD_COUNT, OTLP_FIELDS, type OtlpKind, type OtlpName, RESOURCE_FIELDS } from './otlp-fields.ts';
import { OtlpRecordError } from './otlp-logs.ts';
import type { OtlpAttributeSink, OtlpResource, OtlpScope } from './otlp-shared-parts.ts';
import { redactText, REDACTED } from './redact.ts';

/** Service of log records whose resource names none; the default of the resource conventions. */
const UNKNOWN_SERVICE = '"unknown_service"';

/** Parts of a log record besides its attributes. Texts are JSON; undefined or zero is absent. */
export interface OtlpRecordParts {
  time: string | undefined;
  observedTime: string | undefined;
  severityNumber: number;
  severityText: string | undefined;
  body: string | undefined;
  bodyKind: OtlpKind;
  /** Lower-case hexadecimal, not all zeros. */
  traceId: string | undefined;
  spanId: string | undefined;
  /** Ids that are no ids, as JSON text. */
  badTraceId: string | undefined;
  badSpanId: string | undefined;
  eventName: string | undefined;
  flags: number;
  droppedAttributes: number;
}

/** A log record that says nothing. */
export function emptyParts(): OtlpRecordParts {
  return {
    time: undefined,
    observedTime: undefined,
    severityNumber: 0,
    severityText: undefined,
    body: undefined,
    bodyKind: 'none',
    traceId: undefined,
    spanId: undefined,
    badTraceId: undefined,
    badSpanId: undefined,
    eventName: undefined,
    flags: 0,
    droppedAttributes: 0,
  };
}

/** JSON text of bytes: base64, which no redaction looks into, so bytes that hold card data as text are not kept. */
export function bytesText(bytes: Buffer): string {
  if (redactText(bytes.toString('latin1')).redacted > 0) return `"${REDACTED}"`;
  return `"${bytes.toString('base64')}"`;
}

/** JSON text of a double; what JSON has no number for becomes a string. */
export function doubleText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The event time as RFC 3339, or why there is none. */
export function timeOrFault(time: string | undefined, field: string): string {
  if (time !== undefined) return time;
  const right = 'nanoseconds since 1970, at most 9223372036854775807 (2262-04-11)';
  throw new OtlpRecordError(recordFault('invalid_timestamp', `${field} must be ${right}`, field));
}

/** Writes one record after the other. */
export class OtlpRecordWriter implements OtlpAttributeSink {
  readonly #fields = new Array<string | undefined>(FIELD_COUNT).fill(undefined);
  readonly #names = new Array<OtlpName | undefined>(FIELD_COUNT).fill(undefined);
  #hasFields = false;
  #attributes = '';
  /** Attributes under names that the writer may need itself. */
  #ownNamed: [OtlpName, string][] = [];

  /** Begins a record: attributes of the one before are gone. */
  begin(): void {
    this.#attributes = '';
    if (this.#ownNamed.length > 0) this.#ownNamed = [];
    if (!this.#hasFields) return;
    this.#fields.fill(undefined);
    this.#names.fill(undefined);
    this.#hasFields = false;
  }

  /** An attribute of the record. */
  attribute(name: OtlpName, text: string, kind: OtlpKind): void {
    const { target } = name;
    if (target?.fits(text, kind) === true) {
      const { field, rank } = target;
      const before = this.#names[field];
      if (before?.target && before.target.rank < rank) {
        this.#attributes += `,${name.text}${text}`;
        return;
      }
      // Of one name given twice the last counts, as in JSON.
      if (before && before.name !== name.name) this.#attributes += `,${before.text}${this.#fields[field] ?? ''}`;
      this.#fields[field] = text;
      this.#names[field] = name;
      this.#hasFields = true;
    } else if (name.isOwnName) {
      this.#ownNamed.push([name, text]);
    } else {
      this.#attributes += `,${name.text}${text}`;
    }
  }

  /** JSON text of the record. */
  finish(parts: OtlpRecordParts, resource: OtlpResource, scope: OtlpScope): string {
    const level = levelOf(parts);
    let text = `{"message":${messageOf(parts)}`;
    const time = parts.time ?? parts.observedTime;
    if (time !== undefined) text += `,"timestamp":"${time}"`;
    if (level !== undefined) text += `,"level":"${level}"`;
    if (parts.traceId !== undefined) text += `,"trace_id":"${parts.traceId}"`;
    if (parts.spanId !== undefined) text += `,"span_id":"${parts.spanId}"`;
    text += this.#resourceFields(resource) + scope.logger;
    if (this.#hasFields) text += this.#ownFields();
    const own = ownMembers(parts, level) + resource.text + scope.text;
    const attributes = this.#attributes + this.#apart(own) + own;
    return attributes === '' ? `${text}}` : `${text},"attributes":{${attributes.slice(1)}}}`;
  }

  #resourceFields(resource: OtlpResource): string {
    let text = '';
    for (let at = 0; at < RESOURCE_FIELDS; at += 1) {
      const given = resource.fields[at];
      const mine = this.#fields[at];
      const name = this.#names[at];
      if (given !== undefined && mine !== undefined && name) this.#attributes += `,${name.text}${mine}`;
      const value = given ?? mine ?? (at === 0 ? UNKNOWN_SERVICE : undefined);
      if (value !== undefined) text += `,${OTLP_FIELDS[at]?.nameText ?? ''}${value}`;
    }
    return text;
  }

  #ownFields(): string {
    let text = '';
    let open: string | undefined;
    for (let at = RESOURCE_FIELDS; at < FIELD_COUNT; at += 1) {
      const value = this.#fields[at];
      const field = OTLP_FIELDS[at];
      if (value === undefined || !field) continue;
      const { group, nameText } = field;
      if (group === open) {
        text += `,${nameText}${value}`;
        continue;
      }
      if (open !== undefined) text += '}';
      text += group === undefined ? `,${nameText}${value}` : `,"${group}":{${nameText}${value}`;
      open = group;
    }
    return open === undefined ? text : `${text}}`;
  }

  /** Attributes whose name is taken by `own` go beside it as `record.<name>`. */
  #apart(own: string): string {
    let text = '';
    for (const [name, value] of this.#ownNamed) {
      text += own.includes(`,${name.text}`) ? `,"record.${name.name}":${value}` : `,${name.text}${value}`;
    }
    return text;
  }
}

/** The number says it; the text where there is none. */
function levelOf({ severityNumber, severityText }: OtlpRecordParts): Level | undefined {
  if (severityNumber !== 0) {
    const level = levelFromOtelNumber(severityNumber);
    if (level !== undefined) return level;
  }
  return severityText === undefined ? undefined : parseLevel(JSON.parse(severityText) as string);
}

/** A string as it is, anything else as JSON text; a record without a body is an event, named by its name. */
function messageOf({ body, bodyKind, eventName }: OtlpRecordParts): string {
  if (body === undefined || bodyKind === 'none') return eventName ?? '""';
  if (bodyKind === 'string' || bodyKind === 'bytes') return body;
  return JSON.stringify(body);
}

/** What the level does not say of the severity, and everything else that has no field of its own. */
function ownMembers(parts: OtlpRecordParts, level: Level | undefined): string {
  let text = '';
  const { body, bodyKind, severityNumber, severityText, eventName, observedTime, time } = parts;
  if (body !== undefined && bodyKind !== 'string' && bodyKind !== 'none') text += `,"body":${body}`;
  if (eventName !== undefined) text += `,"event_name":${eventName}`;
  if (severityText !== undefined && severityText.toLowerCase() !== `"${level ?? ''}"`) {
    text += `,"severity_text":${severityText}`;
  }
  if (severityNumber !== 0 && severityNumber !== baseNumber(level)) text += `,"severity_number":${severityNumber}`;
  if (time !== undefined && observedTime !== undefined && observedTime !== time) {
    text += `,"observed_timestamp":"${observedTime}"`;
  }
  if (parts.flags !== 0) text += `,"flags":${parts.flags}`;
  if (parts.badTraceId !== undefined) text += `,"trace_id":${parts.badTraceId}`;
  if (parts.badSpanId !== undefined) text += `,"span_id":${parts.badSpanId}`;
  if (parts.droppedAttributes !== 0) text += `,"dropped_attributes_count":${parts.droppedAttributes}`;
  return text;
}

/** The number that stands for a level and no more: TRACE 1, DEBUG 5 ... FATAL 21. */
function baseNumber(level: Level | undefined): number {
  return level === undefined ? 0 : LEVELS.indexOf(level) * 4 + 1;
}
