/**
 * The name that a downloaded object gets in the current folder: the end of a URL or key, made harmless.
 *
 * @param segment - what follows the last slash
 * @returns undefined if nothing usable is left
 */
export function safeFileName(segment: string): string | undefined {
  const name = segment.replace(/[/\\\p{Cc}]/gu, '_');
  return /^\.{0,2}$/.test(name) ? undefined : name;
}

/** The last segment of a URL's path. It is cut out before it is decoded, so that `%2F` and `%3F` cut nothing. */
export function lastSegment(url: URL): string {
  const segment = url.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not every percent sign in a URL begins an escape.
    return segment;
  }
}
