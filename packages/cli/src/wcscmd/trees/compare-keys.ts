/**
 * Compares two keys in the order of listings: by their bytes in UTF-8. It differs from the order of JavaScript, which
 * puts surrogates, the halves of the highest code points, before U+E000.
 *
 * @returns a negative number, 0 or a positive one, as `sort` expects
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Where a code unit comes: surrogates after everything else. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
