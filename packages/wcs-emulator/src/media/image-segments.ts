/** A named piece of an image file: a JPEG segment, a PNG or a WebP chunk. */
export interface ImageSegment {
  /** `e1` of a JPEG, `IHDR` of a PNG, `EXIF` of a WebP. */
  name: string;
  /** Shorter than it claims to be where the file breaks off. */
  content: Buffer;
}

/** The segments of a JPEG up to the image data. */
export function* jpegSegments(bytes: Buffer): Generator<ImageSegment> {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const name = bytes.toString('hex', at + 1, at + 2);
    // A fill byte, and then the start of the image data.
    if (name === 'ff') {
      at += 1;
      continue;
    }
    if (name === 'da') return;
    const length = bytes.readUInt16BE(at + 2);
    yield { name, content: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + Math.max(2, length);
  }
}

/** The chunks of a PNG. */
export function* pngChunks(bytes: Buffer): Generator<ImageSegment> {
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    yield {
      name: bytes.toString('latin1', at + 4, at + 8),
      content: bytes.subarray(at + 8, at + 8 + length),
    };
    at += 12 + length;
  }
}

/** The chunks of a WebP. */
export function* webpChunks(bytes: Buffer): Generator<ImageSegment> {
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    yield { name: bytes.toString('latin1', at, at + 4), content: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length % 2);
  }
}
