import type { Random } from './support.ts';

/** A number whose text has to survive as it is. */
export class Token {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const WORDS = [
  'payment',
  'captured',
  'é',
  '日本',
  '😀',
  'a b',
  '',
  'x"y',
  'c:\\d',
  'l1\nl2',
  '\t',
  '/',
  '{',
  '}',
  '[',
  ',',
  ':',
  '\u2028',
];
const NAMES = [
  'a',
  'b',
  'c.d',
  'amount',
  'é',
  '',
  'with space',
  'q"k',
  '1',
  'toString',
  '__proto__',
  'constructor',
  'x}y',
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.0',
  '1E5',
  '1e-7',
  '0.001',
  '1e400',
  '9007199254740993',
  '12.5',
  '1000',
  '3e2',
  '-42',
];

/** A random JSON value without cardholder data: plain objects, arrays, strings, {@link Token}s, booleans, null. */
export function randomJson(random: Random, depth: number): unknown {
  const kind = random.below(depth === 0 ? 4 : 7);
  switch (kind) {
    case 0:
      return random.times(random.below(4), () => random.pick(WORDS)).join('');
    case 1:
      return new Token(random.pick(NUMBERS));
    case 2:
      return random.pick([true, false, null]);
    case 3:
      return random.pick(WORDS);
    case 4:
      return random.times(random.below(4), () => randomJson(random, depth - 1));
    default:
      return randomObject(random, depth);
  }
}

/** A random object, as entries of a `Map`, so that every name is data. */
export function randomObject(random: Random, depth: number): Map<string, unknown> {
  const members = new Map<string, unknown>();
  for (let count = random.below(5); count > 0; count -= 1) {
    members.set(random.pick(NAMES), randomJson(random, depth - 1));
  }
  return members;
}

function string(text: string, random: Random, escapes: number): string {
  let out = '"';
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    const hex = char.charCodeAt(0).toString(16).padStart(4, '0');
    const escape = char === '/' && random.chance(0.5) ? '\\/' : `\\u${hex}`;
    out += random.chance(escapes) ? escape : JSON.stringify(char).slice(1, -1);
  }
  return `${out}"`;
}

/** How {@link serialize} writes. */
export interface Style {
  /** Share of characters that are written as `\uXXXX` without need. */
  readonly escapes: number;
  /** Share of places between tokens that get white space. */
  readonly spaces: number;
}

/** JSON text of a value in a random style: escapes that nobody needs, white space between the tokens. */
export function serialize(value: unknown, random: Random, style?: Style): string {
  const { escapes, spaces } = style ?? { escapes: random.pick([0, 0, 0.1]), spaces: random.pick([0, 0, 0.2]) };
  const gap = (): string => (random.chance(spaces) ? random.pick([' ', '\n', '\r\n', '\t', '  ']) : '');
  const write = (node: unknown): string => {
    if (node instanceof Token) return node.text;
    if (typeof node === 'string') return string(node, random, escapes);
    if (Array.isArray(node)) return `[${gap()}${node.map(write).join(`${gap()},${gap()}`)}${gap()}]`;
    if (typeof node !== 'object' || node === null) return JSON.stringify(node);
    const entries = node instanceof Map ? [...(node as Map<string, unknown>)] : Object.entries(node);
    const members = entries.map(([key, member]) => `${string(key, random, escapes)}${gap()}:${gap()}${write(member)}`);
    return `{${gap()}${members.join(`${gap()},${gap()}`)}${gap()}}`;
  };
  return write(value);
}
