import type { UploadGrant } from '../auth/upload-token.js';
import { answerForm, tellReturnUrl } from '../completion/answer-form.js';
import { type StoredUpload, uploadValues } from '../completion/complete-upload.js';
import { substitute } from '../completion/template.js';
import type { Reply } from '../http/reply.js';
import type { Operation, RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { ObjectRecord } from '../storage/metadata-store.js';
import { checkFields } from '../strictness/check-fields.js';
import { authorizeUpload } from './authorize-upload.js';
import { checkSize } from './check-size.js';
import { checkType, typeOfKey, unknownType } from './content-type.js';
import { expiryAfterDays } from './keep-for.js';
import { checkKey } from './object-key.js';
import { receiveForm, type UploadForm } from './receive-form.js';

/** The largest file that a form may carry, in bytes (section 2.2). */
const maxFormFile = 500 * 1024 * 1024;

/** `POST /file/upload` (section 2.2): stores one object from a form. */
export const uploadFile: Operation = async context => {
  const form = await receiveForm(context, maxFormFile);
  try {
    if (context.strict) checkFields(form.fields);
    const grant = await authorizeUpload(context, form.token);
    return await tellReturnUrl(grant.policy, () => store(context, grant, form));
  } finally {
    // Nothing is left to discard of what has been stored.
    await form.file.writer.discard();
  }
};

async function store(context: RequestContext, grant: UploadGrant, form: UploadForm): Promise<Reply> {
  const { policy } = grant;
  const { fields, file } = form;
  checkSize(policy, file.size);
  const putTime = context.now();
  const expiresAt = expiryAfterDays(fields.get('deadline'), putTime);
  const record: ObjectRecord = {
    size: file.size,
    hash: file.hash,
    mimeType: '',
    putTime,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(policy.lastModifiedTime !== undefined && { lastModified: policy.lastModifiedTime }),
    parts: [{ blob: file.writer.blob, size: file.size }],
  };
  const unnamed: StoredUpload = { key: '', record, filename: file.filename, custom: form.custom };
  const key = checkKey(policy.key ?? (fields.get('key') || keyFromTemplate(context, grant, unnamed)));
  record.mimeType = checkType(
    fields.get('mimeType') || (await typeOfKey(key)) || file.mimeType || unknownType,
  );
  await context.storage.objects.put(
    { bucket: policy.bucket, key, overwrite: policy.overwrite, blobs: [file.writer.blob] },
    async () => {
      await file.writer.publish();
      return record;
    },
  );
  return answerForm(context, grant, { ...unnamed, key });
}

function keyFromTemplate(context: RequestContext, { policy }: UploadGrant, upload: StoredUpload): string {
  if (policy.saveKey === undefined) throw new ServiceError(400, 'neither the token nor the form names a key');
  return substitute(policy.saveKey, uploadValues(context, policy.bucket, upload));
}
