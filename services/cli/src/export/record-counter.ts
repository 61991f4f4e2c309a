const [LINE_FEED, QUOTE] = [10, 34] as const;

/** Counts the records of an export as it comes: lines, and in a CSV those line ends that do not stand in quotes, without the head. */
export class RecordCounter {
  readonly #isCsv: boolean;
  #lines = 0;
  #inQuotes = false;

  constructor(format: string) {
    this.#isCsv = format === 'csv';
  }

  get records(): number {
    return Math.max(0, this.#lines - (this.#isCsv ? 1 : 0));
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === QUOTE && this.#isCsv) this.#inQuotes = !this.#inQuotes;
      else if (byte === LINE_FEED && !this.#inQuotes) this.#lines += 1;
    }
  }
}
