import type { ProblemFault } from '@paylog/shared/errors/problem-error';

/** What is wrong with the values of one parameter, where "expected ..." does not say it. */
export type ParameterFault = Omit<ProblemFault, 'field'>;

/** One parameter of a route that reads: how it is documented and how its values are read. */
export interface Parameter<Values extends object = object> {
  readonly name: string;
  readonly description: string;
  /** What would be right, for faults. */
  readonly expected: string;
  /** JSON Schema of one value. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Several values: repeated or separated by commas in a URL, an array in a body. */
  readonly list: boolean;
  /** Most values of a list; absent: {@link MAX_VALUES}. */
  readonly most?: number;
  /** What the values (at least one) mean; undefined when they are not `expected`. */
  readonly read: (values: readonly string[], nowMs: number) => Partial<Values> | ParameterFault | undefined;
}

/** Most values of a list, unless it says otherwise, and longest text of one value. */
export const MAX_VALUES = 100;
const MAX_LENGTH = 256;

/** JSON Schema of {@link isShort}. */
export const SHORT_SCHEMA = { type: 'string', minLength: 1, maxLength: MAX_LENGTH } as const;

/** {@link isShort} in words. */
export const SHORT_TEXT = `1 to ${MAX_LENGTH} characters`;

/** Whether a value is a text of usual length. */
export function isShort(value: string): boolean {
  return value !== '' && value.length <= MAX_LENGTH;
}

/** Most values that one parameter takes. */
export function maxValues({ list, most = MAX_VALUES }: Parameter): number {
  return list ? most : 1;
}

/** A parameter with one whole number. */
export function integerParameter<Values extends object>(
  name: string,
  description: string,
  { min, max, byDefault }: { readonly min: number; readonly max: number; readonly byDefault: number },
  values: (value: number) => Partial<Values>,
): Parameter<Values> {
  return {
    name,
    description,
    list: false,
    schema: { type: 'integer', minimum: min, maximum: max, default: byDefault },
    expected: `an integer from ${min} to ${max}`,
    read: ([text = '']) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
      return value >= min && value <= max ? values(value) : undefined;
    },
  };
}

/** A parameter with one of a few words. */
export function choiceParameter<Values extends object, Choice extends string>(
  name: string,
  description: string,
  choices: readonly [Choice, ...Choice[]],
  values: (value: Choice) => Partial<Values>,
): Parameter<Values> {
  return {
    name,
    description,
    list: false,
    schema: { type: 'string', enum: choices, default: choices[0] },
    expected: `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`,
    read: ([text]) => {
      const choice = choices.find((each) => each === text);
      return choice === undefined ? undefined : values(choice);
    },
  };
}
