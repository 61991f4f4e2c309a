import assert from 'node:assert/strict';
import { cutLastWord } from '../../src/elasticsearch/last-word.ts';

/** Texts and the word that may go on, as Lucene's standard tokenizer has it. */
const CUTS: readonly (readonly [text: string, before: string | undefined, last: string])[] = [
  ['decl', undefined, 'decl'],
  ['card decl', 'card ', 'decl'],
  ['card-decl...', 'card-', 'decl'],
  [" don't", undefined, "don't"],
  ['at 3.14', 'at ', '3.14'],
  ['user@example.com', 'user@', 'example.com'],
  ['settled_at', undefined, 'settled_at'],
  ['key:val', undefined, 'key:val'],
  ['a b:c', 'a ', 'b:c'],
  ['at 12:30', 'at 12:', '30'],
  ['x: y', 'x: ', 'y'],
  ['支付失败', '支付失', '败'],
  ['失', undefined, '失'],
  ['ошибка плат', 'ошибка ', 'плат'],
  ['การชำระเงิน', undefined, 'การชำระเงิน'],
  ['paid 🎉', 'paid ', '🎉'],
];

describe('the last word of a text', () => {
  for (const [text, before, last] of CUTS) {
    it(`of ${text}`, () => {
      assert.deepEqual(cutLastWord(text), { before, last });
    });
  }

  it('is not there in signs', () => {
    for (const text of ['', '...', ' - ']) assert.equal(cutLastWord(text), undefined);
  });
});
