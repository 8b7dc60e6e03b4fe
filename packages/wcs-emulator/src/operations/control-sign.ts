import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { owns, type WcsCredentials } from '../auth/accounts.js';
import { sign } from '../auth/signature.js';
import { readBody } from '../http/read-body.js';
import { jsonReply } from '../http/reply.js';
import type { Operation, RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { requireLocal } from './require-local.js';

const maxOrderBytes = 1024 * 1024;
/** How long an upload token is good for, in milliseconds. */
const tokenLife = 3600_000;

/**
 * `POST /-/control/sign`: tokens for the emulator's own page, so that it needs no secret key.
 *
 * `{"upload": {"bucket", "key"}}` asks for an upload token, `{"management": {"bucket", "target", "body"}}` for one
 * for a request, signed by the first account that owns the bucket; without a bucket, by the first of all.
 */
export const controlSign: Operation = async context => {
  requireLocal(context);
  const { upload, management } = await readOrder(context);
  if (upload) {
    const { accessKey, secretKey } = accountFor(context, upload.bucket);
    const policy = {
      scope: `${upload.bucket}:${upload.key}`,
      deadline: context.now() + tokenLife,
      overwrite: 1,
    };
    const encoded = urlSafeBase64Encode(JSON.stringify(policy));
    return jsonReply(200, { token: `${accessKey}:${sign('sha1', secretKey, encoded)}:${encoded}` });
  }
  if (management) {
    const { bucket, target, body = '' } = management;
    const { accessKey, secretKey } = accountFor(context, bucket);
    return jsonReply(200, { token: `${accessKey}:${sign('sha1', secretKey, `${target}\n${body}`)}` });
  }
  throw new ServiceError(400, 'neither an upload nor a management request to sign');
};

interface Order {
  upload?: { bucket: string; key: string };
  management?: { bucket?: string; target: string; body?: string };
}

async function readOrder(context: RequestContext): Promise<Order> {
  const body = await readBody(context.body, maxOrderBytes);
  let order: Order | null;
  try {
    order = JSON.parse(body.toString()) as Order | null;
  } catch (error) {
    throw new ServiceError(400, 'the body is not JSON', { cause: error });
  }
  const { upload, management } = order ?? {};
  const texts = [upload?.bucket ?? '', upload?.key ?? '', management?.bucket ?? '', management?.target ?? ''];
  if (texts.some(text => typeof text !== 'string')) throw new ServiceError(400, 'names are texts');
  return { ...(upload && { upload }), ...(management && { management }) };
}

function accountFor({ accounts }: RequestContext, bucket: string | undefined): WcsCredentials {
  const account = accounts.all.find(one => bucket === undefined || owns(one, bucket));
  if (!account) throw new ServiceError(404, `no account owns ${bucket}`);
  return account;
}
