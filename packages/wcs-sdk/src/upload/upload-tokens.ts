import type { PutPolicy } from '../auth/put-policy.js';
import type { Credentials } from '../auth/signature.js';
import { issuedToken, type TokenProvider, TokenSource } from '../auth/token-provider.js';
import { uploadToken } from '../auth/upload-token.js';
import { type ClientContext, requireCredentials } from '../context.js';

/** What the tokens of one upload are for. */
export interface UploadTokenOptions {
  bucket: string;
  /** The caller's own tokens. */
  token: TokenProvider | undefined;
  overwrite: boolean | undefined;
  /** Further members of self-made tokens. */
  policy: Partial<PutPolicy> | undefined;
  signal: AbortSignal | undefined;
}

/**
 * The caller's tokens, or tokens that the client signs for this one object: the one of a key, or the one that a
 * policy's `saveKey` makes.
 *
 * @param operation - names the call in errors
 */
export function uploadTokens(
  context: ClientContext,
  operation: string,
  key: string | undefined,
  { bucket, token, overwrite, policy, signal }: UploadTokenOptions,
): TokenSource {
  if (token !== undefined) {
    return TokenSource.of(token, {
      bucket,
      ...(key === undefined ? {} : { key }),
      ...(signal ? { signal } : {}),
    });
  }
  const credentials = requireCredentials(context, `${operation} without a token`);
  const sign = (keys: Credentials) => {
    const scope = key === undefined ? bucket : `${bucket}:${key}`;
    const signed: PutPolicy = { scope, deadline: Date.now() + context.tokenLifetime };
    if (overwrite !== undefined) signed.overwrite = overwrite ? 1 : 0;
    if (policy !== undefined) Object.assign(signed, policy);
    return issuedToken(uploadToken(keys, signed), signed);
  };
  const { latest } = credentials;
  if (latest && !credentials.rotating) return TokenSource.selfSigned(() => sign(latest));
  let used: Credentials | undefined;
  return TokenSource.rotating(async refused => {
    if (refused && used && !(await credentials.renew(used))) return refused;
    used = await credentials.get();
    return sign(used);
  });
}
