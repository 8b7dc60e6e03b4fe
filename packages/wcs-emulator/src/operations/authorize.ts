import { owns, type WcsCredentials } from '../auth/accounts.js';
import { verifyManagementToken } from '../auth/management-token.js';
import { signatureAlgorithm } from '../auth/signature.js';
import { readBody } from '../http/read-body.js';
import { header, type RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { checkBody } from '../strictness/check-parameters.js';

/** The largest body of a management request, in bytes. */
const maxManagementBody = 1024 * 1024;

/** Who sent a management request, and its body, which is part of what was signed. */
export async function authorizeManagement(
  context: RequestContext,
): Promise<{ account: WcsCredentials; body: Buffer }> {
  const body = await readBody(context.body, maxManagementBody);
  const account = verifyManagementToken(header(context, 'authorization'), {
    accounts: context.accounts,
    algorithm: signatureAlgorithm(header(context, 'encryption-type')),
    target: context.target,
    body,
  });
  if (context.strict) checkBody(context.path, body);
  return { account, body };
}

/** @throws ServiceError 631 when the bucket does not exist, 403 when it is someone else's */
export async function requireBucket(
  context: RequestContext,
  account: WcsCredentials,
  bucket: string,
): Promise<void> {
  if (!(await context.storage.metadata.hasBucket(bucket)))
    throw new ServiceError(631, `no such bucket: ${bucket}`);
  if (!owns(account, bucket)) throw new ServiceError(403, `not your bucket: ${bucket}`);
}
