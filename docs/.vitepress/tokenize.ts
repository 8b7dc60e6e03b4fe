/**
 * Cuts a text into what can be searched for: words, and in Chinese, which has no spaces, words as a dictionary
 * knows them. It travels to the browser as source text, so it uses nothing from outside of itself.
 */
export function tokenize(text: string): string[] {
  return Array.from(new Intl.Segmenter('zh', { granularity: 'word' }).segment(text))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}
