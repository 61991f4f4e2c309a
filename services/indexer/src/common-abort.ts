/** A signal that is aborted when all of some others are: work that is shared goes on as long as one party wants it. */
export class CommonAbort {
  readonly #controller = new AbortController();
  readonly #signals: readonly AbortSignal[];

  constructor(signals: readonly AbortSignal[]) {
    this.#signals = signals;
    for (const signal of signals) signal.addEventListener('abort', this.#check);
    this.#check();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Takes its listeners off again. */
  dispose(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#check);
  }

  readonly #check = (): void => {
    if (this.#signals.every((signal) => signal.aborted)) this.#controller.abort();
  };
}
