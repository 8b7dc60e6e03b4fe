import type { ListedObject, WcsClient } from '@curve-wcs/wcs-sdk';

/** What `wcs://BUCKET/PREFIX` names: a folder and all that is in it, or an object. */
export interface FolderUrl {
  bucket: string;
  /** Prefix of all keys in it, with its slash; empty for a whole bucket. */
  folder: string;
  /** Key of the object that may be there instead; none where the name ends in a slash. */
  key: string | undefined;
}

/** A folder, or else an object, of this name. */
export function folderOf({ bucket, key }: { bucket: string; key: string | undefined }): FolderUrl {
  if (key === undefined) return { bucket, folder: '', key };
  return key.endsWith('/') ? { bucket, folder: key, key: undefined } : { bucket, folder: `${key}/`, key };
}

/** The object itself that a name stands for, if there is one. */
export async function objectAt(
  client: WcsClient,
  { bucket, key }: FolderUrl,
  signal: AbortSignal,
): Promise<ListedObject | undefined> {
  if (key === undefined) return undefined;
  const { WcsError } = await import('@curve-wcs/wcs-sdk');
  try {
    const { raw, requestId, ...object } = await client.stat({ bucket, key, signal });
    return object;
  } catch (error) {
    if (error instanceof WcsError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
