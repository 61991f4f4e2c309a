/** Parts of https://tc39.es/proposal-json-parse-with-source that the browsers have and TypeScript does not know yet. */
interface JsonWithSource {
  readonly rawJSON?: (text: string) => object;
  readonly isRawJSON?: (value: unknown) => boolean;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}

const json = JSON as unknown as JsonWithSource;

/** A number that a double cannot hold, exactly as it was sent; `JSON.stringify` writes it so again. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** Numbers that may not survive as doubles: many digits, or a large exponent. */
const RISKY = /\d{16}|\d\.?\d{15}|\d[eE][+-]?\d{3}/;
/** The same where numbers stand in JSON: identifiers within texts are full of such digits, and most answers need no closer look. */
const HAS_RISKY = /[:,[]\s*-?(?:\d[\d.]{15}|\d[\d.]*[eE][+-]?\d{3})/;

/** As `JSON.parse`, but numbers that a double cannot hold become {@link RawNumber}, where the browser can do that. */
export function parseExactly(text: string): unknown {
  const { rawJSON } = json;
  if (rawJSON === undefined || !HAS_RISKY.test(text)) return JSON.parse(text);
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && RISKY.test(source) && String(value) !== source
      ? rawJSON(source)
      : value,
  );
}

export function isRawNumber(value: unknown): value is RawNumber {
  return json.isRawJSON?.(value) ?? false;
}
