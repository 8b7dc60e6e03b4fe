import { decodePercent } from '../http/encoding.js';
import type { ObjectName } from '../storage/metadata-store.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readObjectText } from '../storage/read-object.js';
import { checkKey } from './object-key.js';

/** The largest playlist that is read, in bytes. */
const maxPlaylist = 16 * 1024 * 1024;

/**
 * The keys of the `.ts` files that an `.m3u8` names and that exist, each once. Another object has none. Only relative
 * references count (section 2.5): where an absolute one leads, the bucket cannot tell.
 *
 * @throws ServiceError 413 when the playlist is too large to be one
 */
export async function playlistSegments(objects: ObjectStore, { bucket, key }: ObjectName): Promise<string[]> {
  if (!/\.m3u8$/i.test(key)) return [];
  const text = await readObjectText(objects, { bucket, key }, maxPlaylist);
  const found: string[] = [];
  for (const segment of new Set(segmentKeys(text ?? '', key))) {
    if (await objects.find(bucket, segment)) found.push(segment);
  }
  return found;
}

function segmentKeys(playlist: string, playlistKey: string): string[] {
  return segmentReferences(playlist).flatMap(reference => resolveSegment(reference, playlistKey) ?? []);
}

/** The relative references to `.ts` files in the text of a playlist. */
export function segmentReferences(playlist: string): string[] {
  return playlist
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => /^[^#/]/.test(line) && !/^[a-z][a-z0-9+.-]*:/i.test(line))
    .filter(reference => /\.ts([?#]|$)/i.test(reference));
}

/** The key that a relative reference in a playlist stands for, if it stands for one. */
export function resolveSegment(reference: string, playlistKey: string): string | undefined {
  try {
    const base = new URL(playlistKey.split('/').map(encodeURIComponent).join('/'), 'http://bucket.invalid/');
    return checkKey(decodePercent(new URL(reference, base).pathname.slice(1)));
  } catch {
    return undefined;
  }
}
