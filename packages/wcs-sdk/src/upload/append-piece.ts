import type { PutPolicy } from '../auth/put-policy.js';
import type { TokenProvider, TokenSource } from '../auth/token-provider.js';
import type { ClientContext } from '../context.js';
import { downloadChunks } from '../download/sequential.js';
import type { ObjectReference } from '../encoding.js';
import { WcsError } from '../errors.js';
import { requireSuccess } from '../http/answer.js';
import type { AnswerMembers } from '../http/answer-members.js';
import { mayHaveSucceeded } from '../http/lost-answer.js';
import { ReceivedAnswer } from '../http/received-answer.js';
import { withRetry } from '../http/retry.js';
import { appendPositionOf } from '../objects/stat.js';
import type { ProgressMeter } from '../progress.js';
import { appendConflict, canAskForEnd, endOfObject } from './append-position.js';
import { type FormContent, formContent } from './form-content.js';
import type { ObjectMembers } from './options.js';
import { postForm } from './post-form.js';
import type { RandomSource } from './source.js';
import { uploadAnswer } from './upload-answer.js';
import { uploadTokens } from './upload-tokens.js';

/** A piece to append. */
export interface AppendPiece extends ObjectReference {
  uploadUrl: string;
  content: RandomSource;
  position: number;
  /** Whether it may go wherever the object ends. */
  anywhere: boolean;
  token: TokenProvider | undefined;
  policy: Partial<PutPolicy> | undefined;
  members: ObjectMembers;
  verify: boolean;
  progress: ProgressMeter;
  signal: AbortSignal | undefined;
}

/** A piece that is there. */
export interface AppendedPiece {
  position: number;
  answer: AnswerMembers;
  /** Whether the service's hash is that of the piece, which the first piece of an object allows to say. */
  verified: boolean;
  requestId: string | undefined;
}

/** Appends one piece, with retries that never append it twice. */
export async function appendPiece(context: ClientContext, piece: AppendPiece): Promise<AppendedPiece> {
  const { verify, progress, signal } = piece;
  const content = await formContent(piece.content, verify ? context.checksums : undefined, progress);
  const attempts = new PieceAttempts(context, piece, content);
  const appended = await withRetry(() => attempts.next(), context.retry, signal);
  content.countRest();
  return appended;
}

/** The attempts to append one piece. */
class PieceAttempts {
  readonly #context: ClientContext;
  readonly #piece: AppendPiece;
  readonly #content: FormContent;
  #position: number;
  #tokens: TokenSource;
  /** Whether the answer to an attempt was lost: the piece may be there. */
  #doubtful = false;

  constructor(context: ClientContext, piece: AppendPiece, content: FormContent) {
    this.#context = context;
    this.#piece = piece;
    this.#content = content;
    this.#position = piece.position;
    this.#tokens = this.#tokensFor(piece.position);
  }

  async next(): Promise<AppendedPiece> {
    if (this.#doubtful && canAskForEnd(this.#context)) {
      const end = await this.#end();
      if (end === this.#position + this.#content.size) {
        const proof = await this.#isThere();
        if (proof !== true) throw appendConflict(this.#piece, this.#position, end, proof);
        return { position: this.#position, answer: {}, verified: false, requestId: undefined };
      }
      if (end !== this.#position) throw appendConflict(this.#piece, this.#position, end);
      this.#doubtful = false;
    }
    for (let moves = 0; ; moves++) {
      try {
        return await this.#send();
      } catch (error) {
        if (!(error instanceof WcsError)) throw error;
        this.#doubtful ||= mayHaveSucceeded(error);
        if (error.code !== 'BAD_REQUEST' && error.code !== 'OBJECT_EXISTS') throw error;
        await this.#follow(error, moves);
      }
    }
  }

  /** The documents give no code to a wrong position, so a refusal is looked into. */
  async #follow(refusal: WcsError, moves: number): Promise<void> {
    if (!canAskForEnd(this.#context)) {
      throw this.#doubtful ? appendConflict(this.#piece, this.#position, undefined, refusal) : refusal;
    }
    const end = await this.#end();
    if (end === this.#position) throw refusal;
    if (!this.#piece.anywhere || moves >= this.#context.retry.limit) {
      throw appendConflict(this.#piece, this.#position, end, refusal);
    }
    this.#position = end;
    this.#tokens = this.#tokensFor(end);
  }

  async #send(): Promise<AppendedPiece> {
    const { bucket, key, uploadUrl, content, members, signal } = this.#piece;
    const position = this.#position;
    const post = {
      operation: 'append',
      url: `${uploadUrl}/append/${position}`,
      bucket,
      key,
      tokens: this.#tokens,
      fileName: content.fileName,
      members,
      signal,
    };
    const response = await postForm(this.#context, post, this.#content);
    requireSuccess('append', `${bucket}:${key}`, response);
    const expected = position + this.#content.size;
    const next = appendPositionOf(response);
    if (next === undefined) {
      const received = new ReceivedAnswer('append', `${bucket}:${key}`, response);
      received.members();
      throw received.unusable('no position of the next piece');
    }
    if (next !== expected) {
      throw new WcsError(
        'UNEXPECTED_RESPONSE',
        `append ${bucket}:${key}: the object ends at ${next}, not at ${expected}: it is not what was sent`,
        { operation: 'append', status: response.status, requestId: response.requestId, nextPosition: next },
      );
    }
    const answer = uploadAnswer('append', `${bucket}:${key}`, response, { ownAnswer: true });
    const { etag } = this.#content;
    const verified = position === 0 && etag !== undefined && answer['hash'] === etag;
    return { position, answer, verified, requestId: response.requestId };
  }

  /**
   * Whether the object has the piece: another writer may have appended one of the same size.
   *
   * @returns why not, or why nobody can say, otherwise
   */
  async #isThere(): Promise<unknown> {
    const { content, bucket, key, signal } = this.#piece;
    const end = this.#position + content.size - 1;
    if (content.size === 0) return true;
    if (this.#context.downloadUrl === undefined)
      return new Error('without the client option downloadUrl nobody can say who has appended');
    try {
      let at = 0;
      const there = { bucket, key, start: this.#position, end, signal };
      for await (const chunk of downloadChunks(this.#context, there)) {
        const ours = Buffer.allocUnsafe(chunk.length);
        if (at + chunk.length > content.size) return new Error('there is more than the piece');
        await content.read(ours, at);
        if (!ours.equals(chunk)) return new Error('somebody else has appended');
        at += chunk.length;
      }
      return at === content.size;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      return error;
    }
  }

  async #end(): Promise<number> {
    return endOfObject(this.#context, this.#piece, this.#piece.signal);
  }

  /** A first piece must not replace another object; to the others the object exists. */
  #tokensFor(position: number): TokenSource {
    const overwrite = position > 0 ? true : undefined;
    return uploadTokens(this.#context, 'append', this.#piece.key, { ...this.#piece, overwrite });
  }
}
