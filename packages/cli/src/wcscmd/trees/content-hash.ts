import { readFile } from 'node:fs';
import { promisify } from 'node:util';

// Callbacks rather than node:fs/promises, whose file handles cost more than hashing a small file.
const read = promisify(readFile);

/** Up to this size a file is read and hashed at once. */
const SMALL = 128 * 1024;

let loaded: Promise<typeof import('@curve-wcs/etag')> | undefined;

/** Whether a hash of the service can be a wcs-etag. */
export function isEtag(hash: string): boolean {
  return /^[Fl][\w-]{27}$/.test(hash);
}

/**
 * Whether a file has the content of an object of the same size, by its hash: that of blocks of 4 MiB, or of the
 * configured size.
 *
 * @param blockSize - block size of uploads, in bytes
 */
export async function hasHash(
  file: string,
  { size, hash }: { size: number; hash: string },
  { blockSize, signal }: { blockSize: number; signal: AbortSignal },
): Promise<boolean> {
  if (!isEtag(hash)) return false;
  // Importing takes as long as reading, even what has been imported.
  loaded ??= import('@curve-wcs/etag');
  const { BLOCK_SIZE, etag, etagFile } = await loaded;
  if (size <= SMALL) return etag(await read(file)) === hash;
  if ((await etagFile(file, { signal })) === hash) return true;
  // A hash of several blocks begins with an l.
  return (
    blockSize !== BLOCK_SIZE && hash.startsWith('l') && (await etagFile(file, { blockSize, signal })) === hash
  );
}
