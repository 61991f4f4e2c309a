/** Records of which the client may not have got all: more than the buffers of a connection hold of small ones. */
const MAX_KEPT = 5000;

/** Numbers the records that a stream sends and remembers the last of them, so that those that got lost can be sent again. */
export class SentRecords {
  #ids: string[] = [];
  #owed: string[] = [];
  #last = 0;

  /** Number of the record that was sent last; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Ids of records that were sent and got lost, the first `count` of them. */
  owed(count: number): readonly string[] {
    return this.#owed.slice(0, count);
  }

  add(id: string): void {
    this.#last += 1;
    this.#ids.push(id);
    // Not one by one: that would move the whole list each time.
    if (this.#ids.length >= 2 * MAX_KEPT) this.#ids.splice(0, MAX_KEPT);
  }

  /** These are sent again, or cannot be: they are owed no longer. */
  settle(ids: ReadonlySet<string>): void {
    this.#owed = this.#owed.filter((id) => !ids.has(id));
  }

  /** The client got nothing behind record number `sequence`: that is owed now. False when it is not remembered what that was. */
  rewind(sequence: number): boolean {
    const count = this.#last - sequence;
    if (count < 0 || count > this.#ids.length) return false;
    const kept = this.#ids.length - count;
    this.#owed = [...this.#ids.slice(kept), ...this.#owed];
    this.#ids = this.#ids.slice(0, kept);
    this.#last = sequence;
    return true;
  }
}
