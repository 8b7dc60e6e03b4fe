import { downloadUrl } from '../operations/download-url.js';
import type { JobItemResult, ObjectName, ObjectRecord } from '../storage/metadata-store.js';

/** What a command that made an object tells of it. */
export function storedResult(url: string, { bucket, key }: ObjectName, record: ObjectRecord): JobItemResult {
  return { key, hash: record.hash, fsize: record.size, url: downloadUrl(url, bucket, key) };
}
