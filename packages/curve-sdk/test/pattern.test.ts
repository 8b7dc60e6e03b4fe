import { createHash } from 'node:crypto';
import { vectors } from '@curve-wcs/test-support';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { fillPattern, firstDifference, isZero, pattern } from '../src/script/pattern.js';

interface Recording {
  calls: {
    method: string;
    request: { text: string[]; attachment: { length: number; sha1: string } | null };
  }[];
}

/** Writes of the recordings: where the first chunk begins in the volume, and the seed. */
const RECORDED = [
  ['11_io_4k.json', 0, 1],
  ['12_io_64k.json', 0, 1],
  ['13_io_1m.json', 0, 1],
  ['34_recover_by_id.json', 0, 34],
] as const;

describe('the pattern of the script language', () => {
  it.each(RECORDED)('is what was written in %s', (name, base, seed) => {
    const writes = vectors<Recording>(import.meta.url, name).calls.filter(
      ({ method }) => method === 'WriteChunk',
    );
    expect(writes.length).toBeGreaterThan(0);
    for (const { request } of writes) {
      const offset = Number(request.text.find(line => line.startsWith('offset: '))?.slice(8));
      const { length = 0, sha1 = '' } = request.attachment ?? {};
      expect(
        createHash('sha1')
          .update(pattern(length, base + offset, seed))
          .digest('hex'),
      ).toBe(sha1);
    }
  });

  test.prop([
    fc.bigInt(0n, 2n ** 40n),
    fc.integer({ min: 0, max: 2 ** 31 }),
    fc.integer({ min: 0, max: 40 }),
  ])('agrees with the same in 64-bit arithmetic', (offset, seed, length) => {
    expect(pattern(length, Number(offset), seed)).toEqual(plainPattern(length, offset, BigInt(seed)));
  });

  it('carries from the low to the high half of the offset', () => {
    const offset = 2n ** 32n - 8n;
    expect(pattern(32, Number(offset), 0)).toEqual(plainPattern(32, offset, 0n));
  });

  it('finds the first byte that differs', () => {
    const bytes = pattern(100, 0, 1);
    expect(firstDifference(bytes, pattern(100, 0, 1))).toBe(-1);
    bytes[63] = (bytes[63] ?? 0) ^ 1;
    expect(firstDifference(bytes, pattern(100, 0, 1))).toBe(63);
    expect(firstDifference(pattern(10, 0, 1), pattern(11, 0, 1))).toBe(10);
    expect(isZero(Buffer.alloc(3))).toBe(true);
    expect(isZero(fillPattern(Buffer.alloc(3), 0, 1))).toBe(false);
  });
});

function plainPattern(length: number, offset: bigint, seed: bigint): Buffer {
  const bytes = Buffer.alloc(Math.ceil(length / 8) * 8);
  for (let at = 0; at < length; at += 8) {
    let word = BigInt.asUintN(64, seed * 0x9e3779b97f4a7c15n + offset + BigInt(at));
    for (const factor of [0xff51afd7ed558ccdn, 0xc4ceb9fe1a85ec53n]) {
      word ^= word >> 33n;
      word = BigInt.asUintN(64, word * factor);
    }
    bytes.writeBigUInt64LE(word ^ (word >> 33n), at);
  }
  return bytes.subarray(0, length);
}
