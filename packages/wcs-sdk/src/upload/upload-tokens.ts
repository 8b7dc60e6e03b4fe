import type { PutPolicy } from '../auth/put-policy.js';
import { issuedToken, type TokenProvider, TokenSource } from '../auth/token-provider.js';
import { uploadToken } from '../auth/upload-token.js';
import { type ClientContext, requireCredentials } from '../context.js';

/** What the tokens of one upload are for. */
export interface UploadTokenOptions {
  /** Names the call in errors. */
  operation: string;
  bucket: string;
  key: string;
  /** The caller's own tokens. */
  token: TokenProvider | undefined;
  overwrite: boolean | undefined;
  /** Further members of self-made tokens. */
  policy: Partial<PutPolicy> | undefined;
  signal: AbortSignal | undefined;
}

/** The caller's tokens, or tokens that the client signs for this one object. */
export function uploadTokens(context: ClientContext, options: UploadTokenOptions): TokenSource {
  const { operation, bucket, key, token, overwrite, signal } = options;
  if (token !== undefined) return TokenSource.of(token, { bucket, key, ...(signal ? { signal } : {}) });
  const credentials = requireCredentials(context, `${operation} without a token`);
  return TokenSource.selfSigned(() => {
    const policy: PutPolicy = {
      scope: `${bucket}:${key}`,
      deadline: Date.now() + context.tokenLifetime,
      ...(overwrite === undefined ? {} : { overwrite: overwrite ? 1 : 0 }),
      ...options.policy,
    };
    return issuedToken(uploadToken(credentials, policy), policy);
  });
}
