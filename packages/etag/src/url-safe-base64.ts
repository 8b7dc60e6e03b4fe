import { bytesOf } from './bytes.js';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * URL-safe Base64 as WCS writes it: alphabet `A–Z a–z 0–9 - _`, padding `=` kept, no line breaks
 * (`b64u` in the protocol's notation).
 *
 * @param data - bytes, or a string, taken as UTF-8
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `data` is neither
 *
 * @example
 * ```ts
 * urlSafeBase64Encode('bucket:key'); // 'YnVja2V0OmtleQ=='
 * ```
 */
export function urlSafeBase64Encode(data: string | Uint8Array): string {
  const bytes = bytesOf(data);
  // By hand rather than with btoa, because etags are short and many, and btoa wants a string made first.
  let text = '';
  for (let start = 0; start < bytes.length; start += 3) {
    const [first = 0, second, third] = [bytes[start], bytes[start + 1], bytes[start + 2]];
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    text += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63);
    text += second === undefined ? '=' : ALPHABET.charAt((bits >> 6) & 63);
    text += third === undefined ? '=' : ALPHABET.charAt(bits & 63);
  }
  return text;
}

/**
 * The bytes behind URL-safe Base64. Missing padding is forgiven; nothing else is.
 *
 * @param text - URL-safe Base64, with or without its padding
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `text` holds any other character (`+`, `/` and white
 * space included) or has a length that no bytes encode to
 *
 * @example
 * ```ts
 * new TextDecoder().decode(urlSafeBase64Decode('YnVja2V0OmtleQ')); // 'bucket:key'
 * ```
 */
export function urlSafeBase64Decode(text: string): Uint8Array {
  const symbols = typeof text === 'string' ? /^([\w-]*)={0,2}$/.exec(text)?.[1] : undefined;
  const fits = symbols !== undefined && symbols.length % 4 !== 1;
  if (!fits || (text.length > symbols.length && text.length % 4 !== 0)) {
    throw new ChecksumError(
      'INVALID_ARGUMENT',
      `text must be URL-safe Base64 (A-Z a-z 0-9 - _, then = as padding), but is ${describe(text)}`,
    );
  }
  const binary = atob(symbols.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}
