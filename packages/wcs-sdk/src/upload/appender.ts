import { Writable } from 'node:stream';
import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import { checkReference } from '../encoding.js';
import { APPENDER_CALL, APPENDER_STREAM } from '../known-options.js';
import { wholeNumber } from '../number-options.js';
import { checkOptions } from '../public-call.js';
import { type AppendOptions, type AppendResult, type AppendTarget, append } from './append.js';
import { keepFailure } from './stream-source.js';

/** Options of a single {@link Appender.append}. */
export type AppenderCallOptions = CallOptions & Pick<AppendOptions, 'onProgress'>;

/**
 * Appends to one object again and again, and keeps track of where it ends. Calls wait for one another, so pieces are
 * in the order of the calls. After a failure the end is asked for before the next piece.
 *
 * @example
 * ```ts
 * import { WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * const wcs = await WcsClient.fromConfig();
 * const log = wcs.appender({ bucket: 'logs', key: 'today.log', mimeType: 'text/plain' });
 * await log.append(Buffer.from('one line\n'));
 * await log.append(Buffer.from('another\n'));
 * ```
 */
export class Appender {
  readonly #context: ClientContext;
  readonly #target: AppendTarget;
  #position: number | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(context: ClientContext, { position, ...target }: AppendTarget & { position?: number }) {
    checkReference(target);
    if (position !== undefined) wholeNumber('position', position);
    this.#context = context;
    this.#target = target;
    this.#position = position;
  }

  /** Where the next piece goes, in bytes; undefined before the first piece and after a failure. */
  get position(): number | undefined {
    return this.#position;
  }

  /**
   * Appends content behind that of all earlier calls.
   *
   * @throws WcsError `APPEND_CONFLICT` if somebody else has appended meanwhile; nothing is stored then
   */
  async append(source: AppendOptions['source'], options: AppenderCallOptions = {}): Promise<AppendResult> {
    keepFailure(source);
    checkOptions('append', options, APPENDER_CALL);
    const appended = this.#last.then(() => this.#append(source, options));
    this.#last = appended.catch(() => {});
    return appended;
  }

  /**
   * A stream that appends what is written to it, in batches; the rest when it ends.
   *
   * @param options - `batchSize`: bytes to gather before they are sent, default 4 MiB
   */
  createWriteStream(options: AppenderCallOptions & { batchSize?: number } = {}): Writable {
    checkOptions('createWriteStream', options, APPENDER_STREAM);
    const { batchSize = 4 * 2 ** 20, ...call } = options;
    wholeNumber('batchSize', batchSize, { minimum: 1 });
    let batch: Buffer[] = [];
    let length = 0;
    const flush = async () => {
      if (length === 0) return;
      const content = Buffer.concat(batch, length);
      batch = [];
      length = 0;
      await this.append(content, call);
    };
    return new Writable({
      highWaterMark: batchSize,
      write(chunk: Buffer, _encoding, done) {
        length += chunk.length;
        if (length < batchSize) {
          // What waits is a copy: once told that its chunk is written, the caller may use the memory again.
          batch.push(Buffer.from(chunk));
          done();
        } else {
          batch.push(chunk);
          flush().then(() => done(), done);
        }
      },
      final(done) {
        flush().then(() => done(), done);
      },
    });
  }

  async #append(source: AppendOptions['source'], options: AppenderCallOptions): Promise<AppendResult> {
    const position = this.#position;
    this.#position = undefined;
    const result = await append(this.#context, {
      ...this.#target,
      ...options,
      source,
      ...(position === undefined ? {} : { position }),
    });
    this.#position = result.nextPosition;
    return result;
  }
}
