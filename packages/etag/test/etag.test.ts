import { createHash } from 'node:crypto';
import { affine, lcg } from '@curve-wcs/test-support';
import { it as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE, ChecksumError, EtagHasher, etag, etagOfBlocks, etagStream } from '../src/index.js';
import { inPieces } from './support/pieces.js';

const sha1 = (bytes: Uint8Array): Buffer => createHash('sha1').update(bytes).digest();

function blocksOf(bytes: Uint8Array, blockSize: number): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += blockSize) {
    blocks.push(bytes.subarray(start, start + blockSize));
  }
  return blocks;
}

describe('etag', () => {
  it('has 4 MiB blocks', () => {
    expect(BLOCK_SIZE).toBe(4194304);
    expect(etag(lcg(4194305))).toBe(etag(lcg(4194305), { blockSize: 4194304 }));
  });

  it('takes a string as UTF-8, and an ArrayBuffer or a shared view as their bytes', () => {
    const bytes = new TextEncoder().encode('中文 ☃');
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    expect(etag('中文 ☃')).toBe(etag(bytes));
    expect(etag(bytes.buffer)).toBe(etag(bytes));
    expect(etag(shared)).toBe(etag(bytes));
  });

  it('reads no further than its view', () => {
    const bytes = affine(100);
    expect(etag(bytes.subarray(10, 20))).toBe(etag(Uint8Array.from(bytes.subarray(10, 20))));
  });

  it('tells swapped blocks apart', () => {
    const [first, second] = [lcg(1024, 1), lcg(1024, 2)];
    const options = { blockSize: 1024 };
    expect(etag(Buffer.concat([first, second]), options)).not.toBe(
      etag(Buffer.concat([second, first]), options),
    );
  });

  it('refuses what is not bytes, naming what it got', () => {
    for (const [data, name] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [42, '42'],
      [new Date(), 'class Date'],
      [new Float64Array(1), 'class Float64Array'],
    ] as const) {
      expect(() => etag(data as unknown as string)).toThrow(name);
    }
  });

  it('refuses a block size that is not a positive integer', () => {
    for (const blockSize of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '4194304', null]) {
      const options = { blockSize: blockSize as number };
      expect(() => etag('', options)).toThrow(ChecksumError);
      expect(() => new EtagHasher(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
  });
});

describe('EtagHasher', () => {
  property.prop([
    fc.uint8Array({ maxLength: 5000 }),
    fc.array(fc.nat(1500), { maxLength: 20 }),
    fc.integer({ min: 1, max: 2000 }),
  ])('gives the same etag for any pieces and block size', async (bytes, cuts, blockSize) => {
    const whole = etag(bytes, { blockSize });
    const hasher = new EtagHasher({ blockSize });
    for (const piece of inPieces(bytes, cuts)) hasher.update(piece);
    expect(hasher.digest()).toBe(whole);
    expect(await etagStream(inPieces(bytes, cuts), { blockSize })).toBe(whole);
    expect(etagOfBlocks(blocksOf(bytes, blockSize).map(sha1))).toBe(whole);
  });

  it('gives its digest again, and takes nothing after it', () => {
    const hasher = new EtagHasher().update('a');
    expect(hasher.digest()).toBe(etag('a'));
    expect(hasher.digest()).toBe(etag('a'));
    expect(() => hasher.update('b')).toThrow(expect.objectContaining({ code: 'HASHER_FINISHED' }));
  });

  it('is not disturbed by empty pieces, even behind a full block', () => {
    const bytes = lcg(8);
    const hasher = new EtagHasher({ blockSize: 8 })
      .update('')
      .update(bytes)
      .update('')
      .update(new Uint8Array());
    expect(hasher.digest()).toBe(etag(bytes, { blockSize: 8 }));
  });

  it('is not disturbed by a piece it refuses', () => {
    const hasher = new EtagHasher().update('a');
    expect(() => hasher.update(1 as unknown as string)).toThrow(ChecksumError);
    expect(hasher.update('b').digest()).toBe(etag('ab'));
  });
});

it('a block of more than 2 GiB is taken in one piece, too', () => {
  const hasher = new EtagHasher({ blockSize: 3 * 2 ** 30 });
  // The etag of the same bytes in pieces of 16 MiB; memory that is only read costs none.
  expect(hasher.update(new Uint8Array(2 ** 31 + 5)).digest()).toBe('Fr3gNe_YZBhTnCgx8tdQEMTYZ6BO');
});

describe('etagOfBlocks', () => {
  it('is the etag of empty content for no blocks', () => {
    expect(etagOfBlocks([])).toBe(etag(''));
  });

  it('has the one-block form for one block', () => {
    const content = lcg(BLOCK_SIZE);
    expect(etagOfBlocks([sha1(content)])).toBe(etag(content));
  });

  it('refuses a digest of another length, naming which', () => {
    const invalid = [sha1(lcg(1)), new Uint8Array(32)];
    expect(() => etagOfBlocks(invalid)).toThrow(/blockDigests\[1\].*20 bytes.*32 bytes/);
    expect(() => etagOfBlocks(['x' as unknown as Uint8Array])).toThrow(ChecksumError);
    expect(() => etagOfBlocks(new Uint8Array(20) as unknown as Uint8Array[])).toThrow(ChecksumError);
  });
});
