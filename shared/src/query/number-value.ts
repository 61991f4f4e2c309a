/** What a number in a query stands for: a point, or the numbers from one to another. */
export interface NumberSpan {
  readonly from: number;
  /** Exclusive; undefined for a point. */
  readonly to?: number;
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const DURATION = /^((?:\d+(?:\.\d*)?|\.\d+))(ms|s|m|h)$/;
const STATUS_CLASS = /^([1-9])xx$/i;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a number for a field: decimal; with a unit for milliseconds (`2s`); `5xx` for a status code. */
export function parseNumberSpan(text: string, fieldName: string): NumberSpan | undefined {
  if (NUMBER.test(text)) return finite(Number(text) + 0);
  const duration = fieldName.endsWith('_ms') ? DURATION.exec(text) : null;
  if (duration !== null) return finite(Number(duration[1]) * (UNIT_MS[duration[2] ?? ''] ?? 1));
  const statusClass = fieldName === 'http.status_code' ? STATUS_CLASS.exec(text) : null;
  if (statusClass === null) return undefined;
  const from = Number(statusClass[1]) * 100;
  return { from, to: from + 100 };
}

/**
 * The number that a text is as JSON, if a double holds it; undefined for every other text, and for long rows of digits, of which many
 * are one double. Attributes hold texts and numbers side by side, so that `5` may be either.
 */
export function exactJsonNumber(text: string): number | undefined {
  if (!JSON_NUMBER.test(text)) return undefined;
  const value = Number(text) + 0;
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || /e/i.test(text);
  return Number.isFinite(value) && isExact ? value : undefined;
}

function finite(value: number): NumberSpan | undefined {
  return Number.isFinite(value) ? { from: value } : undefined;
}
