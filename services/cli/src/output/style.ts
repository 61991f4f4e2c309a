import type { Environment } from '@paylog/shared/config/load-config';
import type { Output } from '../cli-context.ts';

/** Kinds of text that may be colored. */
export type StyleName = 'strong' | 'quiet' | 'good' | 'warning' | 'bad' | 'worst';

/** Colors a text, or leaves it as it is. */
export type Style = (name: StyleName, text: string) => string;

/** Select Graphic Rendition codes (ECMA-48): bold, faint, green, yellow, red, magenta. */
const CODES: Readonly<Record<StyleName, number>> = { strong: 1, quiet: 2, good: 32, warning: 33, bad: 31, worst: 35 };

/** Colors only for a terminal that has them, and not where `NO_COLOR` (https://no-color.org) is set. */
export function styleFor(output: Output, env: Environment): Style {
  return hasColors(output, env) ? (name, text) => `\u001b[${CODES[name]}m${text}\u001b[0m` : (_name, text) => text;
}

/** Whether colors may be written there. */
export function hasColors(output: Output, env: Environment): boolean {
  const noColor = env['NO_COLOR'];
  return output.isTTY === true && (noColor === undefined || noColor === '') && env['TERM'] !== 'dumb';
}
