/** A searcher could not answer: the store is gone (`store_unavailable`) or took too long (`store_timeout`). Worth a retry. */
export class StoreUnavailableError extends Error {
  readonly code: 'store_unavailable' | 'store_timeout';

  constructor(code: 'store_unavailable' | 'store_timeout', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailableError';
    this.code = code;
  }
}
