/** Whether a hash of the service can be a wcs-etag. */
export function isEtag(hash: string): boolean {
  return /^[Fl][\w-]{27}$/.test(hash);
}

/**
 * Whether a file has the content of an object, by its hash: that of blocks of 4 MiB, or of the configured size.
 *
 * @param blockSize - block size of uploads, in bytes
 */
export async function hasHash(
  file: string,
  hash: string,
  { blockSize, signal }: { blockSize: number; signal: AbortSignal },
): Promise<boolean> {
  if (!isEtag(hash)) return false;
  const { BLOCK_SIZE, etagFile } = await import('@curve-wcs/etag');
  if ((await etagFile(file, { signal })) === hash) return true;
  // A hash of several blocks begins with an l.
  return (
    blockSize !== BLOCK_SIZE && hash.startsWith('l') && (await etagFile(file, { blockSize, signal })) === hash
  );
}
