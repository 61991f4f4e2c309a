import type { ApiAnswer } from './api-client.ts';
import { CliError } from '../cli-error.ts';
import { visible } from '../output/visible.ts';

/** A fault of a query as the API tells it. */
interface QueryRefusal {
  readonly message: string;
  readonly position: number;
  readonly length: number;
  readonly advice: string | undefined;
}

/** Characters of the query that are shown on either side of the fault. */
const AROUND = 50;

/**
 * The error of an answer that refuses the query, with the place under which it is wrong and what would be right; undefined when the
 * answer says something else.
 */
export function queryRefusal(
  url: string,
  { status, text }: Pick<ApiAnswer, 'status' | 'text'>,
  query: unknown,
): CliError | undefined {
  if (status !== 400 || typeof query !== 'string') return undefined;
  const refusal = readRefusal(text);
  if (refusal === undefined) return undefined;
  const lines = [...pointAt(query, refusal), ...(refusal.advice === undefined ? [] : [visible(refusal.advice)])];
  return new CliError('usage', `${url}: ${refusal.message}`, { lines });
}

function readRefusal(text: string): QueryRefusal | undefined {
  try {
    const { errors } = JSON.parse(text) as { readonly errors?: readonly Partial<Record<string, unknown>>[] };
    const fault = errors?.find(({ field, position }) => field === 'query' && typeof position === 'number');
    if (typeof fault?.['message'] !== 'string') return undefined;
    const { message, position, length, advice } = fault;
    return {
      message,
      position: Number(position),
      length: Number(length ?? 0),
      advice: typeof advice === 'string' ? advice : undefined,
    };
  } catch {
    return undefined;
  }
}

/** The query, or the part of it around the fault, and a line with `^` under the fault. */
function pointAt(query: string, { position, length }: QueryRefusal): string[] {
  const from = Math.max(0, position - AROUND);
  const to = Math.min(query.length, position + length + AROUND, position + 2 * AROUND);
  const before = `${from > 0 ? '…' : ''}${visible(query.slice(from, position))}`;
  const wrong = visible(query.slice(position, Math.min(position + length, to)));
  const after = `${visible(query.slice(Math.min(position + length, to), to))}${to < query.length ? '…' : ''}`;
  const mark = '^'.repeat(Math.max(1, Array.from(wrong).length));
  return [`  ${before}${wrong}${after}`, `  ${' '.repeat(Array.from(before).length)}${mark}`];
}
