import { signatureAlgorithm } from '../auth/signature.js';
import { type UploadGrant, verifyUploadToken } from '../auth/upload-token.js';
import { header, type RequestContext } from '../http/request-context.js';
import { checkPolicy } from '../strictness/check-policy.js';
import { requireBucket } from './authorize.js';
import { readCommands } from './job-request.js';

/**
 * What an upload token allows. Its bucket exists, and what it wants done with the object can be understood: it
 * would be too late to say so once the object is stored.
 *
 * @throws ServiceError 400, 401, 403 or 631
 */
export async function authorizeUpload(
  context: RequestContext,
  token: string | undefined = header(context, 'authorization'),
): Promise<UploadGrant> {
  const grant = verifyUploadToken(token, {
    accounts: context.accounts,
    algorithm: signatureAlgorithm(header(context, 'encryption-type')),
    now: context.now(),
  });
  const { account, policy, json } = grant;
  if (context.strict) checkPolicy(json);
  await requireBucket(context, account, policy.bucket);
  Object.assign(context.tally, { bucket: policy.bucket, kind: 'upload' });
  if (policy.persistentOps !== undefined) await readCommands(context, account, 'fops', policy.persistentOps);
  return grant;
}
