import { effect, signal, type Signal } from '@preact/signals';
import type { ZoneName } from '../time/time-range.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';

/** What a person chose for this browser. Not a part of the address: it belongs to who looks, not to what is looked at. */
export const theme = signal<Theme>('system');
/** What the system has now, and so what `system` shows. What is drawn, not styled, has to be drawn anew when it changes. */
export const isSystemDark = signal(false);
export const density = signal<Density>('comfortable');
export const zone = signal<ZoneName>('local');
/** Fields that are counted beside the list. */
export const facetFields = signal<readonly string[]>([
  'level',
  'service',
  'payment.status',
  'payment.provider',
  'error.type',
  'environment',
  'host',
]);

/** Takes what was kept in this browser, keeps every change, and lets styles know. Called once, by main.tsx. */
export function startPreferences(): void {
  keep('theme', theme, (text) => (text === 'light' || text === 'dark' || text === 'system' ? text : undefined));
  keep('density', density, (text) => (text === 'compact' || text === 'comfortable' ? text : undefined));
  keep('zone', zone, (text) => (text === 'utc' || text === 'local' ? text : undefined));
  keepJson('facets', facetFields, (value) =>
    Array.isArray(value) && value.every((name) => typeof name === 'string') ? value.slice(0, 20) : undefined,
  );
  const dark = matchMedia('(prefers-color-scheme: dark)');
  isSystemDark.value = dark.matches;
  dark.addEventListener('change', ({ matches }) => (isSystemDark.value = matches));
  effect(() => {
    const { dataset } = document.documentElement;
    dataset['theme'] = theme.value;
    dataset['density'] = density.value;
  });
}

function keep<T extends string>(name: string, value: Signal<T>, read: (text: string) => T | undefined): void {
  keepText(name, value, read, (kept) => kept);
}

function keepJson<T>(name: string, value: Signal<T>, read: (value: unknown) => T | undefined): void {
  keepText(name, value, (text) => read(JSON.parse(text)), JSON.stringify);
}

/** A browser may keep nothing (private windows, a full disk), or what it kept may be from another version: then defaults hold. */
function keepText<T>(
  name: string,
  value: Signal<T>,
  read: (text: string) => T | undefined,
  write: (value: T) => string,
): void {
  const key = `paylog.${name}`;
  try {
    const kept = localStorage.getItem(key);
    value.value = (kept === null ? undefined : read(kept)) ?? value.value;
  } catch {
    // As by default.
  }
  let isFirst = true;
  effect(() => {
    const text = write(value.value);
    if (isFirst) {
      isFirst = false;
      return;
    }
    try {
      localStorage.setItem(key, text);
    } catch {
      // Holds until the page is closed.
    }
  });
}
