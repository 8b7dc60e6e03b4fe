/** What the page asks of the emulator: its own control endpoint, and the service itself with signed requests. */

/** A refusal of the emulator. */
export class ServiceFailure extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Asks the control endpoint.
 *
 * @param {string} path below `/-/control/`
 * @param {RequestInit} [init]
 */
export async function control(path, init) {
  return answerOf(await fetch(path, init));
}

/**
 * Sends JSON to the control endpoint.
 *
 * @param {string} path
 * @param {unknown} body
 */
export async function postControl(path, body) {
  return control(path, { method: 'POST', body: JSON.stringify(body) });
}

/**
 * A management request of the service (section 1.4).
 *
 * @param {string} method
 * @param {string | undefined} bucket whose owner signs
 * @param {string} target encoded, as it goes on the wire
 */
export async function manage(method, bucket, target) {
  const { token } = await postControl('sign', { management: { bucket, target } });
  return answerOf(await fetch(target, { method, headers: { Authorization: token } }));
}

/**
 * An upload token for one key (section 1.3).
 *
 * @param {string} bucket
 * @param {string} key
 * @returns {Promise<string>}
 */
export async function uploadToken(bucket, key) {
  const { token } = await postControl('sign', { upload: { bucket, key } });
  return token;
}

/**
 * Reads an answer; a refusal is thrown in its own words.
 *
 * @param {Response} response
 */
export async function answerOf(response) {
  const text = await response.text();
  const value = parse(text);
  if (response.ok) return value ?? text;
  throw new ServiceFailure(response.status, value?.message ?? (text || response.statusText));
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * URL-safe Base64 of UTF-8, with its padding.
 *
 * @param {string} text
 */
export function urlSafeBase64(text) {
  return urlSafeBase64Bytes(new TextEncoder().encode(text));
}

/** @param {Uint8Array} bytes */
export function urlSafeBase64Bytes(bytes) {
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_');
}

/**
 * How the service names an object in a path.
 *
 * @param {string} bucket
 * @param {string} key
 */
export function entry(bucket, key) {
  return urlSafeBase64(`${bucket}:${key}`);
}
