/** What all log records of one resource or scope share, written once. */
import { type OtlpKind, type OtlpName, RESOURCE_FIELDS } from './otlp-fields.ts';

/** What all records of a resource share. */
export interface OtlpResource {
  /** JSON of the first {@link RESOURCE_FIELDS} fields. */
  readonly fields: readonly (Buffer | undefined)[];
  /** A JSON object, or nothing. */
  readonly members: Buffer;
  /** Whether any of this holds something beyond ASCII. */
  readonly isWide: boolean;
}

/** What all records of a scope share. */
export interface OtlpScope {
  /** `,"logger":"..."` or nothing. */
  readonly logger: Buffer;
  /** A JSON object, or nothing. */
  readonly members: Buffer;
  /** Whether any of this holds something beyond ASCII. */
  readonly isWide: boolean;
}

/** Something that takes attributes; values are JSON text. */
export interface OtlpAttributeSink {
  attribute(name: OtlpName, text: string, kind: OtlpKind): void;
}

/** Members of one JSON object. */
class Members {
  #text = '';

  add(nameText: string, text: string): void {
    this.#text += this.#text === '' ? nameText + text : `,${nameText}${text}`;
  }

  /** The object, or nothing when there are none. */
  get text(): string {
    return this.#text === '' ? '' : `{${this.#text}}`;
  }
}

const EMPTY_TEXT = '""';

const isWide = (...texts: readonly string[]): boolean => texts.some((text) => Buffer.byteLength(text) !== text.length);

/** Collects a resource. */
export class OtlpResourceWriter implements OtlpAttributeSink {
  readonly #fields = new Array<string | undefined>(RESOURCE_FIELDS).fill(undefined);
  readonly #names = new Array<OtlpName | undefined>(RESOURCE_FIELDS).fill(undefined);
  readonly #members = new Members();

  attribute(name: OtlpName, text: string, kind: OtlpKind): void {
    const { target } = name;
    if (!target || target.field >= RESOURCE_FIELDS || !target.fits(kind, text.length, text.charCodeAt(0))) {
      this.#members.add(name.text, text);
      return;
    }
    const before = this.#names[target.field];
    if (before?.target && before.target.rank < target.rank) {
      this.#members.add(name.text, text);
      return;
    }
    if (before && before.name !== name.name) this.#members.add(before.text, this.#fields[target.field] ?? 'null');
    this.#fields[target.field] = text;
    this.#names[target.field] = name;
  }

  finish(droppedAttributes: number, schemaUrl: string): OtlpResource {
    if (droppedAttributes !== 0) this.#members.add('"dropped_attributes_count":', String(droppedAttributes));
    if (schemaUrl !== EMPTY_TEXT) this.#members.add('"schema_url":', schemaUrl);
    const { text } = this.#members;
    return {
      fields: this.#fields.map((field) => (field === undefined ? undefined : Buffer.from(field))),
      members: Buffer.from(text),
      isWide: isWide(text, ...this.#fields.map((field) => field ?? '')),
    };
  }
}

/** Collects an instrumentation scope. */
export class OtlpScopeWriter implements OtlpAttributeSink {
  readonly #attributes = new Members();

  attribute(name: OtlpName, text: string): void {
    this.#attributes.add(name.text, text);
  }

  /** `name`, `version` and `schemaUrl` are JSON strings. */
  finish(name: string, version: string, droppedAttributes: number, schemaUrl: string): OtlpScope {
    const members = new Members();
    // As long as a logger may be; the schema counts fewer characters than stand here, never more.
    const isLogger = name !== EMPTY_TEXT && name.length <= 258;
    if (!isLogger && name !== EMPTY_TEXT) members.add('"name":', name);
    if (version !== EMPTY_TEXT) members.add('"version":', version);
    const attributes = this.#attributes.text;
    if (attributes !== '') members.add('"attributes":', attributes);
    if (droppedAttributes !== 0) members.add('"dropped_attributes_count":', String(droppedAttributes));
    if (schemaUrl !== EMPTY_TEXT) members.add('"schema_url":', schemaUrl);
    return {
      logger: Buffer.from(isLogger ? `,"logger":${name}` : ''),
      members: Buffer.from(members.text),
      isWide: isWide(name, members.text),
    };
  }
}
