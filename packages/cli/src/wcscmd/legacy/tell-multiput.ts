import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServiceAnswer, UploadStart } from '@curve-wcs/wcs-sdk';
import { pythonLiteral } from '../../python/python-literal.js';
import { parseWcsUrl } from '../wcs-url.js';
import type { Narration, Narrator } from './narrator.js';
import { bodyLiteral, failureTuple, resultTuple } from './python-result.js';

/** A block as the official tool records it. A failed one has the reason in place of its context. */
interface BlockRecord {
  offset: number;
  code: number;
  ctx: string;
  size: number;
}

/** Tells of `multiput`: block by block, then the answer, or what was recorded. */
export function tellMultiput(narration: Narration): Narrator {
  parseWcsUrl(narration.context.operands[0] ?? '');
  return new MultiputNarrator(narration);
}

class MultiputNarrator implements Narrator {
  readonly #log: Narration['log'];
  readonly #folder: string;
  readonly #blockSize: number;
  readonly #retries: number;
  readonly #size: number;
  readonly #records = new Map<number, BlockRecord>();
  /** Failed attempts by block. */
  readonly #failures = new Map<number, number>();
  #uploadId = '';
  #blocks = 0;
  #done = 0;
  #last: ServiceAnswer | undefined;

  constructor({ log, context }: Narration) {
    const { settings } = context.config;
    this.#log = log;
    this.#folder = resolve(context.io.cwd, settings.tmp_record_folder);
    this.#blockSize = Number(settings.block_size);
    this.#retries = Number(settings.mkblk_retries);
    this.#size =
      statSync(resolve(context.io.cwd, context.operands[1] ?? ''), { throwIfNoEntry: false })?.size ?? 0;
  }

  uploadStarted({ uploadId, blocks = 0, finished }: UploadStart): void {
    this.#uploadId = uploadId;
    this.#blocks = blocks;
    for (const { index, ctx } of finished) this.#record(index, 200, ctx);
    const missing = Array.from({ length: blocks }, (_, index) => index * this.#blockSize).filter(
      offset => !this.#records.has(offset),
    );
    if (finished.length > 0) {
      const complete = [...this.#records.values()].reduce((sum, { size }) => sum + size, 0);
      this.#log.debug(
        this.#recordsLiteral(),
        `Uncomplete offsetlist: [${missing.join(', ')}], uploadid: ${uploadId}, complete size: ${complete}`,
      );
    } else {
      this.#log.debug('Now start a new multipart upload task', `New upload id: ${uploadId}`);
    }
    this.#log.debug(`There are ${missing.length} offsets need to upload`, 'Now start upload file blocks');
  }

  answered(answer: ServiceAnswer): void {
    const { operation, url } = answer;
    if (operation === 'mkblk') this.#blockAnswered(answer, Number(/\/mkblk\/\d+\/(\d+)/.exec(url)?.[1]));
    else if (operation === 'bput') this.#blockAnswered(answer, this.#indexOf(url));
    else if (operation === 'mkfile' || operation === 'upload') {
      if (operation === 'mkfile' && this.#last?.operation !== 'mkfile')
        this.#log.debug('Now all blocks have upload suc.');
      this.#last = answer;
    }
  }

  done(): void {
    this.#tellResult('');
  }

  failed(error: unknown): void {
    const { message, attempts = 1 } = error as Error & { attempts?: number };
    const stored = [...this.#records.values()].filter(({ code }) => code === 200);
    const joining = this.#blocks > 0 && stored.length === this.#blocks;
    if (joining && !this.#last) this.#log.debug('Now all blocks have upload suc.');
    if (this.#last || joining || this.#uploadId === '') this.#tellResult(message);
    else {
      if (stored.length === this.#records.size) this.#unanswered(message, attempts);
      const folder = join(this.#folder, this.#uploadId);
      this.#log.debug(`Sorry! Mulitpart upload fail,more detail see ${folder}`, this.#recordsLiteral());
    }
  }

  #tellResult(message: string): void {
    const text = this.#last?.operation === 'upload';
    this.#log.debug(this.#last ? resultTuple(this.#last, { text }) : failureTuple(message));
  }

  #blockAnswered(answer: ServiceAnswer, index: number): void {
    if (answer.status < 300) {
      const { ctx, offset } = JSON.parse(String(answer.body)) as { ctx: string; offset: number };
      const { size } = this.#record(index, 200, ctx);
      if (offset < size) return;
      this.#done += 1;
      this.#tellProgress();
      return;
    }
    const failures = (this.#failures.get(index) ?? 0) + 1;
    this.#failures.set(index, failures);
    const again = (answer.status >= 500 && answer.status !== 579) || answer.status === 408;
    if (again && failures <= this.#retries) this.#log.debug('make block fail.retry upload');
    else {
      const said = bodyLiteral(answer);
      this.#log.debug(`make block fail,code :${answer.status},message :${said}`);
      this.#record(index, answer.status, messageOf(answer));
      this.#tellProgress();
    }
  }

  /** A request was not answered at all: that of the first block of which nothing is known, as far as can be told. */
  #unanswered(message: string, attempts: number): void {
    const index = Array.from({ length: this.#blocks }, (_, index) => index).find(
      index => !this.#records.has(index * this.#blockSize),
    );
    if (index === undefined) return;
    for (let attempt = 1; attempt < attempts; attempt++) this.#log.debug('make block fail.retry upload');
    this.#log.debug(`make block fail,code :-1,message :${pythonLiteral(JSON.stringify({ message }))}`);
    this.#record(index, -1, message);
    this.#tellProgress();
  }

  #tellProgress(): void {
    this.#log.debug(`Current progress:${Math.round((100 * this.#done) / this.#blocks)}%`);
  }

  #record(index: number, code: number, ctx: string): BlockRecord {
    const offset = index * this.#blockSize;
    const record = { offset, code, ctx, size: Math.min(this.#blockSize, this.#size - offset) };
    this.#records.set(offset, record);
    return record;
  }

  /** The block that a context is of. */
  #indexOf(url: string): number {
    const ctx = /\/bput\/([^/]+)\//.exec(url)?.[1] ?? '';
    const found = [...this.#records.values()].find(record => record.ctx === decodeURIComponent(ctx));
    return (found?.offset ?? 0) / this.#blockSize;
  }

  /** What is known of the blocks, as the official tool reads it back from its folder. */
  #recordsLiteral(): string {
    const records = [...this.#records.values()].sort((a, b) => b.offset - a.offset);
    const texts = records.map(
      ({ offset, code, ctx, size }) =>
        `{"offset": ${offset}, "code": ${code}, "ctx": ${JSON.stringify(ctx)}, "size": ${size}}`,
    );
    return pythonLiteral(JSON.stringify({ uploadBatch: this.#uploadId, upload_record: texts }));
  }
}

function messageOf(answer: ServiceAnswer): string {
  try {
    return String((JSON.parse(String(answer.body)) as { message?: unknown }).message ?? '');
  } catch {
    return String(answer.body);
  }
}
