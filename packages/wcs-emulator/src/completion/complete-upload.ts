import { crc64 } from '@curve-wcs/etag';
import type { UploadGrant } from '../auth/upload-token.js';
import type { Reply } from '../http/reply.js';
import type { RequestContext } from '../http/request-context.js';
import { downloadUrl } from '../operations/download-url.js';
import type { ObjectRecord } from '../storage/metadata-store.js';
import { sendCallback } from './send-callback.js';
import { startJobs } from './start-jobs.js';
import { substitute, type TemplateValues, templateValues } from './template.js';

/** An upload about which there is something to tell. */
export interface StoredUpload {
  key: string;
  record: Pick<ObjectRecord, 'hash' | 'size' | 'mimeType'>;
  /** The name that the file had at the client; empty for none. */
  filename: string;
  /** The uploader's own variables, by their names with the `x:`. */
  custom: ReadonlyMap<string, string>;
}

/**
 * Does what a put policy asks for once the object is stored (section 1.3), and answers the uploader: with what
 * the application says if there is a callback, else with `answer`.
 *
 * @throws ServiceError 579 when the callback fails; the object stays
 */
export async function completeUpload(
  context: RequestContext,
  grant: UploadGrant,
  upload: StoredUpload,
  answer: (values: TemplateValues) => Reply,
): Promise<Reply> {
  const { account, policy } = grant;
  const { key, record } = upload;
  const persistentId = await startJobs(context, grant, { key, size: record.size });
  const values = uploadValues(context, policy.bucket, upload, persistentId);
  const { callbackUrl, callbackBody = '' } = policy;
  const reply =
    callbackUrl === undefined
      ? answer(values)
      : await sendCallback({
          url: callbackUrl,
          body: substitute(callbackBody, values, encodeURIComponent),
          account,
          client: context.outbound,
        });
  if (policy.hashAlgorithm !== 'crc64ecma') return reply;
  return {
    ...reply,
    headers: { ...reply.headers, ...(await crc64Header(context, policy.bucket, upload.key)) },
  };
}

/** The magic variables of an upload as far as it got. */
export function uploadValues(
  context: RequestContext,
  bucket: string,
  { key, record, filename, custom }: StoredUpload,
  persistentId = '',
): TemplateValues {
  return templateValues({
    bucket,
    key,
    fname: filename,
    hash: record.hash,
    fsize: record.size,
    mimeType: record.mimeType,
    url: downloadUrl(context.url, bucket, key),
    ip: context.remoteAddress,
    costTime: Math.max(0, context.now() - context.receivedAt),
    persistentId,
    custom,
  });
}

/** The CRC-64 of what is stored now; the documents do not say where the service tells it. */
async function crc64Header(
  context: RequestContext,
  bucket: string,
  key: string,
): Promise<Record<string, string>> {
  const object = await context.storage.objects.open(bucket, key);
  if (!object) return {};
  try {
    let crc = 0n;
    for await (const bytes of object.read(0, object.record.size)) crc = crc64(bytes, crc);
    return { 'x-wcs-hash-crc64ecma': String(crc) };
  } finally {
    await object.release();
  }
}
