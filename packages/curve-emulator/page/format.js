/** Characters that would not be seen, or would rearrange those around them. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A name as it can be read: what cannot be seen is written as its code.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(invisible, character => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** @param {number} bytes */
export function formatBytes(bytes) {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[power]}`;
}

/** @param {number} milliseconds since the epoch */
export function formatTime(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString(undefined, { hour12: false });
}
