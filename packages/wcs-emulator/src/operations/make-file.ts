import { etagOfBlocks } from '@curve-wcs/etag';
import { completeUpload } from '../completion/complete-upload.js';
import { substituteMembers } from '../completion/template.js';
import { decodePercent, decodeText, parseInteger } from '../http/encoding.js';
import { readBody } from '../http/read-body.js';
import { jsonReply } from '../http/reply.js';
import { header, type Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { ObjectRecord } from '../storage/metadata-store.js';
import { checkCustom } from '../strictness/check-fields.js';
import { authorizeUpload } from './authorize-upload.js';
import { checkSize } from './check-size.js';
import { checkType, typeOfKey, unknownType } from './content-type.js';
import { expiryAfterDays } from './keep-for.js';
import { checkKey } from './object-key.js';

/** Room for the contexts of more than half a million blocks, in bytes. */
const maxContextList = 32 * 1024 * 1024;

/**
 * `POST /mkfile/<size>[/key/<key>][/x:<name>/<value>]…` (section 2.4): makes an object of blocks. The object
 * takes the blocks' files as they are. The blocks stay, so a mkfile whose answer was lost can be repeated
 * where the policy says `overwrite`; otherwise the repetition is told 406, that the object exists.
 */
export const makeFile: Operation = async context => {
  const grant = await authorizeUpload(context);
  const { policy } = grant;
  const { size, key: keyInPath, custom } = parsePath(context.path);
  if (context.strict) checkCustom(custom);
  checkSize(policy, size);
  const key = checkKey(policy.key ?? keyInPath ?? keyInHeader(header(context, 'key')));
  const list = (await readBody(context.body, maxContextList)).toString('latin1').trim();
  if (list === '') throw new ServiceError(400, 'no ctx is given; an empty file cannot be made of blocks');
  const contexts = list.split(',').map(context => context.trim());
  const blobs = contexts.map((ctx, index) => {
    const blob = context.storage.blocks.blobOf(ctx);
    if (blob === undefined) throw new ServiceError(701, `invalid ctx at ${index}`);
    return blob;
  });
  const { bucket, overwrite } = policy;
  const record = await context.storage.objects.put({ bucket, key, overwrite, blobs }, async () => {
    const blocks = await context.storage.blocks.collect({ bucket, contexts, fileSize: size });
    const putTime = context.now();
    const expiresAt = expiryAfterDays(header(context, 'deadline'), putTime);
    const made: ObjectRecord = {
      size,
      hash: etagOfBlocks(blocks.flatMap(block => block.sha1s.map(sha1 => Buffer.from(sha1, 'hex')))),
      mimeType: checkType(header(context, 'mimetype') || (await typeOfKey(key)) || unknownType),
      putTime,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(policy.lastModifiedTime !== undefined && { lastModified: policy.lastModifiedTime }),
      parts: blocks.map(block => ({ blob: block.blob, size: block.size })),
    };
    return made;
  });
  return completeUpload(context, grant, { key, record, filename: '', custom }, values =>
    jsonReply(200, { ...substituteMembers(policy.returnBody ?? '', values), key, hash: record.hash }),
  );
};

/** Reads the path; PHP's extra `/` at its end is nothing. */
function parsePath(path: string): { size: number; key: string | undefined; custom: Map<string, string> } {
  const [, , size = '', ...pairs] = path.replace(/\/+$/, '').split('/').map(decodePercent);
  const custom = new Map<string, string>();
  let key: string | undefined;
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] ?? '';
    const value = decodeText(pairs[i + 1] ?? '', name);
    if (name === 'key') key = value || undefined;
    else if (name.startsWith('x:')) custom.set(name, value);
  }
  return { size: parseInteger(size, 'file size'), key, custom };
}

function keyInHeader(encoded: string | undefined): string {
  const key = encoded && decodeText(encoded, 'header Key');
  if (!key) throw new ServiceError(400, 'neither the token, the path nor a header names a key');
  return key;
}
