import { etagOfBlocks } from '@curve-wcs/etag';
import { SliceHasher } from '../storage/slice-hasher.js';
import type { Content } from './content.js';

/** The wcs-etag of content. */
export async function hashContent(content: Content): Promise<string> {
  const hasher = new SliceHasher();
  for await (const bytes of content.read(0, content.size)) hasher.update(bytes);
  return etagOfBlocks(hasher.digest().map(sha1 => Buffer.from(sha1, 'hex')));
}
