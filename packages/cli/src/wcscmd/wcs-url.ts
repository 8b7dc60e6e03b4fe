import { usageError } from '../cli-error.js';

/** A `wcs://BUCKET/KEY`. */
export interface WcsUrl {
  bucket: string;
  /** Taken literally: nothing in it is percent-decoded. */
  key: string | undefined;
}

/** Whether text means to be a `wcs://` URL. */
export function isWcsUrl(text: string): boolean {
  return text.startsWith('wcs://');
}

/** Reads `wcs://BUCKET[/KEY]`. */
export function parseWcsUrl(text: string): WcsUrl {
  const [, bucket, key] = /^wcs:\/\/([^/]+)(?:\/(.*))?$/s.exec(text) ?? [];
  if (bucket === undefined)
    throw usageError(`expected wcs://BUCKET or wcs://BUCKET/KEY, got ${JSON.stringify(text)}`);
  return { bucket, key: key === '' ? undefined : key };
}

/** Reads `wcs://BUCKET/KEY`, where both are needed. */
export function parseObjectUrl(text: string): { bucket: string; key: string } {
  const { bucket, key } = parseWcsUrl(text);
  if (key === undefined) throw usageError(`expected wcs://BUCKET/KEY, got ${JSON.stringify(text)}`);
  return { bucket, key };
}

/** Reads `wcs://BUCKET`, where a key would have no meaning. */
export function parseBucketUrl(text: string): string {
  const { bucket, key } = parseWcsUrl(text);
  if (key !== undefined)
    throw usageError(`expected wcs://BUCKET, got ${JSON.stringify(text)}`, 'choose keys with --prefix');
  return bucket;
}
