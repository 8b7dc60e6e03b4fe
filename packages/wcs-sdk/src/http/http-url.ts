import { invalidArgument } from '../errors.js';

/**
 * Checks an address that is handed on to the service. A text stays as it is, to the letter, but for spaces, as people
 * type them: no request could hold those.
 *
 * @param name - how to call it in an error
 */
export function httpUrl(name: string, value: string | URL): string {
  const text = value instanceof URL ? value.href : value;
  const usable =
    typeof text === 'string' &&
    // A parser would leave line breaks and the like out, without a word.
    !/[\p{Cc}\p{Surrogate}]/u.test(text) &&
    URL.canParse(text) &&
    /^https?:$/.test(new URL(text).protocol);
  if (!usable) throw invalidArgument(name, 'an http:// or https:// URL', text);
  return text.trim().replace(/\s/gu, encodeURIComponent);
}
