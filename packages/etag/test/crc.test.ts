import { lcg } from '@curve-wcs/test-support';
import { it as property } from '@fast-check/vitest';
import peer from 'crc64-ecma182.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32Combine } from '../src/crc32-combine.js';
import { ChecksumError, Crc64, crc32, crc64, crc64Combine, crc64Decimal, crc64Stream } from '../src/index.js';
import { inPieces } from './support/pieces.js';

const POLYNOMIAL = 0xc96c5795d7870f42n;

/** The definition, bit by bit. */
function crc64ByDefinition(bytes: Uint8Array): bigint {
  let state = 2n ** 64n - 1n;
  for (const byte of bytes) {
    state ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) state = (state >> 1n) ^ (state & 1n ? POLYNOMIAL : 0n);
  }
  return BigInt.asUintN(64, ~state);
}

describe('crc64', () => {
  it('gives the published check value', () => {
    expect(crc64('123456789')).toBe(0x995dc9bbdf1939fan);
    expect(crc64Decimal('123456789')).toBe('11051210869376104954');
  });

  property.prop([fc.uint8Array({ maxLength: 200 })])('follows its definition', bytes => {
    expect(crc64(bytes)).toBe(crc64ByDefinition(bytes));
  });

  // Around the lengths where tables give way to folding, and where one bufferful ends.
  for (const length of [16, 23_167, 23_168, 23_169, 30_001, 262_143, 262_144, 262_145, 300_000, 1_000_003]) {
    it(`agrees with an independent implementation over ${length} bytes`, () => {
      const bytes = lcg(length, length);
      expect(crc64Decimal(bytes)).toBe(String(peer.crc64(bytes)));
    });
  }

  property.prop([fc.integer({ min: 0, max: 600_000 }), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true })])(
    'continues and combines to the CRC of the whole',
    (length, seed, share) => {
      const bytes = lcg(length, seed);
      const cut = Math.floor(length * share);
      const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const whole = crc64(bytes);
      expect(crc64(second, crc64(first))).toBe(whole);
      expect(crc64Combine(crc64(first), crc64(second), second.length)).toBe(whole);
      expect(crc64Combine(crc64(first), crc64(second), BigInt(second.length))).toBe(whole);
    },
  );

  property.prop([fc.uint8Array({ maxLength: 3000 }), fc.array(fc.nat(700), { maxLength: 20 })])(
    'is the same for any pieces',
    async (bytes, cuts) => {
      const crc = new Crc64();
      for (const piece of inPieces(bytes, cuts)) crc.update(piece);
      expect(crc.digest()).toBe(crc64(bytes));
      expect(crc.toString()).toBe(crc64Decimal(bytes));
      expect(await crc64Stream(inPieces(bytes, cuts))).toBe(crc64(bytes));
    },
  );

  it('goes on after a digest', () => {
    const crc = new Crc64().update('12345');
    expect(crc.digest()).toBe(crc64('12345'));
    expect(crc.update('6789').digest()).toBe(crc64('123456789'));
  });

  it('combines over a length that no memory holds', () => {
    const [first, second] = [crc64('first'), crc64('second')];
    const halfway = crc64Combine(first, 0n, 2n ** 62n);
    expect(crc64Combine(first, second, 2n ** 63n)).toBe(crc64Combine(halfway, second, 2n ** 62n));
  });

  it('refuses numbers that are no CRC or no length', () => {
    const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    for (const wrong of [-1n, 2n ** 64n, 1, '1', null]) {
      expect(() => crc64('', wrong as bigint)).toThrow(refused);
      expect(() => crc64Combine(wrong as bigint, 0n, 0)).toThrow(refused);
      expect(() => crc64Combine(0n, wrong as bigint, 0)).toThrow(refused);
    }
    for (const wrong of [-1, 1.5, 2 ** 53, -1n, 2n ** 64n, '1']) {
      expect(() => crc64Combine(0n, 0n, wrong as number)).toThrow(refused);
    }
    expect(() => crc64({} as string)).toThrow(ChecksumError);
    expect(() => new Crc64().update([1] as unknown as string)).toThrow(ChecksumError);
  });
});

describe('crc32', () => {
  it('of 4 GiB is that of its pieces', () => {
    const piece = new Uint8Array(2 ** 28);
    let expected = 0;
    for (let count = 0; count < 16; count++) expected = crc32(piece, expected);
    expect(crc32(new Uint8Array(2 ** 32))).toBe(expected);
  });

  it('gives the published check value, unsigned', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
  });

  property.prop([fc.uint8Array(), fc.uint8Array()])('continues from what came before', (first, second) => {
    expect(crc32(second, crc32(first))).toBe(crc32(Buffer.concat([first, second])));
  });

  it('refuses what is no CRC-32', () => {
    for (const wrong of [-1, 2 ** 32, 0.5, '0', 0n]) {
      expect(() => crc32('', wrong as number)).toThrow(ChecksumError);
    }
  });
});

property.prop([fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 })])(
  'the CRC-32 of two pieces combines to that of both',
  (first, second) => {
    const whole = Buffer.concat([first, second]);
    expect(crc32Combine(crc32(first), crc32(second), second.length)).toBe(crc32(whole));
  },
);
