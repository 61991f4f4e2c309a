/** Which attributes of the OpenTelemetry semantic conventions become fields of a record, and when their values fit. */

/** Kinds of `AnyValue`; `none` when it is not set. */
export type OtlpKind = 'string' | 'bool' | 'int' | 'double' | 'list' | 'map' | 'bytes' | 'none';

/** Whether a value fits its field: by its kind, the length of its JSON text and the first character of that. */
type Fits = (kind: OtlpKind, length: number, first: number) => boolean;

const [QUOTE, MINUS] = [0x22, 0x2d];
/** Bytes of a JSON string that surely has no more characters than a short text may have. */
const SHORT_TEXT = 256 + 2;

const anyText: Fits = (kind) => kind === 'string';
const shortText: Fits = (kind, length) => kind === 'string' && length <= SHORT_TEXT;
const name: Fits = (kind, length) => kind === 'string' && length <= SHORT_TEXT && length > 2;
// NaN and the infinities are written as strings.
const finite: Fits = (kind, _, first) => kind === 'int' || (kind === 'double' && first !== QUOTE);
const status: Fits = (kind, length, first) => kind === 'int' && length <= 3 && first !== MINUS;
// The schema's bound is a little below the ends of 64 bits: below 10^18 in any case.
const amount: Fits = (kind, length, first) => kind === 'int' && length <= (first === MINUS ? 19 : 18);

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

/** A field as it is written. */
export interface OtlpField {
  /** `error`, `http`, `payment`, or undefined at the top. */
  readonly group: string | undefined;
  /** `,"method":` */
  readonly bytes: Buffer;
  /** The same as the first of its group: `,"http":{"method":` */
  readonly firstBytes: Buffer;
}

/** The fields by position. */
export const OTLP_FIELDS: readonly OtlpField[] = SOURCES.map(({ field }) => {
  const [outer = '', inner] = field.split('.');
  const bytes = Buffer.from(`,"${inner ?? outer}":`);
  if (inner === undefined) return { group: undefined, bytes, firstBytes: bytes };
  return { group: outer, bytes, firstBytes: Buffer.from(`,"${outer}":{"${inner}":`) };
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
const OWN = [
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
] as const;

/** The name of an attribute with all that depends on it alone. */
export interface OtlpName {
  readonly name: string;
  /** `"name":` */
  readonly text: string;
  /** The same as UTF-8 with a comma in front. */
  readonly bytes: Buffer;
  /** Whether it holds something beyond ASCII. */
  readonly isWide: boolean;
  readonly target: OtlpTarget | undefined;
  /** A bit of its own for each of the names that the writer may need itself, else 0. */
  readonly ownBit: number;
  /** The key under which it is kept; undefined when it is not. */
  readonly key: string | undefined;
}

function makeName(attribute: string, key: string | undefined): OtlpName {
  const text = `${JSON.stringify(attribute)}:`;
  const bytes = Buffer.from(`,${text}`);
  return {
    name: attribute,
    text,
    bytes,
    isWide: bytes.length !== text.length + 1,
    target: TARGETS.get(attribute),
    ownBit: (1 << ((OWN as readonly string[]).indexOf(attribute) + 1)) >> 1,
    key,
  };
}

/** The names that the writer may need itself. */
export const OWN_NAMES = Object.fromEntries(OWN.map((own) => [own, makeName(own, undefined)])) as Readonly<
  Record<(typeof OWN)[number], OtlpName>
>;

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
