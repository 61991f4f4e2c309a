import { visible } from '../output/visible.ts';
import type { ApiAnswer } from './api-client.ts';

const MAX_LENGTH = 500;

/** An answer that is not a success, in one line. */
export function problemText({ status, text }: Pick<ApiAnswer, 'status' | 'text'>): string {
  const { detail, title } = parseProblem(text);
  const said = detail ?? title;
  return said === undefined ? `answered ${status}` : `answered ${status}: ${visible(said).slice(0, MAX_LENGTH)}`;
}

function parseProblem(text: string): { readonly detail?: string; readonly title?: string } {
  try {
    const document = JSON.parse(text) as { readonly detail?: unknown; readonly title?: unknown } | null;
    return {
      ...(typeof document?.detail === 'string' && { detail: document.detail }),
      ...(typeof document?.title === 'string' && { title: document.title }),
    };
  } catch {
    return {};
  }
}
