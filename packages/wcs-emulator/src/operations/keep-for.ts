import { parseInteger } from '../http/encoding.js';

const day = 24 * 3600 * 1000;

/**
 * When an object ends that is to be kept for a number of days: 0 is at once, -1 (or nothing) is never.
 *
 * @returns milliseconds since the epoch
 * @throws ServiceError 400 when `days` is not such a number
 */
export function expiryAfterDays(days: string | undefined, now: number): number | undefined {
  if (days === undefined || days === '') return undefined;
  const count = parseInteger(days, 'deadline', { min: -1, max: 1_000_000 });
  return count < 0 ? undefined : now + count * day;
}
