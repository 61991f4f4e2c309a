import { signal } from '@preact/signals';

/** Index of the row that `j` and `k` move from; undefined: none yet. */
export const currentRow = signal<number | undefined>(undefined);

/** Asked for by the keyboard; the list shows it and clears it. */
export const rowToShow = signal<number | undefined>(undefined);

/** Moves to the next or the previous row and shows it. */
export function moveRow(by: 1 | -1, count: number): void {
  if (count === 0) return;
  const next = currentRow.value === undefined ? 0 : Math.min(Math.max(currentRow.value + by, 0), count - 1);
  currentRow.value = next;
  rowToShow.value = next;
}
