/** A text cut in front of its last word. */
export interface CutText {
  /** Undefined when there is no other word. */
  readonly before: string | undefined;
  readonly last: string;
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });

/** Each of these is a word for itself, whatever a dictionary says. */
const SINGLE = /[\p{Script=Han}\p{Script=Hiragana}]$/u;
const LETTER = /\p{Alphabetic}/u;
const PICTOGRAPH = /^\p{Extended_Pictographic}/u;
const NUMBER_SIGN = /^[\d#*]/;

interface Piece {
  readonly start: number;
  readonly text: string;
  readonly isWord: boolean;
}

function piecesOf(text: string): Piece[] {
  return Array.from(SEGMENTER.segment(text), ({ segment, index, isWordLike }) => ({
    start: index,
    text: segment,
    isWord: isWordLike === true || (PICTOGRAPH.test(segment) && !NUMBER_SIGN.test(segment)),
  }));
}

/** Position of the piece with which the word of the piece `at` begins, as Lucene's standard tokenizer joins them. */
function firstPiece(pieces: readonly Piece[], at: number): number {
  let first = at;
  for (;;) {
    const before = pieces[first - 1];
    const beyond = pieces[first - 2];
    const text = pieces[first]?.text ?? '';
    // Pieces that touch come from a dictionary (Thai, Khmer, ...), which Lucene does not have.
    if (before?.isWord === true && !SINGLE.test(before.text) && !PICTOGRAPH.test(before.text)) first -= 1;
    // A colon between letters joins them.
    else if (
      before?.text === ':' &&
      beyond?.isWord === true &&
      LETTER.test(beyond.text.slice(-1)) &&
      LETTER.test(text[0] ?? '')
    )
      first -= 2;
    else return first;
  }
}

/** Finds the last word of a text, as Lucene's standard tokenizer splits it; undefined when there is none. */
export function cutLastWord(text: string): CutText | undefined {
  const pieces = piecesOf(text);
  const at = pieces.findLastIndex((piece) => piece.isWord);
  const piece = pieces[at];
  if (piece === undefined) return undefined;
  const end = piece.start + piece.text.length;
  let start = piece.start;
  const single = SINGLE.exec(piece.text);
  if (single !== null) start += single.index;
  else if (!PICTOGRAPH.test(piece.text)) start = pieces[firstPiece(pieces, at)]?.start ?? start;
  const hasMore = start > piece.start || pieces.some((other) => other.isWord && other.start < start);
  return { before: hasMore ? text.slice(0, start) : undefined, last: text.slice(start, end) };
}
