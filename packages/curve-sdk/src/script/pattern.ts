// The bytes that the `write` command of a script stores: for each 8 bytes at offset o, the little-endian value
// mix(seed · 0x9e3779b97f4a7c15 + o), where mix is the 64-bit finalizer of MurmurHash3. It depends on the offset,
// so data in a wrong place is noticed. In halves of 32 bits, because bigint is 50 times slower.

const GOLDEN = 0x9e3779b97f4a7c15n;
const WORD = 8;

/** Fills `target` with the pattern of `seed` for a write at `offset`. */
export function fillPattern(target: Uint8Array, offset: number, seed: number): Uint8Array {
  const whole = Math.floor(target.length / WORD) * WORD;
  const view = new DataView(target.buffer, target.byteOffset, target.length);
  const words = new PatternWords(offset, seed);
  for (let at = 0; at < whole; at += WORD) {
    words.next();
    view.setUint32(at, words.low, true);
    view.setUint32(at + 4, words.high, true);
  }
  if (whole < target.length) target.set(lastWord(words).subarray(0, target.length - whole), whole);
  return target;
}

/** A new buffer with the pattern of `seed`. */
export function pattern(length: number, offset: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  fillPattern(bytes, offset, seed);
  return bytes;
}

/** Where `bytes` first differs from `expected`; -1 if nowhere. */
export function firstDifference(bytes: Uint8Array, expected: Uint8Array): number {
  if (Buffer.compare(bytes, expected) === 0) return -1;
  const at = bytes.findIndex((byte, index) => byte !== expected[index]);
  return at === -1 ? bytes.length : at;
}

/** Whether there are only zeros. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0);
}

function lastWord(words: PatternWords): Uint8Array {
  const bytes = Buffer.alloc(WORD);
  words.next();
  bytes.writeUInt32LE(words.low, 0);
  bytes.writeUInt32LE(words.high, 4);
  return bytes;
}

class PatternWords {
  low = 0;
  high = 0;
  #inputLow: number;
  #inputHigh: number;

  constructor(offset: number, seed: number) {
    const first = BigInt.asUintN(64, BigInt(seed) * GOLDEN + BigInt(offset));
    this.#inputLow = Number(first & 0xffffffffn);
    this.#inputHigh = Number(first >> 32n);
  }

  next(): void {
    this.low = this.#inputLow >>> 0;
    this.high = this.#inputHigh >>> 0;
    this.#xorShift33();
    this.#multiply(0xff51afd7, 0xed558ccd);
    this.#xorShift33();
    this.#multiply(0xc4ceb9fe, 0x1a85ec53);
    this.#xorShift33();
    this.#inputLow += WORD;
    if (this.#inputLow >= 2 ** 32) {
      this.#inputLow -= 2 ** 32;
      this.#inputHigh = (this.#inputHigh + 1) >>> 0;
    }
  }

  #xorShift33(): void {
    this.low = (this.low ^ (this.high >>> 1)) >>> 0;
  }

  /** The low 64 bits of the product with a constant given as two halves. */
  #multiply(high: number, low: number): void {
    const carried = upperHalf(this.low, low);
    this.high = (carried + Math.imul(this.low, high) + Math.imul(this.high, low)) >>> 0;
    this.low = Math.imul(this.low, low) >>> 0;
  }
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers. */
function upperHalf(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const crossed = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(crossed / 0x10000)) >>> 0;
}
