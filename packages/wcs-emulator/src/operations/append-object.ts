import type { UploadGrant } from '../auth/upload-token.js';
import { answerForm, tellReturnUrl } from '../completion/answer-form.js';
import { decodePercent, parseInteger } from '../http/encoding.js';
import type { Reply } from '../http/reply.js';
import type { Operation, RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { appendToObject } from '../storage/append-object.js';
import { checkFields } from '../strictness/check-fields.js';
import { authorizeUpload } from './authorize-upload.js';
import { checkSize } from './check-size.js';
import { checkType, typeOfKey, unknownType } from './content-type.js';
import { expiryAfterDays } from './keep-for.js';
import { checkKey } from './object-key.js';
import { receiveForm, type UploadForm } from './receive-form.js';

/** The largest piece, in bytes (section 2.3). */
const maxPiece = 2 * 1024 ** 3;

/** `POST /append/<position>` (section 2.3): adds a piece to the end of an object, and makes it at position 0. */
export const appendObject: Operation = async context => {
  const [, , segment = ''] = context.path.split('/').map(decodePercent);
  const position = parseInteger(segment, 'position');
  const form = await receiveForm(context, maxPiece);
  try {
    if (context.strict) checkFields(form.fields);
    const grant = await authorizeUpload(context, form.token);
    return await tellReturnUrl(grant.policy, () => append(context, grant, form, position));
  } finally {
    // Nothing is left to discard of what has been stored.
    await form.file.writer.discard();
  }
};

async function append(
  context: RequestContext,
  grant: UploadGrant,
  { fields, file, custom }: UploadForm,
  position: number,
): Promise<Reply> {
  const { policy } = grant;
  const given = policy.key ?? (fields.get('key') || undefined);
  if (given === undefined) throw new ServiceError(400, 'neither the token nor the form names a key');
  const key = checkKey(given);
  checkSize(policy, position + file.size);
  const record = await appendToObject(context.storage, { bucket: policy.bucket, key }, file, {
    position,
    describe: async existing => {
      const putTime = context.now();
      const deadline = fields.get('deadline');
      const expiresAt = deadline ? expiryAfterDays(deadline, putTime) : existing?.expiresAt;
      const mimeType = fields.get('mimeType') || existing?.mimeType || (await typeOfKey(key));
      return {
        mimeType: checkType(mimeType || file.mimeType || unknownType),
        putTime,
        ...(expiresAt !== undefined && { expiresAt }),
        ...(policy.lastModifiedTime !== undefined && { lastModified: policy.lastModifiedTime }),
      };
    },
  });
  const reply = await answerForm(context, grant, { key, record, filename: file.filename, custom });
  const next = { 'x-wcs-next-append-position': String(record.size) };
  return { ...reply, headers: { ...reply.headers, ...next } };
}
