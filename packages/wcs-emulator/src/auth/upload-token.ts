import { decodeText } from '../http/encoding.js';
import { ServiceError } from '../http/service-error.js';
import { type Accounts, owns, type WcsCredentials } from './accounts.js';
import { type PutPolicy, parsePutPolicy } from './put-policy.js';
import { type SignatureAlgorithm, sign, signaturesEqual } from './signature.js';

/** An upload token that was found good. */
export interface UploadGrant {
  account: WcsCredentials;
  policy: PutPolicy;
  /** The policy as it was signed. */
  json: string;
}

/**
 * Verifies an upload token (section 1.3): `AK:signature:policy`, with or without the scheme word `UpToken`.
 * The signature covers the encoded policy as received, so it is checked before anything is decoded.
 *
 * @param now - the time to hold against the deadline, in milliseconds since the epoch
 * @throws ServiceError 401 when the token is absent, malformed, wrong or expired; 403 when the account does
 * not own the bucket
 */
export function verifyUploadToken(
  token: string | undefined,
  { accounts, algorithm, now }: { accounts: Accounts; algorithm: SignatureAlgorithm; now: number },
): UploadGrant {
  if (!token) throw new ServiceError(401, 'no upload token');
  const [accessKey, signature, encodedPolicy, ...rest] = token
    .trim()
    .replace(/^uptoken\s+/i, '')
    .split(':');
  if (!accessKey || !signature || !encodedPolicy || rest.length > 0) {
    throw new ServiceError(401, 'malformed upload token');
  }
  const account = accounts.find(accessKey);
  if (!signaturesEqual(sign(algorithm, account.secretKey, encodedPolicy), signature)) {
    throw new ServiceError(401, 'wrong upload token signature');
  }
  const json = decodeText(encodedPolicy, 'put policy', 401);
  const policy = parsePutPolicy(json);
  if (now > policy.deadline) throw new ServiceError(401, 'the upload token has expired');
  if (!owns(account, policy.bucket)) throw new ServiceError(403, `not your bucket: ${policy.bucket}`);
  return { account, policy, json };
}
