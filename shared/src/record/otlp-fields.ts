/** Which attributes of the OpenTelemetry semantic conventions become fields of a record, and when their values fit. */

/** Kinds of `AnyValue`; `none` when it is not set. */
export type OtlpKind = 'string' | 'bool' | 'int' | 'double' | 'list' | 'map' | 'bytes' | 'none';

/** Whether a value (JSON text) fits its field. */
type Fits = (text: string, kind: OtlpKind) => boolean;

/** Characters of a JSON string, at most: escapes count as they are written. */
const lengthOf = (text: string): number => text.length - 2;

const anyText: Fits = (_, kind) => kind === 'string';
const shortText: Fits = (text, kind) => kind === 'string' && lengthOf(text) <= 256;
const name: Fits = (text, kind) => shortText(text, kind) && lengthOf(text) > 0;
// NaN and the infinities are written as strings.
const finite: Fits = (text, kind) => kind === 'int' || (kind === 'double' && !text.startsWith('"'));
const status: Fits = (text, kind) => kind === 'int' && /^\d{1,3}$/.test(text);
// The schema's bound is below the ends of 64 bits.
const amount: Fits = (text, kind) => kind === 'int' && Math.abs(Number(text)) <= 9.2e18;

interface Source {
  readonly field: string;
  readonly fits: Fits;
  /** Attributes in order of preference. */
  readonly attributes: readonly string[];
}

const source = (field: string, fits: Fits, ...attributes: readonly string[]): Source => ({ field, fits, attributes });

/**
 * Fields that attributes of a log record may fill, in the order in which they are written. The first three are given by the resource
 * as a rule: those of the record count where it does not name them.
 */
const SOURCES: readonly Source[] = [
  source('service', name, 'service.name'),
  source('environment', shortText, 'deployment.environment.name', 'deployment.environment'),
  source('host', shortText, 'host.name'),
  source('id', name, 'log.record.uid'),
  source('request_id', shortText, 'request_id', 'http.request.id'),
  source('duration_ms', finite, 'duration_ms'),
  source('error.type', shortText, 'exception.type'),
  source('error.message', anyText, 'exception.message'),
  source('error.stack', anyText, 'exception.stacktrace'),
  source('http.method', shortText, 'http.request.method', 'http.method'),
  source('http.path', anyText, 'url.path'),
  source('http.status_code', status, 'http.response.status_code', 'http.status_code'),
  source('http.duration_ms', finite, 'http.duration_ms'),
  source('http.host', shortText, 'url.domain', 'http.host'),
  source('http.user_agent', anyText, 'user_agent.original', 'http.user_agent'),
  source('http.client_ip', shortText, 'client.address', 'http.client_ip'),
  source('payment.id', shortText, 'payment.id'),
  source('payment.merchant_id', shortText, 'payment.merchant_id'),
  source('payment.amount_minor', amount, 'payment.amount_minor'),
  source('payment.currency', shortText, 'payment.currency'),
  source('payment.method', shortText, 'payment.method'),
  source('payment.status', shortText, 'payment.status'),
  source('payment.provider', shortText, 'payment.provider'),
  source('payment.latency_ms', finite, 'payment.latency_ms'),
];

/** How many of the fields a resource gives. */
export const RESOURCE_FIELDS = 3;
export const FIELD_COUNT = SOURCES.length;

/** A field, split for writing. */
export interface OtlpField {
  /** `error`, `http`, `payment`, or undefined at the top. */
  readonly group: string | undefined;
  /** `"method":` */
  readonly nameText: string;
}

/** The fields by position. */
export const OTLP_FIELDS: readonly OtlpField[] = SOURCES.map(({ field }) => {
  const [outer = '', inner] = field.split('.');
  return inner === undefined
    ? { group: undefined, nameText: `"${outer}":` }
    : { group: outer, nameText: `"${inner}":` };
});

/** The field that an attribute may fill. */
export interface OtlpTarget {
  /** Position in {@link OTLP_FIELDS}. */
  readonly field: number;
  /** Among several attributes for one field the lowest wins. */
  readonly rank: number;
  readonly fits: Fits;
}

const TARGETS: ReadonlyMap<string, OtlpTarget> = new Map(
  SOURCES.flatMap(({ fits, attributes }, field) =>
    attributes.map((attribute, rank): [string, OtlpTarget] => [attribute, { field, rank, fits }]),
  ),
);

/** Members of a record's `attributes` that hold what is no attribute of the log record. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'resource',
  'scope',
  'body',
  'event_name',
  'severity_text',
  'severity_number',
  'observed_timestamp',
  'flags',
  'trace_id',
  'span_id',
  'dropped_attributes_count',
]);

/** The name of an attribute with all that depends on it alone. */
export interface OtlpName {
  readonly name: string;
  /** `"name":` as JSON. */
  readonly text: string;
  readonly target: OtlpTarget | undefined;
  readonly isOwnName: boolean;
  /** The key under which it is kept; undefined when it is not. */
  readonly key: string | undefined;
}

function makeName(attribute: string, key: string | undefined): OtlpName {
  return {
    name: attribute,
    text: `${JSON.stringify(attribute)}:`,
    target: TARGETS.get(attribute),
    isOwnName: OWN_NAMES.has(attribute),
    key,
  };
}

/** Names repeat from record to record; those that do not (hostile or generated) are not kept beyond these bounds. */
const MAX_NAMES = 10_000;
const MAX_NAME_LENGTH = 128;

/** A string of its own: the key may be a slice that would keep the whole request in memory. */
function copyOf(key: string): string {
  return JSON.parse(JSON.stringify(key)) as string;
}

/** Keeps names by a key that a decoder has at hand. */
export class OtlpNames {
  readonly #byKey = new Map<string, OtlpName>();

  /** The name behind `key`; `decode` makes it when it is not known yet. */
  get(key: string, decode: (key: string) => string): OtlpName {
    const known = this.#byKey.get(key);
    if (known) return known;
    const isKept = this.#byKey.size < MAX_NAMES && key.length <= MAX_NAME_LENGTH;
    const ownKey = isKept ? copyOf(key) : undefined;
    const made = makeName(decode(key), ownKey);
    if (ownKey !== undefined) this.#byKey.set(ownKey, made);
    return made;
  }
}
