/** A text as Python's `urllib.request.quote` writes it: slashes stay. */
export function pythonQuote(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
