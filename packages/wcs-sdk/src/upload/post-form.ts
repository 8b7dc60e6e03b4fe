import { basename } from 'node:path';
import { algorithmHeader } from '../auth/signature.js';
import type { TokenSource } from '../auth/token-provider.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import type { WireResponse } from '../http/transport.js';
import { encodeForm } from './form.js';
import type { FormContent } from './form-content.js';
import type { FormPart, ObjectMembers } from './options.js';

/** A form to post, to the upload domain. */
export interface FormPost {
  /** Names the request in errors. */
  operation: string;
  /** Upload domain and path. */
  url: string;
  bucket: string;
  /** Absent where the token decides it. */
  key: string | undefined;
  tokens: TokenSource;
  /** Name of the local file, if there is one. */
  fileName: string | undefined;
  /** How its part is labelled, if not as ever. */
  part?: FormPart | undefined;
  members: ObjectMembers;
  signal: AbortSignal | undefined;
}

/** Posts a form once (wcs-api §2.2); a refused token is renewed once, where there is a way to. */
export async function postForm(
  context: ClientContext,
  post: FormPost,
  content: FormContent,
): Promise<WireResponse> {
  const { operation, url, bucket, key, tokens, members, signal } = post;
  for (let renewed = false; ; renewed = true) {
    const { token, key: keyInScope } = await tokens.get();
    const form = encodeForm(fieldsOf(token, keyInScope === undefined ? key : undefined, members), {
      name: post.part?.fileName ?? post.fileName ?? basename(key ?? 'file'),
      mimeType: post.part?.contentType ?? members.mimeType ?? 'application/octet-stream',
    });
    const response = await context.transport.send({
      operation,
      method: 'POST',
      url,
      headers: {
        'content-type': form.contentType,
        ...algorithmHeader(context.credentials?.latest),
        ...(members.trafficLimit ? { 'x-wos-traffic-limit': String(members.trafficLimit) } : {}),
      },
      body: content.body(form),
      signal,
    });
    if (response.status === 401 && !renewed && (await tokens.renew(token))) continue;
    if (content.sentWhole || response.status >= 400) return response;
    throw new WcsError(
      'UNEXPECTED_RESPONSE',
      `${operation} ${bucket}:${key ?? ''}: the service answered before it had the whole object`,
      { operation, status: response.status, requestId: response.requestId, retryable: true, doubtful: true },
    );
  }
}

function fieldsOf(
  token: string,
  key: string | undefined,
  { mimeType, keepDays, variables = {}, description }: ObjectMembers,
): [name: string, value: string][] {
  const fields: [name: string, value: string][] = [['token', token]];
  if (key !== undefined) fields.push(['key', key]);
  if (mimeType !== undefined) fields.push(['mimeType', mimeType]);
  if (keepDays !== undefined) fields.push(['deadline', String(keepDays)]);
  if (description !== undefined) fields.push(['desc', description]);
  for (const [name, value] of Object.entries(variables)) fields.push([`x:${name}`, value]);
  return fields;
}
