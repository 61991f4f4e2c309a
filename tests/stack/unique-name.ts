import { randomBytes } from 'node:crypto';

/**
 * A name that nobody else has, for what tests share servers by. Of letters: its digits and those of a record's number could make a card
 * number, which an id may not hold.
 */
export function uniqueName(prefix: string): string {
  const digits = randomBytes(6).toString('hex');
  return prefix + digits.replaceAll(/\d/g, (digit) => 'ghijklnopq'.charAt(Number(digit)));
}
