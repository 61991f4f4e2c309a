import type { AttributeField, RangeQuery, TimeQuery } from '../ports/query.ts';
import { eitherOf, exactly, UNKNOWN, type Bounds } from './bounds.ts';
import { MAX_TERMS, type FieldIndex } from './field-index.ts';
import {
  endOf,
  fieldKey,
  numberOfDigits,
  numberTerm,
  orderedDigits,
  RANGE_DIGITS,
  rangeTerm,
  receiptTerm,
  shortDigits,
} from './index-terms.ts';
import { anyTerm, NOTHING, type Match } from './match.ts';
import type { Vocabulary } from './vocabulary.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Beyond all hours of receipt. */
const NO_HOUR = 2 ** 32 - 1;
/** Some years of days. */
const MAX_RECEIPT_TERMS = 1500;
const LOWEST = -Number.MAX_VALUE;
const HIGHEST = Number.MAX_VALUE;

/** The terms of the number that is written like this, if it is one. */
export function equalNumber(key: string, value: string): string[] {
  const number = Number(value);
  if (!Number.isFinite(number) || String(number) !== value) return [];
  return [numberTerm(key, shortDigits(orderedDigits(number)))];
}

/** Numbers whose text begins with `value`. */
export function startingNumbers(field: AttributeField, value: string, index: FieldIndex): Bounds {
  if (!/^-?[\d.e+-]*$/.test(value)) return exactly(NOTHING);
  const start = numberTerm(fieldKey(field), '');
  const terms = index.vocabulary.between(start, endOf(start), MAX_TERMS + 1);
  if (terms.length > MAX_TERMS) return { possible: index.presence(field).possible, certain: NOTHING };
  const fitting = terms.filter((term) => String(numberOfDigits(term.slice(start.length))).startsWith(value));
  return exactly(anyTerm(fitting));
}

/** Digits of the bounds, both included. */
interface DigitRange {
  readonly low: string;
  readonly high: string;
}

/** Numbers in a range: one by one when there are few, else by ranges of them and, where these straddle a bound, one by one. */
export function compileRange(query: RangeQuery, index: FieldIndex): Bounds {
  const key = fieldKey(query.field);
  const range = digitRange(query);
  if (range === undefined) return exactly(NOTHING);
  const few = numbersIn(key, range, index.vocabulary);
  if (few !== undefined) return exactly(few);
  if (holdsAll(key, range, index.vocabulary)) return index.presence(query.field);
  const [lowest, highest] = [range.low.slice(0, RANGE_DIGITS), range.high.slice(0, RANGE_DIGITS)];
  const terms = index.vocabulary.between(rangeTerm(key, lowest), rangeTerm(key, highest), MAX_TERMS + 1);
  if (terms.length > MAX_TERMS) return { possible: index.presence(query.field).possible, certain: NOTHING };
  const edges = new Set([rangeTerm(key, lowest), rangeTerm(key, highest)]);
  const parts: Bounds[] = [exactly(anyTerm(terms.filter((term) => !edges.has(term))))];
  for (const edge of edges) {
    const digits = edge.slice(-RANGE_DIGITS);
    const within = {
      low: maxOf(range.low, digits.padEnd(16, '0')),
      high: minOf(range.high, digits.padEnd(16, 'f')),
    };
    const numbers = numbersIn(key, within, index.vocabulary);
    parts.push(numbers === undefined ? { possible: anyTerm([edge]), certain: NOTHING } : exactly(numbers));
  }
  return eitherOf(parts);
}

/** Undefined when there are too many. */
function numbersIn(key: string, { low, high }: DigitRange, vocabulary: Vocabulary): Match | undefined {
  const [first, last] = [numberTerm(key, shortDigits(low)), numberTerm(key, shortDigits(high))];
  const terms = vocabulary.between(first, last, MAX_TERMS + 1);
  return terms.length > MAX_TERMS ? undefined : anyTerm(terms);
}

/** Whether the field has no other numbers, and nothing but numbers. */
function holdsAll(key: string, { low, high }: DigitRange, vocabulary: Vocabulary): boolean {
  const start = numberTerm(key, '');
  const [under, over] = [neighbor(low, -1), neighbor(high, 1)];
  return (
    !vocabulary.hasBetween(start, numberTerm(key, shortDigits(under))) &&
    !vocabulary.hasBetween(numberTerm(key, shortDigits(over)), endOf(start)) &&
    !vocabulary.hasBetween(`~${key}`, endOf(`~${key}`))
  );
}

/** Undefined when no number is in it. */
function digitRange({ gt, gte, lt, lte }: RangeQuery): DigitRange | undefined {
  let low = orderedDigits(gte ?? LOWEST);
  let high = orderedDigits(lte ?? HIGHEST);
  if (gt !== undefined) low = maxOf(low, neighbor(orderedDigits(gt), 1));
  if (lt !== undefined) high = minOf(high, neighbor(orderedDigits(lt), -1));
  return low > high ? undefined : { low, high };
}

/** The next number in the order of digits; there is room beyond the largest finite ones. -0 has no digits of its own: it is 0. */
function neighbor(digits: string, step: 1 | -1): string {
  return (BigInt(`0x${digits}`) + BigInt(step)).toString(16).padStart(16, '0');
}

function maxOf(a: string, b: string): string {
  return a > b ? a : b;
}

function minOf(a: string, b: string): string {
  return a < b ? a : b;
}

/** Time of receipt: whole days and hours by their terms; the hours in which the bounds lie need a look at the record. */
export function compileReceipt({ from, to }: TimeQuery, vocabulary: Vocabulary): Bounds {
  const first = from === undefined ? { hour: 0, isWhole: true } : hourOf(from);
  const last = to === undefined ? { hour: NO_HOUR, isWhole: true } : hourOf(to);
  const edges = [first, last].filter(({ isWhole }) => !isWhole).map(({ hour }) => hour);
  const begin = first.isWhole ? first.hour : first.hour + 1;
  // Up to here, not included.
  const end = last.hour;
  const [firstDay, endDay] = [Math.ceil(begin / DAY_HOURS), Math.floor(end / DAY_HOURS)];
  const whole =
    firstDay >= endDay
      ? [listed('h', begin, end, vocabulary)]
      : [
          listed('h', begin, firstDay * DAY_HOURS, vocabulary),
          listed('d', firstDay, endDay, vocabulary),
          listed('h', endDay * DAY_HOURS, end, vocabulary),
        ];
  const terms = whole.flatMap((part) => part ?? []);
  if (whole.includes(undefined)) return UNKNOWN;
  const straddling = anyTerm([...new Set(edges)].map((hour) => receiptTerm('h', hour)));
  return eitherOf([
    exactly(anyTerm(terms)),
    straddling.op === 'none' ? exactly(NOTHING) : { possible: straddling, certain: NOTHING },
  ]);
}

/** `isWhole`: the time is the beginning of the hour. */
function hourOf(time: string): { readonly hour: number; readonly isWhole: boolean } {
  const hours = Date.parse(`${time.slice(0, 23)}Z`) / HOUR_MS;
  const hour = Math.max(0, Math.floor(hours));
  return { hour, isWhole: hour === hours && time.endsWith('.000000000Z') };
}

/** Terms from `first` up to `end`; undefined when there are too many. */
function listed(unit: 'd' | 'h', first: number, end: number, vocabulary: Vocabulary): string[] | undefined {
  if (first >= end) return [];
  const terms = vocabulary.between(receiptTerm(unit, first), receiptTerm(unit, end - 1), MAX_RECEIPT_TERMS);
  return terms.length < MAX_RECEIPT_TERMS ? terms : undefined;
}
