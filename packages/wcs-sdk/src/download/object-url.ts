import { type DownloadUrlOptions, signDownloadUrl } from '../auth/download-url.js';
import { type ClientContext, credentialsNow, requireSetting } from '../context.js';
import { checkReference, encodeKeyPath, type ObjectReference } from '../encoding.js';

/** The download URL of an object, unsigned. */
export function objectUrl(context: ClientContext, { bucket, key }: ObjectReference): string {
  checkReference({ bucket, key });
  return requireSetting(context.downloadUrl, 'downloadUrl', 'downloadUrl')(bucket, encodeKeyPath(key));
}

/** The signed download URL of an object (wcs-api §1.5). */
export function signedObjectUrl(
  context: ClientContext,
  { bucket, key, ...options }: ObjectReference & DownloadUrlOptions,
): string {
  const url = objectUrl(context, { bucket, key });
  return signDownloadUrl(credentialsNow(context, 'downloadUrl'), url, options);
}
