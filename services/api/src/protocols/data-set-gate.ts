/** No hyphen: it separates the parts of an index name. The rule of the setting `DATA_SET`. */
const NAME = /^[a-z0-9][a-z0-9_.]{0,63}$/;

/**
 * Lets in the data sets that senders name, up to a number of distinct ones: each has indices of its own in the store, and a name is
 * all that it takes to make one.
 */
export class DataSetGate {
  /** Data set of records that name none, or one that is not let in. */
  readonly defaultDataSet: string;
  readonly #limit: number;
  readonly #admitted = new Set<string>();

  constructor(defaultDataSet: string, limit: number) {
    this.defaultDataSet = defaultDataSet;
    this.#limit = limit;
  }

  /** Distinct data sets let in since the start, the default one not counted. */
  get size(): number {
    return this.#admitted.size;
  }

  /** Whether records may go to this data set. What was let in once stays so. */
  admits(name: string): boolean {
    if (name === this.defaultDataSet || this.#admitted.has(name)) return true;
    if (this.#admitted.size >= this.#limit || !NAME.test(name)) return false;
    this.#admitted.add(name);
    return true;
  }
}
