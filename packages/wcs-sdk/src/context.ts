import type { ChecksumPool } from '@curve-wcs/etag';
import type { CredentialsSource } from './auth/credentials-source.js';
import { managementToken } from './auth/management-token.js';
import { algorithmHeader, type Credentials } from './auth/signature.js';
import type { CallDefaults } from './call-defaults.js';
import { type CallOptions, CallScope } from './call-options.js';
import { WcsError } from './errors.js';
import { ReceivedAnswer } from './http/received-answer.js';
import { type RetryPolicy, withRetry } from './http/retry.js';
import type { HttpSender, WireRequest } from './http/transport.js';

/** What a client's calls share. */
export interface ClientContext {
  transport: HttpSender;
  checksums: ChecksumPool;
  retry: RetryPolicy;
  credentials: CredentialsSource | undefined;
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
 * Sends a management call, repeated as far as that can help, and gives what its answer says.
 *
 * @param options - what the user of the client gave
 * @param read - reads the answer; what it finds unusable is asked for again
 */
export async function callManagement<T>(
  client: ClientContext,
  call: ManagementCall,
  options: CallOptions,
  read: (answer: ReceivedAnswer) => T,
): Promise<T> {
  using scope = new CallScope(client, call.operation, options);
  const { context, signal } = scope;
  const url = `${requireSetting(context.managementUrl, 'managementUrl', call.operation)}${call.target}`;
  const credentials = call.signed === false ? undefined : requireCredentials(context, call.operation);
  return await withRetry(
    async () => {
      const used = await credentials?.get();
      const answer = await context.transport.send(requestBy(used));
      const again = answer.status === 401 && used !== undefined && (await credentials?.renew(used));
      const last = again ? await context.transport.send(requestBy(await credentials?.get())) : answer;
      return read(new ReceivedAnswer(call.operation, call.subject, last));
    },
    context.retry,
    signal,
  );

  function requestBy(keys: Credentials | undefined): WireRequest {
    return {
      operation: call.operation,
      method: call.method,
      url,
      headers: {
        ...(keys ? { authorization: managementToken(keys, url, call.body) } : {}),
        ...algorithmHeader(keys),
      },
      signal,
      ...(call.method === 'POST' ? { body: call.body ?? '' } : {}),
    };
  }
}

/** The client's keys, for a call that cannot do without. */
export function requireCredentials(context: ClientContext, operation: string): CredentialsSource {
  return requireSetting(context.credentials, 'accessKey and secretKey', operation);
}

/** Those keys, for a call that gives its result at once, and cannot wait for a function to give them. */
export function credentialsNow(context: ClientContext, operation: string): Credentials {
  const { latest } = requireCredentials(context, operation);
  if (latest) return latest;
  throw new WcsError(
    'INVALID_ARGUMENT',
    `${operation} needs keys at once, and the function that gives them was not asked yet: sign with keys of your own`,
    { operation },
  );
}

/** A setting that this call needs, though not every client does. */
export function requireSetting<T>(value: T | undefined, name: string, operation: string): T {
  if (value !== undefined) return value;
  throw new WcsError('INVALID_ARGUMENT', `${operation} needs the client option ${name}, which is not set`, {
    operation,
  });
}
