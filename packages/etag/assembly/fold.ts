// Shortens input by folding, without tables: the faster way for all but short inputs.
//
// Let y = x^128, so that an input of 16-byte words is a polynomial in y. A sum of few powers of y that is a
// multiple of the CRC's polynomial lets a word be dropped when it is added to (XORed into) the words that
// follow it at fixed distances: the input changes by a multiple of the polynomial, the CRC not at all. So each
// word costs ten loads, which depend on nothing recent, instead of sixteen table look-ups with their shifts.
//
// The multiple is 1 + y^74 + y^118 + y^137 + y^244 + y^401 + y^411 + y^561 + y^698 + y^724. A search found it
// in x instead of y: sums of four powers, kept by their low bits, matched against one another. Over GF(2)
// squaring a sum squares each term, and seven squarings turn x into y. The polynomial has the factor x + 1, so
// every multiple has an even number of terms; ten is what keeps the window small beside a first-level cache.

const WORD: usize = 16;

/** So many bytes remain, and so many before the input are read and must be zero. */
const WINDOW: usize = 724 * WORD;

/** Shorter inputs are not worth it. */
export const FOLD_MINIMUM: usize = 2 * WINDOW;

/**
 * Folds the whole words between `position` and `end`, in place, into the last of them.
 *
 * @returns where what is left begins: it has the same CRC, from a register of zero
 */
export function foldWords(position: usize, end: usize): usize {
  const rest = position + ((end - position) & ~(WORD - 1)) - WINDOW;
  for (let word = position; word < rest; word += WORD) foldInto(word);
  foldAcross(rest, 0);
  foldAcross(rest, 74);
  foldAcross(rest, 118);
  foldAcross(rest, 137);
  foldAcross(rest, 244);
  foldAcross(rest, 401);
  foldAcross(rest, 411);
  foldAcross(rest, 561);
  foldAcross(rest, 698);
  return rest;
}

/** Adds to a word all those that fold into it. The one dropped 724 words ago stands for 1, and so on. */
function foldInto(word: usize): void {
  const oldest = word - WINDOW;
  const far = v128.xor(
    v128.xor(v128.load(oldest), v128.load(oldest, 74 * WORD)),
    v128.xor(v128.load(oldest, 118 * WORD), v128.load(oldest, 137 * WORD)),
  );
  const middle = v128.xor(
    v128.xor(v128.load(oldest, 244 * WORD), v128.load(oldest, 401 * WORD)),
    v128.xor(v128.load(oldest, 411 * WORD), v128.load(oldest, 561 * WORD)),
  );
  const near = v128.xor(v128.load(oldest, 698 * WORD), v128.load(oldest, WINDOW));
  v128.store(oldest, v128.xor(v128.xor(far, middle), near), WINDOW);
}

/** Does for one power what foldInto does for all, where only the words before `rest` are dropped. */
function foldAcross(rest: usize, power: usize): void {
  const distance = WINDOW - power * WORD;
  for (let word = rest; word < rest + distance; word += WORD) {
    v128.store(word, v128.xor(v128.load(word), v128.load(word - distance)));
  }
}
