import { invalidArgument } from '../errors.js';

/**
 * Checks an address that is handed on to the service. A text stays as it is, to the letter.
 *
 * @param name - how to call it in an error
 */
export function httpUrl(name: string, value: string | URL): string {
  const text = value instanceof URL ? value.href : value;
  const usable =
    typeof text === 'string' &&
    !/[\s\p{Cc}]/u.test(text) &&
    URL.canParse(text) &&
    /^https?:$/.test(new URL(text).protocol);
  if (!usable) throw invalidArgument(name, 'an http:// or https:// URL', text);
  return text;
}
