/** The image formats that are understood. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'bmp' | 'tiff';

/** How files of each format begin, in hexadecimal. */
const signatures: readonly [ImageFormat, RegExp][] = [
  ['jpeg', /^ffd8ff/],
  ['png', /^89504e470d0a1a0a/],
  ['gif', /^474946383[79]61/],
  ['webp', /^52494646.{8}57454250/],
  ['bmp', /^424d/],
  ['tiff', /^(49492a00|4d4d002a)/],
];

/** Tells the format by the first bytes, whatever the name of the object. */
export function imageFormat(bytes: Buffer): ImageFormat | undefined {
  const start = bytes.toString('hex', 0, 16);
  return signatures.find(([, signature]) => signature.test(start))?.[0];
}
