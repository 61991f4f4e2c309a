import type { AttributeField, KnownField, Query, RangeQuery } from '../ports/query.ts';
import { type Bound, type Condition, leaf, type Leaf, noLeaf } from './condition.ts';
import { exactJsonNumber, type NumberSpan, parseNumberSpan } from './number-value.ts';
import { faultAt } from './query-fault.ts';
import { lacksTimeZone, parseTimeSpan, type TimeSpan } from './time-value.ts';
import type { Token } from './tokenize.ts';

const EMPTY_RANGE = 'nothing lies in this range';

/** A condition on a number. */
export function numberLeaf(field: KnownField<'number'>, condition: Condition): Leaf {
  if (condition.kind === 'range') return numberRange(field, field.name, condition);
  const span = condition.operand.prefix ? undefined : parseNumberSpan(condition.operand.value, field.name);
  if (span === undefined) return noLeaf(noNumber(condition.operand, field.name));
  return leaf({
    op: 'range',
    field,
    gte: span.from,
    ...(span.to === undefined ? { lte: span.from } : { lt: span.to }),
  });
}

/** A condition on an attribute, which may hold texts and numbers. */
export function attributeLeaf(field: AttributeField, condition: Condition): Leaf {
  if (condition.kind === 'range') return numberRange(field, `attributes.${field.path}`, condition);
  const { value, prefix, kind } = condition.operand;
  if (prefix) return leaf(value === '' ? { op: 'exists', field } : { op: 'prefix', field, value });
  const equals: Query = { op: 'equals', field, value };
  // Elasticsearch keeps 1e3 as it is written: as a number it is found however it is written.
  const number = exactJsonNumber(value);
  const isText = number === undefined || (kind === 'quoted' && String(number) !== value);
  return leaf(isText ? equals : { op: 'or', of: [equals, { op: 'range', field, gte: number, lte: number }] });
}

function noNumber(operand: Token, name: string): ReturnType<typeof faultAt> {
  const advice =
    name === 'http.status_code'
      ? 'write 404, 5xx or [400 TO 499]'
      : name.endsWith('_ms')
        ? 'write 500, 1.5e3, or 2s, for milliseconds; ranges are [100 TO 200], >100, <=200'
        : name.startsWith('attributes.')
          ? 'only numbers are compared in attributes; put the value in quotes to search for the signs themselves'
          : 'write 500 or -1.5e3; ranges are [100 TO 200], >100, <=200';
  return faultAt(operand, 'expected a number', advice);
}

function numberRange(
  field: RangeQuery['field'],
  name: string,
  { span, low, high }: Extract<Condition, { kind: 'range' }>,
): Leaf {
  const from = low && { ...low, span: numberOf(low, name) };
  const to = high && { ...high, span: numberOf(high, name) };
  if (from && from.span === undefined) return noLeaf(noNumber(from.operand, name));
  if (to && to.span === undefined) return noLeaf(noNumber(to.operand, name));
  const bounds = { ...lowerNumber(from?.span, low), ...upperNumber(to?.span, high) };
  const least = bounds.gte ?? bounds.gt ?? -Infinity;
  const most = bounds.lte ?? bounds.lt ?? Infinity;
  const isPoint = bounds.gte !== undefined && bounds.lte !== undefined;
  if (least > most || (least === most && !isPoint)) {
    return noLeaf(
      faultAt(span, EMPTY_RANGE, 'write the smaller number first; [ and ] include it, { and } leave it out'),
    );
  }
  return leaf({ op: 'range', field, ...bounds });
}

function numberOf({ operand }: Bound, name: string): NumberSpan | undefined {
  return operand.prefix ? undefined : parseNumberSpan(operand.value, name);
}

function lowerNumber(span: NumberSpan | undefined, bound: Bound | undefined): { gt?: number; gte?: number } {
  if (span === undefined || bound === undefined) return {};
  if (bound.inclusive) return { gte: span.from };
  return span.to === undefined ? { gt: span.from } : { gte: span.to };
}

function upperNumber(span: NumberSpan | undefined, bound: Bound | undefined): { lt?: number; lte?: number } {
  if (span === undefined || bound === undefined) return {};
  if (!bound.inclusive) return { lt: span.from };
  return span.to === undefined ? { lte: span.from } : { lt: span.to };
}

/** A condition on a time. */
export function timeLeaf(field: KnownField<'time'>, condition: Condition, nowMs: number): Leaf {
  if (condition.kind === 'is') return timeIs(field, condition.operand, nowMs);
  const { low, high, span } = condition;
  const first = low && timeOf(low.operand, nowMs);
  const last = high && timeOf(high.operand, nowMs);
  if (low && first === undefined) return noLeaf(noTime(low.operand));
  if (high && last === undefined) return noLeaf(noTime(high.operand));
  // Beyond the end of time there is nothing, and up to it there is everything.
  if (first && !low.inclusive && first.to === undefined) return leaf({ op: 'or', of: [] });
  const from = first && (low.inclusive ? first.from : first.to);
  const to = last && (high.inclusive ? last.to : last.from);
  if (from === undefined && to === undefined) return leaf({ op: 'exists', field });
  if (from !== undefined && to !== undefined && from >= to) {
    return noLeaf(faultAt(span, EMPTY_RANGE, 'write the earlier time first'));
  }
  return leaf({ op: 'time', field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
}

function timeIs(field: KnownField<'time'>, operand: Token, nowMs: number): Leaf {
  const span = timeOf(operand, nowMs);
  if (span === undefined) return noLeaf(noTime(operand));
  if (span.isRelative) {
    const advice = `write ${field.name}:>=${operand.value} for everything since then`;
    return noLeaf(faultAt(operand, `\`${operand.value}\` is a single moment`, advice));
  }
  return leaf({ op: 'time', field, from: span.from, ...(span.to !== undefined && { to: span.to }) });
}

function timeOf(operand: Token, nowMs: number): TimeSpan | undefined {
  return operand.prefix ? undefined : parseTimeSpan(operand.value, nowMs);
}

function noTime(operand: Token): ReturnType<typeof faultAt> {
  const advice = lacksTimeZone(operand.value)
    ? 'add the time zone: Z for UTC, or an offset such as +01:00'
    : 'write 2026-11-20T08:00:00Z, 2026-11-20, now, or a time before now such as -15m, -1h30m, -7d (s, m, h, d, w)';
  return faultAt(operand, 'expected a time', advice);
}
