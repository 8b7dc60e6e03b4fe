import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { BLOCK_SIZE, type ChecksumPool, etagOfBlocks, urlSafeBase64Decode } from '@curve-wcs/etag';
import { LinkedAbort } from '../abort.js';
import { algorithmHeader } from '../auth/signature.js';
import { policyOf } from '../auth/upload-token.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { type AnswerMembers, requireSuccess, uploadAnswer } from '../http/answer.js';
import { withRetry } from '../http/retry.js';
import type { StreamedBody, WireResponse } from '../http/transport.js';
import { ProgressMeter } from '../progress.js';
import type { UploadTarget } from './block-upload.js';
import { confirmHash, storedByLostAttempt } from './confirm.js';
import type { UploadPlan, UploadResult } from './options.js';
import type { RandomSource } from './source.js';
import { Span } from './span.js';

/** `POST /file/upload` (wcs-api §2.2): the whole object in one form, streamed. */
export async function uploadForm(
  context: ClientContext,
  plan: UploadPlan,
  { key, uploadUrl, tokens }: UploadTarget,
  source: RandomSource,
): Promise<UploadResult> {
  using abort = new LinkedAbort(plan.signal);
  const { signal } = abort;
  const { bucket } = plan;
  const content = new FormContent(context, plan, source, new ProgressMeter(plan.onProgress, source.size));
  const attempt = async () => {
    for (let renewed = false; ; renewed = true) {
      const token = await tokens.get();
      const { body, contentType } = content.form(token, key);
      const response = await context.transport.send({
        operation: 'upload',
        method: 'POST',
        url: `${uploadUrl}/file/upload`,
        headers: {
          'content-type': contentType,
          ...algorithmHeader(context.credentials),
          ...(plan.trafficLimit ? { 'x-wos-traffic-limit': String(plan.trafficLimit) } : {}),
        },
        body,
        signal,
      });
      if (response.status === 401 && !renewed && (await tokens.renew(token))) continue;
      const result = formAnswer(`${bucket}:${key}`, response);
      if (content.sentWhole) return result;
      throw new WcsError(
        'UNEXPECTED_RESPONSE',
        `upload ${bucket}:${key}: the service answered before it had the whole object`,
        {
          operation: 'upload',
          status: response.status,
          requestId: response.requestId,
          retryable: true,
        },
      );
    }
  };
  const stored = () => ({
    bucket,
    key,
    size: source.size,
    etag: content.etag,
    blockSize: BLOCK_SIZE,
    signal,
  });
  const { answer, requestId } = await withRetry(attempt, context.retry, signal).catch(async error => {
    const answer = await storedByLostAttempt(context, error, stored());
    if (!answer) throw error;
    return { answer, requestId: undefined };
  });
  const confirmed = await confirmHash(context, stored(), answer, requestId);
  content.progress.finish();
  return {
    bucket,
    key: typeof answer['key'] === 'string' && answer['key'] !== '' ? answer['key'] : key,
    size: source.size,
    ...(content.etag === undefined ? {} : { etag: content.etag }),
    ...confirmed,
    method: 'form',
    resumed: 0,
    answer,
    ...(requestId ? { requestId } : {}),
  };
}

/** Builds the form around the source, and hashes the source while it is sent. */
class FormContent {
  readonly progress: ProgressMeter;
  readonly #plan: UploadPlan;
  readonly #source: RandomSource;
  readonly #pool: ChecksumPool | undefined;
  #attempt = 0;
  /** The wcs-etag of what the last complete attempt sent. */
  etag: string | undefined;
  /** Whether the attempt under way has given all of its body. */
  sentWhole = false;

  constructor(context: ClientContext, plan: UploadPlan, source: RandomSource, progress: ProgressMeter) {
    this.progress = progress;
    this.#plan = plan;
    this.#source = source;
    this.#pool = plan.verify ? context.checksums : undefined;
  }

  form(token: string, key: string): { body: StreamedBody; contentType: string } {
    const boundary = `curve-wcs-${randomUUID()}`;
    const { mimeType, keepDays, variables = {} } = this.#plan;
    const keyInScope = String(policyOf(token)?.scope ?? '').includes(':');
    const fields: [name: string, value: string][] = [
      ['token', token],
      ...(keyInScope ? [] : [['key', key] as [string, string]]),
      ...(mimeType === undefined ? [] : [['mimeType', mimeType] as [string, string]]),
      ...(keepDays === undefined ? [] : [['deadline', String(keepDays)] as [string, string]]),
      ...Object.entries(variables).map(([name, value]) => [`x:${name}`, value] as [string, string]),
    ];
    const head = Buffer.from(
      [
        ...fields.map(
          ([name, value]) =>
            `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
        ),
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted(this.#source.fileName ?? basename(key))}"\r\n`,
        `Content-Type: ${mimeType ?? 'application/octet-stream'}\r\n\r\n`,
      ].join(''),
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    return {
      contentType: `multipart/form-data; boundary=${boundary}`,
      body: {
        length: head.length + this.#source.size + tail.length,
        open: () => this.#stream(head, tail, ++this.#attempt),
      },
    };
  }

  async *#stream(head: Uint8Array, tail: Uint8Array, attempt: number): AsyncGenerator<Uint8Array> {
    const digests: Uint8Array[] = [];
    // Memory of its own: the body of a failed attempt may go on for a moment beside that of the next.
    const span = new Span(Math.min(BLOCK_SIZE, this.#source.size), this.#pool);
    // A repeated form starts from nothing.
    this.sentWhole = false;
    this.progress.add(-this.progress.transferred);
    yield head;
    for (let offset = 0; offset < this.#source.size; offset += span.bytes.length) {
      const length = Math.min(span.capacity, this.#source.size - offset);
      await span.read(this.#source, offset, length);
      yield span.bytes;
      digests.push(...(await span.sha1()));
      if (attempt !== this.#attempt) return;
      this.progress.add(length);
    }
    if (this.#pool) this.etag = etagOfBlocks(digests);
    // Without its tail the form is refused, and nothing mixed is stored.
    await this.#source.checkUnchanged();
    this.sentWhole = true;
    yield tail;
  }
}

/** A file name as browsers write it into a form. */
function quoted(name: string): string {
  return name.replace(/["\r\n]/g, character => encodeURIComponent(character));
}

/** Success is 2xx, or with a `returnUrl` 303 to it with the result in its query. */
function formAnswer(
  subject: string,
  response: WireResponse,
): { answer: AnswerMembers; requestId: string | undefined } {
  const { requestId } = response;
  if (response.status !== 303) {
    requireSuccess('upload', subject, response);
    return { answer: uploadAnswer(response), requestId };
  }
  const location = response.headers['location'] ?? '';
  const query = URL.canParse(location) ? new URL(location).searchParams : new URLSearchParams();
  const returned = query.get('upload_ret');
  if (returned === null && query.get('code') !== null) {
    const status = Number(query.get('code'));
    const body = Buffer.from(JSON.stringify({ code: status, message: query.get('message') ?? '' }));
    requireSuccess('upload', subject, { ...response, status, body });
  }
  const pairs =
    returned === null
      ? query
      : new URLSearchParams(Buffer.from(urlSafeBase64Decode(returned)).toString('utf8'));
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
