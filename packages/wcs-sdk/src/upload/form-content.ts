import { BLOCK_SIZE, type ChecksumPool, etag, etagOfBlocks } from '@curve-wcs/etag';
import type { StreamedBody } from '../http/transport.js';
import type { ProgressMeter } from '../progress.js';
import type { EncodedForm } from './form.js';
import type { RandomSource } from './source.js';
import { Span } from './span.js';

/** The content of a form upload, which may be sent several times. */
export interface FormContent {
  /** Size in bytes. */
  readonly size: number;
  /** The wcs-etag of what the last complete attempt sent; undefined when nothing is to be verified. */
  readonly etag: string | undefined;
  /** Whether the last attempt has given all of its body. */
  readonly sentWhole: boolean;
  /** The body of the next attempt. */
  body(form: EncodedForm): Uint8Array | StreamedBody;
  /** Counts what has not been counted as progress yet, once all is stored. */
  countRest(): void;
}

/** Up to this size the content is read and hashed at once; handing it to a worker thread would take longer. */
const AT_ONCE = 128 * 1024;

/**
 * Makes the content of a form from a source.
 *
 * @param pool - absent when nothing is to be verified
 */
export async function formContent(
  source: RandomSource,
  pool: ChecksumPool | undefined,
  progress: ProgressMeter,
): Promise<FormContent> {
  if (source.size > AT_ONCE) return new StreamedContent(source, pool, progress);
  const bytes = source.bytes ?? (await readWhole(source));
  return {
    size: bytes.length,
    etag: pool ? etag(bytes) : undefined,
    sentWhole: true,
    body: ({ head, tail }) => Buffer.concat([head, bytes, tail]),
    countRest: () => progress.add(bytes.length),
  };
}

async function readWhole(source: RandomSource): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(source.size);
  if (bytes.length > 0) await source.read(bytes, 0);
  await source.checkUnchanged();
  return bytes;
}

/** Content that is read, and hashed in worker threads, while it is sent. */
class StreamedContent implements FormContent {
  readonly size: number;
  readonly #source: RandomSource;
  readonly #pool: ChecksumPool | undefined;
  readonly #progress: ProgressMeter;
  #attempt = 0;
  #counted = 0;
  etag: string | undefined;
  sentWhole = false;

  constructor(source: RandomSource, pool: ChecksumPool | undefined, progress: ProgressMeter) {
    this.size = source.size;
    this.#source = source;
    this.#pool = pool;
    this.#progress = progress;
  }

  body({ head, tail }: EncodedForm): StreamedBody {
    return {
      length: head.length + this.size + tail.length,
      open: () => this.#stream(head, tail, ++this.#attempt),
    };
  }

  countRest(): void {
    this.#count(this.size - this.#counted);
  }

  #count(bytes: number): void {
    this.#counted += bytes;
    this.#progress.add(bytes);
  }

  async *#stream(head: Uint8Array, tail: Uint8Array, attempt: number): AsyncGenerator<Uint8Array> {
    const digests: Uint8Array[] = [];
    // Memory of its own: the body of a failed attempt may go on for a moment beside that of the next.
    const span = new Span(Math.min(BLOCK_SIZE, this.size), this.#pool, false);
    // A repeated form starts from nothing.
    this.sentWhole = false;
    this.#count(-this.#counted);
    yield head;
    for (let offset = 0; offset < this.size; offset += span.bytes.length) {
      const length = Math.min(span.capacity, this.size - offset);
      await span.read(this.#source, offset, length);
      yield span.bytes;
      digests.push(...(await span.sha1()));
      if (attempt !== this.#attempt) return;
      this.#count(length);
    }
    if (this.#pool) this.etag = etagOfBlocks(digests);
    // Without its tail the form is refused, and nothing mixed is stored.
    await this.#source.checkUnchanged();
    this.sentWhole = true;
    yield tail;
  }
}
