import { etagOfBlocks, urlSafeBase64Encode } from '@curve-wcs/etag';
import type { PutPolicy } from '../auth/put-policy.js';
import { textReply } from '../http/reply.js';
import type { Operation, RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { BlobWriter } from '../storage/blob-store.js';
import type { ObjectRecord } from '../storage/metadata-store.js';
import { receive } from '../storage/receive.js';
import { SliceHasher } from '../storage/slice-hasher.js';
import { authorizeUpload } from './authorize.js';
import { typeOfKey, unknownType } from './content-type.js';
import { downloadUrl } from './download-url.js';
import { expiryAfterDays } from './keep-for.js';
import { checkKey } from './object-key.js';
import { type FormFile, readUploadForm } from './read-upload-form.js';
import { substitute, templateValues } from './return-body.js';

/** The largest file that a form may carry, in bytes (section 2.2). */
const maxFormFile = 500 * 1024 * 1024;

/** A file that has arrived but belongs to nobody yet. */
interface SpooledFile {
  writer: BlobWriter;
  size: number;
  hash: string;
  filename: string;
  mimeType: string;
}

/** `POST /file/upload` (section 2.2): stores one object from a form. */
export const uploadFile: Operation = async context => {
  const { fields, file } = await readUploadForm(context, async (part, fieldsSoFar) => {
    // A token that came first is checked at once, so that nobody uploads 500 MB in vain.
    const token = fieldsSoFar.get('token');
    if (token !== undefined) await authorizeUpload(context, token);
    return spool(context, part);
  });
  try {
    const { policy } = await authorizeUpload(context, fields.get('token') ?? '');
    checkSize(policy, file.size);
    const record: ObjectRecord = {
      size: file.size,
      hash: file.hash,
      mimeType: '',
      putTime: context.now(),
      parts: [{ blob: file.writer.blob, size: file.size }],
    };
    const expiresAt = expiryAfterDays(fields.get('deadline'), record.putTime);
    if (expiresAt !== undefined) record.expiresAt = expiresAt;
    const values = (key: string) =>
      templateValues({
        bucket: policy.bucket,
        key,
        fname: file.filename,
        hash: record.hash,
        fsize: record.size,
        mimeType: record.mimeType,
        url: downloadUrl(context.url, policy.bucket, key),
        ip: context.remoteAddress,
        costTime: Math.max(0, context.now() - context.receivedAt),
        custom: new Map([...fields].filter(([name]) => name.startsWith('x:'))),
      });
    const chosen = policy.key ?? (fields.get('key') || undefined);
    const key = checkKey(chosen ?? keyFromTemplate(policy, template => substitute(template, values(''))));
    record.mimeType = fields.get('mimeType') || (await typeOfKey(key)) || file.mimeType || unknownType;
    await context.storage.objects.put(
      { bucket: policy.bucket, key, overwrite: policy.overwrite, blobs: [file.writer.blob] },
      async () => {
        await file.writer.publish();
        return record;
      },
    );
    return textReply(200, urlSafeBase64Encode(substitute(policy.returnBody ?? 'hash=$(hash)', values(key))));
  } catch (error) {
    await file.writer.discard();
    throw error;
  }
};

async function spool(context: RequestContext, { bytes, filename, mimeType }: FormFile): Promise<SpooledFile> {
  const hasher = new SliceHasher();
  const writer = await context.storage.blobs.create();
  const size = await receive(bytes, writer, { limit: maxFormFile, digesters: [hasher] });
  const hash = etagOfBlocks(hasher.digest().map(sha1 => Buffer.from(sha1, 'hex')));
  return { writer, size, hash, filename, mimeType };
}

/** @throws ServiceError 401 when a file is larger than its token allows */
export function checkSize({ fsizeLimit }: PutPolicy, size: number): void {
  if (fsizeLimit > 0 && size > fsizeLimit) {
    throw new ServiceError(401, `the file has ${size} bytes, the token allows ${fsizeLimit}`);
  }
}

function keyFromTemplate({ saveKey }: PutPolicy, render: (template: string) => string): string {
  if (saveKey === undefined) throw new ServiceError(400, 'neither the token nor the form names a key');
  return render(saveKey);
}
