/**
 * The words of a message, the same for writing and searching: split at Unicode word boundaries (UAX 29), as Lucene's standard
 * tokenizer does, in small letters, diacritics kept, words longer than 255 characters cut into pieces of 255.
 *
 * Known differences from Lucene 9: a colon between letters splits here (`a:b` is two words, as in ICU's rules; Lucene keeps
 * one); quotation marks between Hebrew letters split here; a run of Katakana does not join an underscore; a pictograph is a
 * word only when it is shown as an emoji, without its skin tones, joiners and flags' pairing being examined further than one
 * sequence; `toLowerCase` follows full Unicode mapping (final sigma, dotted capital I), Lucene maps character by character.
 * Differences from ICU (`Intl.Segmenter`): Han and Hiragana are single characters here as in Lucene, no dictionary.
 */
export function messageWords(text: string): string[] {
  // Nearly all log messages are ASCII; the general pattern is several times slower.
  const pattern = isAscii(text) ? ASCII_WORD : UNICODE_WORD;
  const words: string[] = [];
  for (const [word] of text.toLowerCase().matchAll(pattern)) {
    if (word.length <= MAX_WORD_CHARS) {
      if (HAS_CONTENT.test(word)) words.push(word);
    } else {
      for (let at = 0; at < word.length; at += MAX_WORD_CHARS) words.push(word.slice(at, at + MAX_WORD_CHARS));
    }
  }
  return words;
}

/** Lucene's `max_token_length`. */
const MAX_WORD_CHARS = 255;

// eslint-disable-next-line no-control-regex -- "only ASCII" is what this asks.
const NOT_ASCII = /[^\x00-\x7f]/;

/** Underscores alone are no word (UAX 29 joins them to words, Lucene drops them). */
const HAS_CONTENT = /[^_\p{Pc}]/u;

/** Letters and digits join; `.` and `'` join between letters, `.`, `,`, `;` and `'` between digits (rules WB5 to WB13). */
const ASCII_WORD = /\w+(?:(?:(?<=[a-z])[.'](?=[a-z])|(?<=\d)[.,;'](?=\d))\w+)*/g;

const EXTEND = String.raw`[\p{M}\p{Cf}]*`;
const LETTER = String.raw`(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])\p{Alphabetic}`;
const PART = `(?:(?:${LETTER}|\\p{Nd}|\\p{Pc})${EXTEND})`;
const BEHIND_LETTER = `(?<=${LETTER}${EXTEND})`;
const BEHIND_DIGIT = String.raw`(?<=\p{Nd}${EXTEND})`;
const MID_LETTER = String.raw`[.'\u2018\u2019\u2024\ufe52\uff07\uff0e\u00b7\u0387\u055f\u05f4\u2027]`;
const MID_NUMBER = String.raw`[.'\u2018\u2019\u2024\ufe52\uff07\uff0e,;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b]`;
const UNICODE_WORD = new RegExp(
  [
    `${PART}+(?:(?:${BEHIND_LETTER}${MID_LETTER}${EXTEND}(?=${LETTER})|${BEHIND_DIGIT}${MID_NUMBER}${EXTEND}(?=\\p{Nd}))${PART}+)*`,
    `(?:[\\p{Script=Katakana}\u30fc\uff70]${EXTEND})+`,
    `[\\p{Script=Han}\\p{Script=Hiragana}]${EXTEND}`,
    String.raw`(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)[\p{Emoji_Modifier}\ufe0f]*(?:\u200d\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]*)*`,
  ].join('|'),
  'gu',
);

function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}
