// Shortens input by folding, without tables: the faster way for all but short inputs.
//
// Let y = x^128, so that an input of 16-byte words is a polynomial in y. A sum of few powers of y that is a
// multiple of the CRC's polynomial lets a word be dropped when it is added to (XORed into) the words that
// follow it at fixed distances: the input changes by a multiple of the polynomial, the CRC not at all. So each
// word costs nine loads, which depend on nothing recent, instead of sixteen table look-ups and their shifts.
//
// The multiple is y^724 + y^698 + y^561 + y^411 + y^401 + y^244 + y^137 + y^118 + y^74 + 1. A search found it
// in x instead of y: sums of four powers, kept by their low bits, matched against one another. Over GF(2)
// squaring a sum squares each term, and seven squarings turn x into y. The polynomial has the factor x + 1, so
// every multiple has an even number of terms; ten is what keeps the window small beside a first-level cache.

const WORD: usize = 16;

// How many bytes back each word finds those that fold into it: (724 - exponent) words.
const DISTANCE_1: usize = 26 * WORD;
const DISTANCE_2: usize = 163 * WORD;
const DISTANCE_3: usize = 313 * WORD;
const DISTANCE_4: usize = 323 * WORD;
const DISTANCE_5: usize = 480 * WORD;
const DISTANCE_6: usize = 587 * WORD;
const DISTANCE_7: usize = 606 * WORD;
const DISTANCE_8: usize = 650 * WORD;

/** The longest distance: so many bytes remain, and so many before the input are read and must be zero. */
export const FOLD_WINDOW: usize = 724 * WORD;

/** Shorter inputs are not worth it. */
export const FOLD_MINIMUM: usize = 2 * FOLD_WINDOW;

/**
 * Folds the whole words between `position` and `end`, in place, into the last of them.
 *
 * @returns where what is left begins: it has the same CRC, from a register of zero
 */
export function foldWords(position: usize, end: usize): usize {
  const rest = position + ((end - position) & ~(WORD - 1)) - FOLD_WINDOW;
  for (; position + WORD < rest; position += 2 * WORD) {
    foldInto(position);
    foldInto(position + WORD);
  }
  if (position < rest) foldInto(position);

  foldAcross(rest, DISTANCE_1);
  foldAcross(rest, DISTANCE_2);
  foldAcross(rest, DISTANCE_3);
  foldAcross(rest, DISTANCE_4);
  foldAcross(rest, DISTANCE_5);
  foldAcross(rest, DISTANCE_6);
  foldAcross(rest, DISTANCE_7);
  foldAcross(rest, DISTANCE_8);
  foldAcross(rest, FOLD_WINDOW);
  return rest;
}

/** Adds to the word at `position` all that fold into it. */
// @ts-expect-error: decorator
@inline
function foldInto(position: usize): void {
  const near = v128.xor(
    v128.xor(v128.load(position), v128.load(position - DISTANCE_1)),
    v128.xor(v128.load(position - DISTANCE_2), v128.load(position - DISTANCE_3)),
  );
  const middle = v128.xor(
    v128.xor(v128.load(position - DISTANCE_4), v128.load(position - DISTANCE_5)),
    v128.xor(v128.load(position - DISTANCE_6), v128.load(position - DISTANCE_7)),
  );
  const far = v128.xor(v128.load(position - DISTANCE_8), v128.load(position - FOLD_WINDOW));
  v128.store(position, v128.xor(v128.xor(near, middle), far));
}

/** Adds the words before `rest` to those from `rest` on, at one distance. */
function foldAcross(rest: usize, distance: usize): void {
  for (let position = rest; position < rest + distance; position += WORD) {
    v128.store(position, v128.xor(v128.load(position), v128.load(position - distance)));
  }
}
