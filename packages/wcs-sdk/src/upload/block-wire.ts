import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { algorithmHeader } from '../auth/signature.js';
import type { TokenSource } from '../auth/token-provider.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { answerError } from '../http/answer.js';
import type { AnswerMembers } from '../http/answer-members.js';
import { isAbsent, ReceivedAnswer } from '../http/received-answer.js';
import type { WireResponse } from '../http/transport.js';
import { uploadAnswer } from './upload-answer.js';

/** What all requests of one block upload share. */
export interface BlockUploadIdentity {
  /** Sent as `UploadBatch`. */
  uploadId: string;
  /** `bucket:key`, for errors. */
  subject: string;
  key: string;
  tokens: TokenSource;
  replacingTokens: () => TokenSource | undefined;
  mimeType: string | undefined;
  keepDays: number | undefined;
  variables: Record<string, string>;
  trafficLimit: number | undefined;
}

/** The answer to mkblk and bput. */
export interface ChunkAnswer {
  ctx: string;
  /** CRC-32 of the chunk as the service received it; undefined where it gives none. */
  crc32: number | undefined;
  /** Bytes the block has now; undefined where the service does not tell. */
  offset: number | undefined;
}

/** The three requests of a block upload (wcs-api §2.4), each sent once. */
export class BlockWire {
  readonly #context: ClientContext;
  readonly #uploadUrl: string;
  readonly #identity: BlockUploadIdentity;
  #tokens: TokenSource;

  constructor(context: ClientContext, uploadUrl: string, identity: BlockUploadIdentity) {
    this.#context = context;
    this.#uploadUrl = uploadUrl;
    this.#identity = identity;
    this.#tokens = identity.tokens;
  }

  /**
   * Lets the next mkfile replace the object, whatever the caller has said of that.
   *
   * @returns whether it may
   */
  async replaceExisting(): Promise<boolean> {
    const tokens = this.#identity.replacingTokens();
    if (tokens) this.#tokens = tokens;
    return tokens !== undefined || (await this.#tokens.get()).overwrite;
  }

  /** `POST /mkblk/<block size>/<block index>`: opens a block with its first chunk. */
  async mkblk(
    blockSize: number,
    index: number,
    chunk: Uint8Array,
    signal: AbortSignal,
    onSent?: (bytes: number) => void,
  ): Promise<ChunkAnswer> {
    return this.#chunk('mkblk', `/mkblk/${blockSize}/${index}`, chunk, signal, onSent);
  }

  /** `POST /bput/<ctx>/<offset>`: appends a chunk to a block. */
  async bput(
    ctx: string,
    offset: number,
    chunk: Uint8Array,
    signal: AbortSignal,
    onSent?: (bytes: number) => void,
  ): Promise<ChunkAnswer> {
    return this.#chunk('bput', `/bput/${ctx}/${offset}`, chunk, signal, onSent);
  }

  /** `POST /mkfile/<size>`: joins the blocks to an object. */
  async mkfile(
    size: number,
    contexts: string[],
    signal: AbortSignal,
  ): Promise<{ answer: AnswerMembers; requestId: string | undefined }> {
    const { key, mimeType, keepDays, variables, subject } = this.#identity;
    const { key: keyInScope } = await this.#tokens.get();
    const target = [
      `/mkfile/${size}`,
      // A scope that names the key wins, and official clients then leave it out of the path.
      ...(keyInScope !== undefined ? [] : [`/key/${urlSafeBase64Encode(key)}`]),
      ...Object.entries(variables).map(
        ([name, value]) => `/x:${encodeURIComponent(name)}/${urlSafeBase64Encode(value)}`,
      ),
    ].join('');
    const headers = {
      'content-type': 'text/plain',
      ...(mimeType === undefined ? {} : { mimetype: mimeType }),
      ...(keepDays === undefined ? {} : { deadline: String(keepDays) }),
    };
    const response = await this.#post('mkfile', target, headers, Buffer.from(contexts.join(',')), signal);
    if (response.status === 412) {
      const { message, requestId, serverMessage } = answerError('mkfile', subject, response);
      throw new WcsError('BLOCKS_MISSING', message, {
        operation: 'mkfile',
        status: 412,
        requestId,
        serverMessage,
      });
    }
    const answer = uploadAnswer('mkfile', subject, response, await this.#tokens.get());
    return { answer, requestId: response.requestId };
  }

  async #chunk(
    operation: 'mkblk' | 'bput',
    target: string,
    chunk: Uint8Array,
    signal: AbortSignal,
    onSent: ((bytes: number) => void) | undefined,
  ): Promise<ChunkAnswer> {
    const response = await this.#post(
      operation,
      target,
      { 'content-type': 'application/octet-stream' },
      chunk,
      signal,
      onSent,
    );
    const { subject } = this.#identity;
    if (response.status === 406) {
      const { message, requestId } = answerError(operation, subject, response);
      throw new WcsError('CHECKSUM_MISMATCH', message, {
        operation,
        status: 406,
        requestId,
        retryable: true,
      });
    }
    const answer = new ReceivedAnswer(operation, subject, response);
    const members = answer.members();
    const { ctx, crc32, offset } = members;
    if (typeof ctx !== 'string' || !/^[\w.~=-]+$/.test(ctx)) throw answer.unusable('no usable ctx');
    return {
      ctx,
      crc32: given(crc32),
      offset: isAbsent(offset) ? undefined : answer.size(members, 'offset'),
    };
  }

  /** Sends one request; a refused token is renewed once, where there is a way to. */
  async #post(
    operation: string,
    target: string,
    headers: Record<string, string>,
    body: Uint8Array,
    signal: AbortSignal,
    onSent?: (bytes: number) => void,
  ): Promise<WireResponse> {
    const { uploadId, trafficLimit } = this.#identity;
    const tokens = this.#tokens;
    for (let renewed = false; ; renewed = true) {
      const { token } = await tokens.get();
      const response = await this.#context.transport.send({
        operation,
        method: 'POST',
        url: `${this.#uploadUrl}${target}`,
        headers: {
          ...headers,
          authorization: token,
          uploadbatch: uploadId,
          ...algorithmHeader(this.#context.credentials?.latest),
          ...(trafficLimit ? { 'x-wos-traffic-limit': String(trafficLimit) } : {}),
        },
        body,
        onSent,
        signal,
      });
      if (response.status !== 401 || renewed || !(await tokens.renew(token))) return response;
    }
  }
}

/** A CRC-32; 0, `null` and an empty text are how some versions of the service say that there is none. */
function given(crc32: unknown): number | undefined {
  return crc32 === undefined || crc32 === null || Number(crc32) === 0 ? undefined : Number(crc32);
}
