/** The words of a text as the store port means them: split at Unicode word boundaries (UAX 29), in small letters, each once. */
export function wordsOf(text: string): readonly string[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  const words = Array.from(segmenter.segment(text))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment.toLowerCase());
  return [...new Set(words)];
}
