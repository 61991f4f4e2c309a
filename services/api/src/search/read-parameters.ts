import { ProblemError, type ProblemFault } from '@paylog/shared/errors/problem-error';
import type { GivenValues } from './given-values.ts';
import { maxValues, type Parameter } from './parameter.ts';

/** Bounds of time, which most tables have. */
interface TimeBounds {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What the parameters of a request say, and everything that is wrong with them. */
export interface Reading<Values extends object> {
  /** Of the parameters that could be read. */
  readonly values: Partial<Values>;
  readonly faults: readonly ProblemFault[];
}

/** Most faults that one answer lists, most of them in its text, and the most that is repeated of an unknown name. */
const MAX_FAULTS = 50;
const MAX_IN_DETAIL = 3;
const MAX_NAME = 64;

/** Reads all parameters of a table and refuses all others; relative times are before `nowMs`. See {@link refuseFaults}. */
export function readParameters<Values extends TimeBounds>(
  table: readonly Parameter<Values>[],
  { values: givenValues, faults: earlier }: GivenValues,
  nowMs: number,
): Reading<Values> {
  const faults: ProblemFault[] = [...earlier, ...unknownNames(table, givenValues)];
  const values: Partial<Values> = {};
  for (const parameter of table) {
    const given = givenValues.get(parameter.name);
    if (given === undefined) continue;
    const part = readOne(parameter, given, nowMs);
    if ('message' in part) faults.push({ field: parameter.name, ...part });
    else Object.assign(values, part);
  }
  const { from, to }: TimeBounds = values;
  if (from !== undefined && to !== undefined && from >= to) {
    faults.push({ field: 'from', message: 'expected a time before `to`' });
  }
  return { values, faults };
}

/** Throws one ProblemError with all faults, if there are any. */
export function refuseFaults(faults: readonly ProblemFault[]): void {
  if (faults.length === 0) return;
  const codes = new Set(faults.map(({ code = 'invalid_parameter' }) => code));
  const [only] = codes;
  const code = codes.size === 1 && only !== undefined ? only : 'invalid_parameter';
  const detail = faults
    .slice(0, MAX_IN_DETAIL)
    .map(({ field, message }) => `${field}: ${message}`)
    .join('; ');
  const more = faults.length > MAX_IN_DETAIL ? `; and ${faults.length - MAX_IN_DETAIL} more` : '';
  throw new ProblemError(code, detail + more, { errors: faults.slice(0, MAX_FAULTS) });
}

/** Faults for names that no parameter has. */
function unknownNames(table: readonly Parameter[], values: ReadonlyMap<string, unknown>): ProblemFault[] {
  const unknown = [...values.keys()].filter((name) => !table.some((parameter) => parameter.name === name));
  if (unknown.length === 0) return [];
  const message =
    table.length === 0
      ? 'this route takes no parameters in the URL'
      : `not a parameter: expected one of ${table.map(({ name }) => name).join(', ')}`;
  return unknown.map((name) => ({ field: name.slice(0, MAX_NAME), code: 'unknown_parameter', message }));
}

function readOne<Values extends object>(
  parameter: Parameter<Values>,
  given: readonly string[],
  nowMs: number,
): Partial<Values> | Omit<ProblemFault, 'field'> {
  const expected = { message: `expected ${parameter.expected}` };
  const most = maxValues(parameter);
  if (given.length > most) return most === 1 ? { message: 'given more than once' } : expected;
  return (given.length === 0 ? undefined : parameter.read(given, nowMs)) ?? expected;
}
