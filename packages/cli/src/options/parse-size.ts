const UNITS = ['', 'K', 'M', 'G', 'T', 'P'];

/** How sizes are written, for messages. */
export const SIZE_FORM = 'a number of bytes, or one with K, M, G, T or P (by 1024), such as 64M';

/**
 * A size in bytes: `4096`, `64K`, `1.5G`, `10GiB`.
 *
 * @returns undefined for what is no size, is no whole number of bytes, or is beyond 2^53 - 1
 */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGTP]?)(?:iB)?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Number(digits) * 1024 ** UNITS.indexOf(unit.toUpperCase());
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
