/** Numbers that look random and are the same at every run with the same seed (mulberry32). */
export class SampleRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One of these; there has to be one. */
  of<T>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new RangeError('nothing to choose from');
    return choice;
  }

  /** Hexadecimal digits, with a letter at least at every fourth place: no run of digits that could be taken for a card number. */
  hex(length: number): string {
    return Array.from({ length }, (_, index) => (index % 4 === 0 ? this.of(LETTERS) : this.of(DIGITS))).join('');
  }
}

const LETTERS: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f'];
const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ...LETTERS];
