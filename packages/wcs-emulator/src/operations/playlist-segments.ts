import { decodePercent } from '../http/encoding.js';
import { ServiceError } from '../http/service-error.js';
import type { ObjectName } from '../storage/metadata-store.js';
import type { ObjectStore } from '../storage/object-store.js';
import { checkKey } from './object-key.js';

/** The largest playlist that is read, in bytes. */
const maxPlaylist = 16 * 1024 * 1024;

/**
 * The keys of the `.ts` files that an `.m3u8` names and that exist, each once. Another object has none. Only relative
 * references count (section 2.5): where an absolute one leads, the bucket cannot tell.
 *
 * @throws ServiceError 400 when the playlist is too large to be one
 */
export async function playlistSegments(objects: ObjectStore, { bucket, key }: ObjectName): Promise<string[]> {
  if (!/\.m3u8$/i.test(key)) return [];
  const playlist = await objects.open(bucket, key);
  if (!playlist) return [];
  try {
    const { size } = playlist.record;
    if (size > maxPlaylist) throw new ServiceError(400, `${key} is too large for a playlist`);
    const chunks: Buffer[] = [];
    for await (const chunk of playlist.read(0, size)) chunks.push(chunk);
    const found: string[] = [];
    for (const segment of new Set(segmentKeys(Buffer.concat(chunks).toString(), key))) {
      if (await objects.find(bucket, segment)) found.push(segment);
    }
    return found;
  } finally {
    await playlist.release();
  }
}

function segmentKeys(playlist: string, playlistKey: string): string[] {
  return playlist.split(/\r?\n/).flatMap(line => {
    const reference = line.trim();
    if (/^(#|\/|$)/.test(reference)) return [];
    const key = resolve(reference, playlistKey);
    return key !== undefined && /\.ts$/i.test(key) ? [key] : [];
  });
}

/** The key that a reference in a playlist stands for, if it stands for one. */
function resolve(reference: string, playlistKey: string): string | undefined {
  const root = 'http://bucket.invalid/';
  try {
    const base = new URL(playlistKey.split('/').map(encodeURIComponent).join('/'), root);
    const url = new URL(reference, base);
    return url.href.startsWith(root) ? checkKey(decodePercent(url.pathname.slice(1))) : undefined;
  } catch {
    return undefined;
  }
}
