import { createHash } from 'node:crypto';
import type { RecordedRequest } from './recorded-case.js';
import type { ReceivedRequest } from './replay-server.js';

/** What a request asks for: not how its text is laid out. */
export function meaning({ method, url, headers, body }: ReceivedRequest) {
  return {
    method,
    url,
    authorization: authorization(headers['authorization']),
    trafficLimit: headers['x-wos-traffic-limit'],
    body: form(headers['content-type'], body) ?? sha256(body),
  };
}

/** The same of a recorded request. */
export function recordedMeaning({ method, url, headers, body, multipart }: RecordedRequest) {
  const header = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const parts = multipart?.parts.map(part => [
    part.name,
    part.name === 'token' ? authorization(part.body.text) : part.body.sha256,
  ]);
  return {
    method,
    url,
    authorization: authorization(header('authorization')),
    trafficLimit: header('x-wos-traffic-limit'),
    body: parts ? Object.fromEntries(parts) : body.sha256,
  };
}

/** A management token as it is; an upload token by its policy, which each tool lays out in its own way. */
function authorization(token: string | undefined): unknown {
  const [accessKey, signature, policy] = token?.split(':') ?? [];
  if (policy === undefined) return token && { accessKey, signature };
  return { accessKey, policy: JSON.parse(Buffer.from(policy, 'base64url').toString('utf8')) as unknown };
}

/** The parts of a form by name. */
function form(contentType: string | undefined, body: Buffer): Record<string, unknown> | undefined {
  const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(contentType ?? '') ?? [];
  if (boundary === undefined) return undefined;
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  return Object.fromEntries(
    parts.map(part => {
      const [head = '', ...rest] = part.split('\r\n\r\n');
      const content = rest.join('\r\n\r\n').replace(/\r\n$/, '');
      const [, name = ''] = /; name="(\w+)"/.exec(head) ?? [];
      return [name, name === 'token' ? authorization(content) : sha256(Buffer.from(content, 'latin1'))];
    }),
  );
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
