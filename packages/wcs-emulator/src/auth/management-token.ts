import { ServiceError } from '../http/service-error.js';
import type { Accounts, WcsCredentials } from './accounts.js';
import { type SignatureAlgorithm, sign, signaturesEqual } from './signature.js';

/**
 * Verifies a management token (section 1.4): `AK:signature` over the request target, a newline and the body.
 * Some SDKs sign the target as sent, others before percent-encoding it; either is right.
 *
 * @returns the account that signed
 * @throws ServiceError 401
 */
export function verifyManagementToken(
  token: string | undefined,
  {
    accounts,
    algorithm,
    target,
    body,
  }: { accounts: Accounts; algorithm: SignatureAlgorithm; target: string; body: Uint8Array },
): WcsCredentials {
  if (!token) throw new ServiceError(401, 'no management token');
  const [accessKey, signature, ...rest] = token.trim().split(':');
  if (!accessKey || !signature || rest.length > 0) throw new ServiceError(401, 'malformed management token');
  const account = accounts.find(accessKey);
  const accepted = signableTargets(target).some(text => {
    const message = Buffer.concat([Buffer.from(`${text}\n`), body]);
    return signaturesEqual(sign(algorithm, account.secretKey, message), signature);
  });
  if (!accepted) throw new ServiceError(401, 'wrong management token signature');
  return account;
}

function signableTargets(target: string): string[] {
  try {
    const decoded = decodeURIComponent(target);
    return decoded === target ? [target] : [target, decoded];
  } catch {
    return [target];
  }
}
