/** What the list is made of: a row for each record, and one more behind the record that is open. */
export interface ListItems {
  readonly count: number;
  /** The item of a record's details; -1: none. */
  readonly detail: number;
}

export function listItems(rows: number, openIndex: number): ListItems {
  const isOpen = openIndex >= 0 && openIndex < rows;
  return { count: rows + (isOpen ? 1 : 0), detail: isOpen ? openIndex + 1 : -1 };
}

/** Which record an item shows. */
export function rowOfItem(item: number, { detail }: ListItems): number {
  return detail >= 0 && item >= detail ? item - 1 : item;
}

/** Which item shows a record's row. */
export function itemOfRow(row: number, { detail }: ListItems): number {
  return detail >= 0 && row >= detail ? row + 1 : row;
}

/** Whether the next page should be fetched: fewer rows than a few screens are left below what is seen. */
export function isNearEnd(lastVisible: number, count: number, visible: number): boolean {
  return lastVisible >= count - 1 - Math.max(visible * 3, 50);
}
