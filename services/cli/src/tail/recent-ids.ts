/** Ids that were seen lately, a bounded number of them. */
export class RecentIds {
  readonly #limit: number;
  readonly #ids = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True when the id is new. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > this.#limit) for (const oldest of this.#ids.values()) return this.#ids.delete(oldest);
    return true;
  }
}
