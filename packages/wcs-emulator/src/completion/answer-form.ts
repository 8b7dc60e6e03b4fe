import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { PutPolicy } from '../auth/put-policy.js';
import type { UploadGrant } from '../auth/upload-token.js';
import { type Reply, textReply } from '../http/reply.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { completeUpload, type StoredUpload } from './complete-upload.js';
import { substitute } from './template.js';

/** Completes an upload by form (section 2.2): its answer is Base64 of text, or leads on to the `returnUrl`. */
export async function answerForm(
  context: RequestContext,
  grant: UploadGrant,
  upload: StoredUpload,
): Promise<Reply> {
  const { returnBody = 'hash=$(hash)', returnUrl } = grant.policy;
  return completeUpload(context, grant, upload, values => {
    const result = urlSafeBase64Encode(substitute(returnBody, values));
    return returnUrl === undefined ? textReply(200, result) : redirect(returnUrl, `upload_ret=${result}`);
  });
}

/** Runs the rest of an upload by form whose token is good; where there is a `returnUrl`, it learns of failures. */
export async function tellReturnUrl({ returnUrl }: PutPolicy, work: () => Promise<Reply>): Promise<Reply> {
  if (returnUrl === undefined) return work();
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return redirect(returnUrl, `code=${error.status}&message=${encodeURIComponent(error.message)}`);
  }
}

function redirect(url: string, query: string): Reply {
  const { href, hash } = new URL(url);
  const withoutHash = href.slice(0, href.length - hash.length);
  const separator = withoutHash.includes('?') ? '&' : '?';
  return { status: 303, headers: { Location: `${withoutHash}${separator}${query}${hash}` } };
}
