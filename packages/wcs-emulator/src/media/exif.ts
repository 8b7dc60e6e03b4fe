import exifReader from 'exif-reader';
import { ServiceError } from '../http/service-error.js';
import { type ImageFormat, imageFormat } from './image-format.js';
import { type ImageSegment, jpegSegments, pngChunks, webpChunks } from './image-segments.js';

/** The tags of an image by their names. */
export type ExifTags = Record<string, unknown>;

/**
 * The Exif data of an image, all groups in one map. Texts, numbers and lists of numbers are as they stand; dates
 * are texts as in the file, other bytes are hexadecimal. The thumbnail's tags are left out.
 *
 * @returns nothing when the image has none
 * @throws ServiceError 400 when they are broken
 */
export function readExif(format: ImageFormat, bytes: Buffer): ExifTags | undefined {
  const block = exifBlock(format, bytes);
  if (!block) return undefined;
  try {
    checkDirectories(block);
    const { Image, Photo, GPSInfo, Iop } = exifReader(block);
    const groups = [Image, Photo, GPSInfo, Iop].flatMap(group => Object.entries(group ?? {}));
    return Object.fromEntries(groups.map(([name, value]) => [name, printable(value)]));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError(400, `broken Exif data: ${reason}`, { cause: error });
  }
}

/** @throws ServiceError 400 when the image has no Exif data, or broken ones */
export function exifOf(bytes: Buffer): ExifTags {
  const format = imageFormat(bytes);
  const tags = format && readExif(format, bytes);
  if (!tags) throw new ServiceError(400, 'the object has no Exif data');
  return tags;
}

/** From the byte order on. A TIFF is such a block as a whole. */
function exifBlock(format: ImageFormat, bytes: Buffer): Buffer | undefined {
  const find = (segments: Iterable<ImageSegment>, accepts: (segment: ImageSegment) => boolean) => {
    for (const segment of segments) if (accepts(segment)) return segment.content;
    return undefined;
  };
  const block = {
    jpeg: () => find(jpegSegments(bytes), ({ name, content }) => name === 'e1' && isExif(content)),
    png: () => find(pngChunks(bytes), ({ name }) => name === 'eXIf'),
    webp: () => find(webpChunks(bytes), ({ name }) => name === 'EXIF'),
    tiff: () => bytes,
    gif: () => undefined,
    bmp: () => undefined,
  }[format]();
  return block && isExif(block) ? block.subarray(6) : block;
}

function isExif(content: Buffer): boolean {
  return content.toString('latin1', 0, 6) === 'Exif\0\0';
}

const bytesPerValue = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8];
/** An entry of a directory, which holds a short value itself. */
const entryBytes = 12;

/**
 * Entries and values lie side by side, so all of them together are no longer than the block. Directories that claim
 * more could make a reader allocate or read without end.
 */
function checkDirectories(block: Buffer): void {
  const little = block.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (little ? block.readUInt16LE(at) : block.readUInt16BE(at));
  const long = (at: number) => (little ? block.readUInt32LE(at) : block.readUInt32BE(at));
  const subdirectories = new Set([0x8769, 0x8825, 0xa005]);
  const pending = [long(4)];
  const seen = new Set<number>();
  let claimed = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (at === 0 || seen.has(at)) continue;
    seen.add(at);
    const count = short(at);
    for (let entry = at + 2; entry < at + 2 + count * entryBytes; entry += entryBytes) {
      claimed += Math.max(entryBytes, (bytesPerValue[short(entry + 2)] ?? 0) * long(entry + 4));
      if (claimed > block.length) throw new Error('its values are longer than the whole');
      if (subdirectories.has(short(entry))) pending.push(long(entry + 8));
    }
    const next = at + 2 + count * entryBytes;
    if (next + 4 <= block.length) pending.push(long(next));
  }
}

function printable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (!(value instanceof Date)) return value;
  if (Number.isNaN(value.getTime())) return null;
  return value.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ');
}
