/** The queue's brokers could not be asked. Worth a retry, unlike an answer that says no. */
export class QueueUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueueUnavailableError';
  }
}
