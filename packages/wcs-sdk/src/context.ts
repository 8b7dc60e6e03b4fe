import type { ChecksumPool } from '@curve-wcs/etag';
import { managementToken } from './auth/management-token.js';
import { algorithmHeader, type Credentials } from './auth/signature.js';
import type { CallDefaults } from './call-defaults.js';
import { type CallOptions, CallScope } from './call-options.js';
import { WcsError } from './errors.js';
import { requireSuccess } from './http/answer.js';
import { type RetryPolicy, withRetry } from './http/retry.js';
import type { HttpSender, WireResponse } from './http/transport.js';

/** What a client's calls share. */
export interface ClientContext {
  transport: HttpSender;
  checksums: ChecksumPool;
  retry: RetryPolicy;
  credentials: Credentials | undefined;
  uploadUrl: string | undefined;
  managementUrl: string | undefined;
  downloadUrl: ((bucket: string, encodedKey: string) => string) | undefined;
  /** Lifetime of self-made upload tokens, in milliseconds. */
  tokenLifetime: number;
  defaults: CallDefaults;
  /** Of the client's uploads; undefined for the default. */
  blockSize: number | undefined;
}

/** A call to the management domain. */
export interface ManagementCall {
  /** Names the call in errors. */
  operation: string;
  /** What it is about, for errors: `bucket:key`. */
  subject: string;
  method: 'GET' | 'POST';
  /** Path and query, as they go on the wire. */
  target: string;
  body?: string;
  /** False for the few calls that nobody need sign; they work without keys. Default true. */
  signed?: boolean;
}

/**
 * Sends a management call, repeated as far as that can help, and gives its successful answer.
 *
 * @param options - what the user of the client gave
 */
export async function callManagement(
  client: ClientContext,
  call: ManagementCall,
  options: CallOptions,
): Promise<WireResponse> {
  using scope = new CallScope(client, call.operation, options);
  const { context, signal } = scope;
  const url = `${requireSetting(context.managementUrl, 'managementUrl', call.operation)}${call.target}`;
  const credentials = call.signed === false ? undefined : requireCredentials(context, call.operation);
  return await withRetry(
    async () => {
      const answer = await context.transport.send({
        operation: call.operation,
        method: call.method,
        url,
        headers: {
          ...(credentials ? { authorization: managementToken(credentials, url, call.body) } : {}),
          ...algorithmHeader(credentials),
        },
        signal,
        ...(call.method === 'POST' ? { body: call.body ?? '' } : {}),
      });
      requireSuccess(call.operation, call.subject, answer);
      return answer;
    },
    context.retry,
    signal,
  );
}

/** The client's keys, for a call that cannot do without. */
export function requireCredentials(context: ClientContext, operation: string): Credentials {
  return requireSetting(context.credentials, 'accessKey and secretKey', operation);
}

/** A setting that this call needs, though not every client does. */
export function requireSetting<T>(value: T | undefined, name: string, operation: string): T {
  if (value !== undefined) return value;
  throw new WcsError('INVALID_ARGUMENT', `${operation} needs the client option ${name}, which is not set`, {
    operation,
  });
}
