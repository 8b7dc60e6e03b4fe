import { createHmac } from 'node:crypto';

/** A key pair of the tests. */
export interface Keys {
  accessKey: string;
  secretKey: string;
}

/** URL-safe Base64 with padding. */
export function b64u(data: string | Uint8Array): string {
  return Buffer.from(data as string)
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/** A token as section 1.2 builds it, straight from the specification. */
export function signed({ accessKey, secretKey }: Keys, message: string, algorithm = 'sha1'): string {
  return `${accessKey}:${b64u(createHmac(algorithm, secretKey).update(message).digest('hex'))}`;
}

/** An upload token for a policy; its deadline is far away unless given. */
export function uploadToken(keys: Keys, policy: Record<string, unknown>, algorithm = 'sha1'): string {
  const encoded = b64u(JSON.stringify({ deadline: 4_000_000_000_000, ...policy }));
  return `${signed(keys, encoded, algorithm)}:${encoded}`;
}

/** A management token for a request target and body. */
export function managementToken(keys: Keys, target: string, body = ''): string {
  return signed(keys, `${target}\n${body}`);
}
