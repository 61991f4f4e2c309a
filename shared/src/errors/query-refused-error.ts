/** The store will not answer this query, however often it is asked: it would cost too much. The message says what to change. */
export class QueryRefusedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueryRefusedError';
  }
}
