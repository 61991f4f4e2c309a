/** What a parser made of a text: a value, or words for what would have been right (`an integer from 1 to 10`). */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly expected: string };

/** The type of a setting: how it is called in the documentation and how its text is read. Never throws. */
export interface ValueType<T> {
  /** Stands in `docs/config.md` and, after "expected", in faults. */
  readonly name: string;
  readonly parse: (text: string) => Parsed<T>;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function within(name: string, { min, max }: Range, value: number | undefined): Parsed<number> {
  return value !== undefined && Number.isSafeInteger(value) && value >= min && value <= max
    ? { ok: true, value }
    : { ok: false, expected: name };
}

function scaled(text: string, units: Readonly<Record<string, number>>, plain: number): number | undefined {
  const match = /^(\d{1,15}) ?([a-z]*)$/i.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  const factor = unit === '' ? plain : units[unit.toLowerCase()];
  return factor === undefined ? undefined : Number(digits) * factor;
}

/** Decimal digits only: no sign, no separators, no exponent. */
export function integer(range: Range): ValueType<number> {
  const name = `an integer from ${String(range.min)} to ${String(range.max)}`;
  return { name, parse: (text) => within(name, range, /^\d{1,15}$/.test(text) ? Number(text) : undefined) };
}

const BYTE_UNITS = { b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, kb: 1e3, mb: 1e6, gb: 1e9 };

/** Bytes: `10485760`, `10MiB` (1024-based: KiB, MiB, GiB) or `10MB` (1000-based: KB, MB, GB); case does not matter. */
export function bytes(range: Range): ValueType<number> {
  const name = `bytes from ${formatBytes(range.min)} to ${formatBytes(range.max)}, such as 1048576, 1MiB or 1MB`;
  return { name, parse: (text) => within(name, range, scaled(text, BYTE_UNITS, 1)) };
}

/** The shortest exact form of a number of bytes: `10MiB`, `1000`. */
export function formatBytes(value: number): string {
  for (const [unit, factor] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (value >= factor && value % factor === 0) return `${String(value / factor)}${unit}`;
  }
  return String(value);
}

const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds: `30000`, or with a unit: `500ms`, `30s`, `5m`, `12h`, `7d`. */
export function durationMs(range: Range): ValueType<number> {
  const name = `milliseconds from ${formatDuration(range.min)} to ${formatDuration(range.max)}, such as 500, 500ms, 30s, 5m, 12h or 7d`;
  return { name, parse: (text) => within(name, range, scaled(text, DURATION_UNITS, 1)) };
}

/** The shortest exact form of a duration: `7d`, `1500ms`, `0`. */
export function formatDuration(ms: number): string {
  for (const [unit, factor] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    if (ms >= factor && ms % factor === 0) return `${String(ms / factor)}${unit}`;
  }
  return ms === 0 ? '0' : `${String(ms)}ms`;
}

/** `true` or `false`, in any case; also 1/0, yes/no, on/off. */
export const boolean: ValueType<boolean> = {
  name: 'true or false',
  parse: (text) => {
    const word = text.toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(word)) return { ok: true, value: true };
    if (['false', '0', 'no', 'off'].includes(word)) return { ok: true, value: false };
    return { ok: false, expected: 'true or false' };
  },
};

/** One of some words, in any case. `synonyms` (lower case) are taken as the word they stand for. */
export function oneOf<const W extends string>(
  words: readonly W[],
  synonyms: Readonly<Record<string, W>> = {},
): ValueType<W> {
  const name = `one of ${words.join(', ')}`;
  return {
    name,
    parse: (text) => {
      const lower = text.toLowerCase();
      const value =
        words.find((word) => word === lower) ?? (Object.hasOwn(synonyms, lower) ? synonyms[lower] : undefined);
      return value === undefined ? { ok: false, expected: name } : { ok: true, value };
    },
  };
}

/** Text that matches a pattern; `name` says it in words. */
export function text(name: string, pattern: RegExp): ValueType<string> {
  return { name, parse: (value) => (pattern.test(value) ? { ok: true, value } : { ok: false, expected: name }) };
}

/** An http or https URL of a server. Credentials do not belong in it: they would be logged. */
export const serverUrl: ValueType<string> = {
  name: 'an http:// or https:// URL without user, query and fragment, such as http://localhost:9200',
  parse(value) {
    if (URL.canParse(value)) {
      const url = new URL(value);
      const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
      if (plain && /^https?:$/.test(url.protocol)) return { ok: true, value: value.replace(/\/+$/, '') };
    }
    return { ok: false, expected: this.name };
  },
};

/** Comma-separated `host:port` pairs; an IPv6 address stands in brackets. */
export const hostPorts: ValueType<readonly string[]> = {
  name: 'host:port, several separated by commas, such as kafka-1:9092,kafka-2:9092',
  parse(value) {
    const items = value.split(',').map((item) => item.trim());
    const good = items.every((item) => {
      const match = /^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(item);
      return match !== null && Number(match[1]) >= 1 && Number(match[1]) <= 65_535;
    });
    return good ? { ok: true, value: items } : { ok: false, expected: this.name };
  },
};

/** A number from 0 to 1. */
export const ratio: ValueType<number> = {
  name: 'a number from 0 to 1, such as 0.01',
  parse(value) {
    const number = /^\d*\.?\d+(?:e-\d{1,2})?$/i.test(value) ? Number(value) : Number.NaN;
    return number >= 0 && number <= 1 ? { ok: true, value: number } : { ok: false, expected: this.name };
  },
};

/** Pairs as OpenTelemetry writes them; values are percent-encoded. */
export const keyValues: ValueType<Readonly<Record<string, string>>> = {
  name: 'key=value, several separated by commas, values percent-encoded',
  parse(value) {
    const pairs: [string, string][] = [];
    for (const item of value.split(',')) {
      const [, key, text] = /^\s*([\w.!#$&'*+^`|~/-]{1,256})\s*=\s*([^\s,;]*)\s*$/.exec(item) ?? [];
      if (key === undefined || text === undefined) return { ok: false, expected: this.name };
      try {
        pairs.push([key, decodeURIComponent(text)]);
      } catch {
        return { ok: false, expected: this.name };
      }
    }
    return { ok: true, value: Object.freeze(Object.fromEntries(pairs)) };
  },
};
