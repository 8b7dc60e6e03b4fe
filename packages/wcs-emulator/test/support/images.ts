import { crc32 } from '@curve-wcs/etag';

/** An Exif tag: its number, its type and its values; a text, bytes, numbers, or another directory. */
export type Tag = [
  id: number,
  type: 'text' | 'short' | 'long' | 'rational' | 'bytes' | 'directory',
  value: unknown,
];

const typeNumbers = { text: 2, short: 3, long: 4, rational: 5, bytes: 7, directory: 4 };

/** A block of Exif data, which is also the frame of a TIFF. */
export function exifBlock(tags: readonly Tag[]): Buffer {
  const header = Buffer.from('49492a0008000000', 'hex');
  return Buffer.concat([header, directory(tags, 8)]);
}

function directory(tags: readonly Tag[], at: number): Buffer {
  const table = Buffer.alloc(2 + tags.length * 12 + 4);
  const data: Buffer[] = [];
  let end = at + table.length;
  table.writeUInt16LE(tags.length);
  for (const [index, [id, type, value]] of tags.entries()) {
    const bytes = type === 'directory' ? directory(value as Tag[], end) : valueBytes(type, value);
    const entry = table.subarray(2 + index * 12);
    entry.writeUInt16LE(id);
    entry.writeUInt16LE(typeNumbers[type], 2);
    const width = { text: 1, bytes: 1, short: 2, long: 4, rational: 8, directory: bytes.length }[type];
    entry.writeUInt32LE(bytes.length / width, 4);
    if (bytes.length <= 4 && type !== 'directory') {
      bytes.copy(entry, 8);
      continue;
    }
    entry.writeUInt32LE(end, 8);
    data.push(bytes);
    end += bytes.length;
  }
  return Buffer.concat([table, ...data]);
}

function valueBytes(type: Tag[1], value: unknown): Buffer {
  if (type === 'text') return Buffer.from(`${String(value)}\0`);
  if (type === 'bytes') return Buffer.from(value as Uint8Array);
  const numbers = [value].flat() as number[];
  const bytes = Buffer.alloc(numbers.length * (type === 'short' ? 2 : 4));
  for (const [index, number] of numbers.entries()) {
    if (type === 'short') bytes.writeUInt16LE(number, index * 2);
    else bytes.writeUInt32LE(number, index * 4);
  }
  return bytes;
}

/** The head of a JPEG: all that is ever looked at. */
export function jpeg(
  width: number,
  height: number,
  { components = 3, exif }: { components?: number; exif?: Buffer } = {},
): Buffer {
  const frame = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, components]);
  return Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    segment(0xe0, Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'latin1')),
    ...(exif ? [segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif]))] : []),
    segment(0xc0, Buffer.concat([frame, Buffer.alloc(components * 3)])),
    segment(0xda, Buffer.alloc(10)),
    Buffer.from('00ffd9', 'hex'),
  ]);
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

export function png(
  width: number,
  height: number,
  { colorType = 2, depth = 8, exif }: { colorType?: number; depth?: number; exif?: Buffer } = {},
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorType], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...(exif ? [chunk('eXIf', exif)] : []),
    chunk('IDAT', Buffer.alloc(0)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

export function gif(width: number, height: number, bits: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width);
  size.writeUInt16LE(height, 2);
  return Buffer.concat([
    Buffer.from('GIF89a'),
    size,
    Buffer.from([0x80 | (bits - 1), 0, 0]),
    Buffer.alloc(3 * 2 ** bits),
    Buffer.from(';'),
  ]);
}

export function bmp(width: number, height: number, bits: number): Buffer {
  const bytes = Buffer.alloc(54);
  bytes.write('BM');
  bytes.writeUInt32LE(54, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  return bytes;
}

export function webp(
  width: number,
  height: number,
  { lossless = false, exif }: { lossless?: boolean; exif?: Buffer } = {},
): Buffer {
  const extended = Buffer.alloc(10);
  extended[0] = exif ? 8 : 0;
  extended.writeUIntLE(width - 1, 4, 3);
  extended.writeUIntLE(height - 1, 7, 3);
  const lossy = Buffer.alloc(10);
  lossy.set([0x9d, 0x01, 0x2a], 3);
  lossy.writeUInt16LE(width, 6);
  lossy.writeUInt16LE(height, 8);
  const packed = Buffer.alloc(10);
  packed[0] = 0x2f;
  packed.writeUInt32LE(((height - 1) << 14) | (width - 1), 1);
  const chunks = [
    ...(exif ? [riff('VP8X', extended)] : []),
    lossless ? riff('VP8L', packed) : riff('VP8 ', lossy),
    ...(exif ? [riff('EXIF', exif)] : []),
  ];
  return riff('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
}

function riff(name: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(name), size, content, Buffer.alloc(content.length % 2)]);
}

export function tiff(width: number, height: number, photometric: number): Buffer {
  return exifBlock([
    [0x100, 'long', width],
    [0x101, 'long', height],
    [0x106, 'short', photometric],
    [0x10f, 'text', 'Scanner & Co'],
  ]);
}
