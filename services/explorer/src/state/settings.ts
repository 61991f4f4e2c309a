import { signal } from '@preact/signals';
import { getSettings } from '../api-client.ts';
import type { ServerSettings } from '../api-types.ts';

/** What the server told about itself; undefined until it did. */
export const settings = signal<ServerSettings | undefined>(undefined);

/** Asks once. Without an answer the page lacks the links to Jaeger, and nothing else. */
export async function loadSettings(): Promise<void> {
  settings.value = await getSettings().catch(() => undefined);
}
