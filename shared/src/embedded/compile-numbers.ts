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
  RECEIPT_UNITS,
  receiptTerm,
  shortDigits,
} from './index-terms.ts';
import { anyTerm, NOTHING, type Match } from './match.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Beyond all seconds of receipt, at the begin of a day. */
const NO_SECOND = 86_400 * 200_000;
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

/** Time of receipt: whole units by their terms; the seconds in which the bounds lie need a look at the record. */
export function compileReceipt({ from, to }: TimeQuery, vocabulary: Vocabulary): Bounds {
  const first = from === undefined ? { second: 0, isWhole: true } : secondOf(from);
  const last = to === undefined ? { second: NO_SECOND, isWhole: true } : secondOf(to);
  const edges = [first, last].filter(({ isWhole }) => !isWhole).map(({ second }) => second);
  const terms = covering(0, first.isWhole ? first.second : first.second + 1, last.second, vocabulary);
  if (terms === undefined) return UNKNOWN;
  const straddling = anyTerm([...new Set(edges)].map((second) => receiptTerm('s', second)));
  return eitherOf([
    exactly(anyTerm(terms)),
    straddling.op === 'none' ? exactly(NOTHING) : { possible: straddling, certain: NOTHING },
  ]);
}

/** `isWhole`: the time is the beginning of the second. */
function secondOf(time: string): { readonly second: number; readonly isWhole: boolean } {
  const second = Math.max(0, Math.floor(Date.parse(`${time.slice(0, 19)}Z`) / 1000));
  return { second, isWhole: time.endsWith('.000000000Z') };
}

/** Terms of the units from `first` up to `end`, in larger units where these fit; undefined when there are too many. */
function covering(level: number, first: number, end: number, vocabulary: Vocabulary): string[] | undefined {
  const here = RECEIPT_UNITS[level];
  if (here === undefined || first >= end) return [];
  const above = RECEIPT_UNITS[level + 1];
  const size = above === undefined ? Number.POSITIVE_INFINITY : above.ms / here.ms;
  const [firstAbove, endAbove] = [Math.ceil(first / size), Math.floor(end / size)];
  const parts =
    above === undefined || firstAbove >= endAbove
      ? [listed(here.unit, first, end, vocabulary)]
      : [
          listed(here.unit, first, firstAbove * size, vocabulary),
          covering(level + 1, firstAbove, endAbove, vocabulary),
          listed(here.unit, endAbove * size, end, vocabulary),
        ];
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

/** Terms from `first` up to `end`; undefined when there are too many. */
function listed(
  unit: (typeof RECEIPT_UNITS)[number]['unit'],
  first: number,
  end: number,
  vocabulary: Vocabulary,
): string[] | undefined {
  if (first >= end) return [];
  const terms = vocabulary.between(receiptTerm(unit, first), receiptTerm(unit, end - 1), MAX_RECEIPT_TERMS);
  return terms.length < MAX_RECEIPT_TERMS ? terms : undefined;
}
