import assert from 'node:assert/strict';
import { messageWords } from '@paylog/shared/embedded/message-words';
import { describe, it } from 'mocha';

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });

function segmenterWords(text: string): string[] {
  return Array.from(SEGMENTER.segment(text))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment.toLowerCase());
}

describe('messageWords', () => {
  for (const text of [
    'Payment DECLINED by issuer (code=51)',
    "don't can't rock'n'roll 'quoted'",
    'example.com, user@example.com. end.',
    '3.14 1,000 1,000,000.50 v1.2.3 2026-11-20T08:00:00Z',
    'snake_case _private trailing_ a_1',
    'Überweisung nach Zürich, café; naïve',
    'ошибка: Платёж не прошёл',
    'πληρωμή απορρίφθηκε',
    'cafe\u0301 combining',
    'שלום עולם مرحبا بالعالم',
    '결제 실패',
    'a/b\\c [warn] {x} <y> "z" --flag',
    'e2e 4xx 10ms x86_64',
    '',
    '-- … !!',
  ]) {
    it(`splits like Unicode's default: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(messageWords(text), segmenterWords(text));
    });
  }

  it('takes Han and Hiragana one by one and Katakana in runs, as Lucene does', () => {
    assert.deepEqual(messageWords('支払い エラー'), ['支', '払', 'い', 'エラー']);
  });

  it('drops underscores alone and takes emoji as words', () => {
    assert.deepEqual(messageWords('___ ok 💳👍🏽'), ['ok', '💳', '👍🏽']);
  });

  it('cuts words that are too long, the same way each time', () => {
    const words = messageWords(`x ${'y'.repeat(600)}`);
    assert.deepEqual(
      words.map((word) => word.length),
      [1, 255, 255, 90],
    );
  });
});
