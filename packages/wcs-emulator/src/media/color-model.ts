import { readExif } from './exif.js';
import type { ImageFormat } from './image-format.js';
import { jpegSegments, pngChunks, webpChunks } from './image-segments.js';

/** The name of an image's colour space in the words of the service, such as `ycbcr`, `RGB` or `palette16`. */
export function colorModel(format: ImageFormat, bytes: Buffer): string {
  switch (format) {
    case 'jpeg':
      return ofJpeg(bytes);
    case 'png':
      return ofPng(bytes);
    case 'gif':
      return palette((bytes.readUInt8(10) & 7) + 1);
    case 'webp':
      return [...webpChunks(bytes)].some(({ name }) => name === 'VP8L') ? 'RGBA' : 'ycbcr';
    case 'bmp':
      return ofBmp(bytes.readUInt16LE(28));
    case 'tiff':
      return ofTiff(Number(readExif('tiff', bytes)?.['PhotometricInterpretation']));
  }
}

function ofJpeg(bytes: Buffer): string {
  // SOF0 to SOF15, of which C4, C8 and CC are other things.
  const frame = [...jpegSegments(bytes)].find(({ name }) => /^c[^48c]$/.test(name));
  const components = frame?.content[5];
  if (components === 1) return 'gray';
  return components === 4 ? 'CMYK' : 'ycbcr';
}

function ofPng(bytes: Buffer): string {
  const [header] = pngChunks(bytes);
  const depth = header?.content[8] ?? 8;
  switch (header?.content[9]) {
    case 0:
      return 'gray';
    case 3:
      return palette(depth);
    case 4:
      return 'grayA';
    case 6:
      return 'RGBA';
    default:
      return 'RGB';
  }
}

function ofBmp(bits: number): string {
  if (bits <= 8) return palette(bits);
  return bits === 32 ? 'RGBA' : 'RGB';
}

function ofTiff(photometric: number): string {
  return ['gray', 'gray', 'RGB', 'palette256', 'gray', 'CMYK', 'ycbcr'][photometric] ?? 'RGB';
}

function palette(bits: number): string {
  return `palette${2 ** bits}`;
}
