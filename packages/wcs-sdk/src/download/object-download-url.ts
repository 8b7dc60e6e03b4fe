import { type DownloadUrlOptions, signDownloadUrl } from '../auth/download-url.js';
import { type ClientContext, requireCredentials, requireSetting } from '../context.js';
import { checkReference, encodeKeyPath, type ObjectReference } from '../encoding.js';

/** The signed download URL of an object (wcs-api §1.5). */
export function objectDownloadUrl(
  context: ClientContext,
  { bucket, key, ...options }: ObjectReference & DownloadUrlOptions,
): string {
  checkReference({ bucket, key });
  const urlOf = requireSetting(context.downloadUrl, 'downloadUrl', 'downloadUrl');
  const credentials = requireCredentials(context, 'downloadUrl');
  return signDownloadUrl(credentials, urlOf(bucket, encodeKeyPath(key)), options);
}
