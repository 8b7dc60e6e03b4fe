import { type BlockSizeOptions, blockSizeOf } from '../block-size.js';
import { type Bytes, bytesOf } from '../bytes.js';
import { ChecksumError } from '../checksum-error.js';
import { describe } from '../describe.js';
import { multiBlockEtag, SHA1_LENGTH, singleBlockEtag } from '../etag-text.js';
import { checkPositiveInteger } from '../positive-integer.js';
import type { ProgressOptions } from '../progress.js';

/** Options of {@link etagBlob}. */
export interface BlobOptions extends BlockSizeOptions, ProgressOptions {
  /** Blocks in memory and in work at a time: a positive integer. Default 4. */
  concurrency?: number;
}

/**
 * The WCS etag of bytes in memory or of a `Blob` (WCS protocol, section 3.1).
 *
 * Unlike Node's `etag` this one gives a promise, because Web Crypto does.
 *
 * @param data - the content; a string is taken as UTF-8
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `data` is none of these or the block size is not a positive
 * integer
 *
 * @example
 * ```ts
 * await etag(''); // 'Fto5o-5ea0sNMlW_75VgGJCv2AcJ'
 * ```
 */
export async function etag(data: Bytes | Blob, options: BlockSizeOptions = {}): Promise<string> {
  return etagOfSource(isBlob(data) ? blobSource(data) : bytesSource(bytesOf(data)), options);
}

/**
 * The WCS etag of a `Blob` or a `File` (WCS protocol, section 3.1). It is read a block at a time, so it may be
 * larger than memory.
 *
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `blob` is no `Blob` or an option is out of range. Errors of
 * reading the blob are passed on, and so is the signal's reason.
 *
 * @example
 * ```ts
 * input.onchange = async () => console.log(await etagBlob(input.files[0]));
 * ```
 */
export async function etagBlob(blob: Blob, options: BlobOptions = {}): Promise<string> {
  if (!isBlob(blob)) {
    throw new ChecksumError('INVALID_ARGUMENT', `blob must be a Blob or a File, but is ${describe(blob)}`);
  }
  return etagOfSource(blobSource(blob), options);
}

/** Content that can be had in slices. */
interface Source {
  readonly size: number;
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

function bytesSource(bytes: Uint8Array): Source {
  // Web Crypto refuses shared memory, so what it gets must be a copy if it is shared.
  const own =
    bytes.buffer instanceof ArrayBuffer
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : undefined;
  return {
    size: bytes.length,
    slice: async (start, end) => own?.subarray(start, end) ?? new Uint8Array(bytes.subarray(start, end)),
  };
}

function blobSource(blob: Blob): Source {
  return {
    size: blob.size,
    slice: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

async function etagOfSource(
  source: Source,
  { concurrency = 4, signal, onProgress, ...options }: BlobOptions,
): Promise<string> {
  const blockSize = blockSizeOf(options);
  const lanes = checkPositiveInteger('concurrency', concurrency);
  signal?.throwIfAborted();
  const count = Math.max(1, Math.ceil(source.size / blockSize));
  const digests = new Uint8Array(count * SHA1_LENGTH);
  let claimed = 0;
  let transferred = 0;
  let failed = false;

  const work = async (): Promise<void> => {
    while (claimed < count && !failed) {
      const index = claimed++;
      const block = await source.slice(index * blockSize, Math.min(source.size, (index + 1) * blockSize));
      signal?.throwIfAborted();
      digests.set(await sha1(block), index * SHA1_LENGTH);
      signal?.throwIfAborted();
      if (failed) return;
      transferred += block.length;
      onProgress?.({ transferred, total: source.size });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(lanes, count) }, work));
  } finally {
    failed = true;
  }
  return count === 1 ? singleBlockEtag(digests) : multiBlockEtag(await sha1(digests));
}

async function sha1(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest('SHA-1', bytes));
}

// By its methods, not `instanceof`: a Blob may come from another frame.
function isBlob(value: unknown): value is Blob {
  return (
    typeof value === 'object' &&
    value !== null &&
    'slice' in value &&
    'size' in value &&
    'arrayBuffer' in value
  );
}
