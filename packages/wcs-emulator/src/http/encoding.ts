import { ServiceError } from './service-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text that was `b64u`-encoded; padding may be absent.
 *
 * @param what - names the value in the error
 * @throws ServiceError with `status` when it is not Base64 of UTF-8
 */
export function decodeText(encoded: string, what: string, status = 400): string {
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(encoded)) throw new ServiceError(status, `${what}: not URL-safe Base64`);
  try {
    return utf8.decode(Buffer.from(encoded, 'base64url'));
  } catch (error) {
    throw new ServiceError(status, `${what}: not UTF-8`, { cause: error });
  }
}

/** @throws ServiceError 400 when the percent-encoding is broken */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new ServiceError(400, 'malformed percent-encoding', { cause: error });
  }
}

/**
 * The pairs of a query. A `+` is a plus sign here, and a value keeps its `=` padding (section 2).
 *
 * @throws ServiceError 400
 */
export function parseQuery(query: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    pairs.set(decodePercent(name), equals < 0 ? '' : decodePercent(pair.slice(equals + 1)));
  }
  return pairs;
}

/**
 * The pairs of a management request's body, which is not percent-encoded. A value may hold `=` (section 2).
 *
 * @throws ServiceError 400
 */
export function parseParameters(body: Uint8Array): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of Buffer.from(body).toString().split('&')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    if (equals < 1) throw new ServiceError(400, 'the body is not name=value&name=value');
    pairs.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return pairs;
}

/**
 * A whole number as clients write it in paths, queries and fields.
 *
 * @throws ServiceError 400 when it is not one, or is outside the bounds
 */
export function parseInteger(
  text: string,
  what: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new ServiceError(400, `${what} must be a whole number from ${min} to ${max}`);
  return value;
}
