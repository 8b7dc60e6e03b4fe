import { BLOCK_SIZE, urlSafeBase64Decode } from '@curve-wcs/etag';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { requireSuccess } from '../http/answer.js';
import { type AnswerMembers, textMember } from '../http/answer-members.js';
import { withRetry } from '../http/retry.js';
import type { WireResponse } from '../http/transport.js';
import { ProgressMeter } from '../progress.js';
import type { UploadTarget } from './block-upload.js';
import { confirmHash, storedByLostAttempt } from './confirm.js';
import { formContent } from './form-content.js';
import type { UploadPlan, UploadResult } from './options.js';
import { postForm } from './post-form.js';
import type { RandomSource } from './source.js';
import { uploadAnswer } from './upload-answer.js';

/** Where a form goes. Without a key the token decides it. */
export interface FormTarget extends Pick<UploadTarget, 'uploadUrl' | 'tokens'> {
  key: string | undefined;
}

/** `POST /file/upload` (wcs-api §2.2): the whole object in one form. */
export async function uploadForm(
  context: ClientContext,
  plan: UploadPlan,
  { key, uploadUrl, tokens }: FormTarget,
  source: RandomSource,
): Promise<UploadResult> {
  const { bucket, signal } = plan;
  const progress = new ProgressMeter(plan.onProgress, source.size);
  const content = await formContent(source, plan.verify ? context.checksums : undefined, progress);
  const post = {
    operation: 'upload',
    url: `${uploadUrl}/file/upload`,
    bucket,
    key,
    tokens,
    fileName: source.fileName,
    part: plan.form,
    members: plan,
    signal,
  };
  const stored = (key: string) => ({
    bucket,
    key,
    size: content.size,
    etag: content.etag,
    blockSize: BLOCK_SIZE,
    signal,
  });
  const attempt = async () => {
    const response = await postForm(context, post, content);
    const token = await tokens.get();
    return { ...formAnswer(`${bucket}:${key ?? ''}`, response, token), names: token.answerNames };
  };
  const answered = await withRetry(attempt, context.retry, signal).catch(async error => {
    const found = key === undefined ? undefined : await storedByLostAttempt(context, error, stored(key));
    if (!found) throw error;
    return found;
  });
  const { answer, requestId, names } = answered;
  const answeredKey = names.key === undefined ? undefined : textMember(answer, names.key);
  const storedKey = answeredKey ?? key ?? '';
  const confirmed = await confirmHash(context, stored(storedKey), answered);
  content.countRest();
  progress.finish();
  return {
    bucket,
    key: storedKey,
    size: content.size,
    ...(content.etag === undefined ? {} : { etag: content.etag }),
    ...confirmed,
    method: 'form',
    resumed: 0,
    answer,
    ...(requestId ? { requestId } : {}),
  };
}

/** Success is 2xx, or with a `returnUrl` 303 to it with the result in its query. */
function formAnswer(
  subject: string,
  response: WireResponse,
  token: { ownAnswer: boolean },
): { answer: AnswerMembers; requestId: string | undefined } {
  const { requestId } = response;
  if (response.status !== 303) {
    return { answer: uploadAnswer('upload', subject, response, token), requestId };
  }
  const location = response.headers['location'] ?? '';
  const query = URL.canParse(location) ? new URL(location).searchParams : new URLSearchParams();
  const returned = query.get('upload_ret');
  if (returned === null && query.get('code') !== null) {
    const status = Number(query.get('code'));
    const body = Buffer.from(JSON.stringify({ code: status, message: query.get('message') ?? '' }));
    requireSuccess('upload', subject, { ...response, status, body });
  }
  const pairs = returned === null ? query : new URLSearchParams(decoded(returned));
  if ([...pairs].length === 0) {
    throw new WcsError(
      'UNEXPECTED_RESPONSE',
      `upload ${subject}: the redirection tells nothing of the result`,
      {
        operation: 'upload',
        status: 303,
        requestId,
      },
    );
  }
  return { answer: Object.fromEntries(pairs), requestId };
}

/** What an answer has encoded; nothing, if it is not what it should be. */
function decoded(text: string): string {
  try {
    return Buffer.from(urlSafeBase64Decode(text)).toString('utf8');
  } catch {
    return '';
  }
}
