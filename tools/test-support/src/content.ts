/** How the recorded vectors describe the bytes they were computed from. */
export type Content =
  | { gen: 'affine'; size: number }
  | { gen: 'lcg'; size: number; seed: number }
  | { literalUtf8: string };

/** The bytes a vector's `content` stands for. */
export function contentOf(content: Content): Buffer {
  if ('literalUtf8' in content) return Buffer.from(content.literalUtf8, 'utf8');
  return content.gen === 'affine' ? affine(content.size) : lcg(content.size, content.seed);
}

/** Byte i = (31·i + 7) & 255. Its period is 256, so equal-sized blocks of it are identical. */
export function affine(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let i = 0; i < size; i++) bytes[i] = (31 * i + 7) & 255;
  return bytes;
}

/** x ← x·1664525 + 1013904223 (mod 2^32) before each byte, byte = x >> 24. No two blocks are alike. */
export function lcg(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let x = seed >>> 0;
  for (let i = 0; i < size; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}
