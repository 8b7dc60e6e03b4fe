import { BLOCK_SIZE } from '@curve-wcs/etag';
import { WcsError } from '../errors.js';
import type { UploadPlan } from './options.js';
import type { FinishedBlock, UploadRecord, UploadRecordStore } from './record-store.js';
import type { RandomSource, SequentialSource } from './source.js';

/**
 * Finds the record of an earlier attempt that this upload can go on from. A record that does not fit the file
 * any more is removed; one that the caller asked for by its id is refused instead.
 */
export async function findResumable(
  store: UploadRecordStore | undefined,
  plan: UploadPlan,
  scope: string,
  source: RandomSource | SequentialSource,
): Promise<UploadRecord | undefined> {
  if (!store || source.kind !== 'random' || !source.identity) return undefined;
  const { path, size, mtimeMs } = source.identity;
  const { uploadId, blockSize } = plan;
  const query = { path, scope, size, mtimeMs, blockSize };
  const record = await store.find(uploadId === undefined ? query : { ...query, uploadId });
  if (!record) return undefined;
  if (record.foreign && !canProve(plan)) {
    throw new WcsError(
      'INVALID_ARGUMENT',
      `upload ${uploadId} was begun by another client: resuming it needs verify and blocks of 4 MiB`,
    );
  }
  const misfit =
    record.scope !== scope
      ? `it goes to ${record.scope}`
      : record.source.path !== path
        ? `it is of ${record.source.path}`
        : record.source.size !== size || record.source.mtimeMs !== mtimeMs
          ? 'the file changed since'
          : record.blockSize !== blockSize
            ? `its blocks have ${record.blockSize} bytes`
            : undefined;
  if (misfit === undefined) return record;
  if (uploadId !== undefined)
    throw new WcsError('SOURCE_CHANGED', `upload ${uploadId} cannot be resumed: ${misfit}`);
  await store.remove(record.uploadId);
  return undefined;
}

/** Whether the final hash will tell if blocks without checksums are those of the file. */
export function canProve({ verify, blockSize }: Pick<UploadPlan, 'verify' | 'blockSize'>): boolean {
  return verify && blockSize === BLOCK_SIZE;
}

/** Writes the record of one upload, one entry after the other; does nothing without a store. */
export class RecordWriter {
  readonly #store: UploadRecordStore | undefined;
  readonly #uploadId: string;
  #last: Promise<void> = Promise.resolve();

  constructor(store: UploadRecordStore | undefined, uploadId: string) {
    this.#store = store;
    this.#uploadId = uploadId;
  }

  async create(source: RandomSource | SequentialSource, scope: string, blockSize: number): Promise<void> {
    if (source.kind !== 'random' || !source.identity) return;
    await this.#store?.create({
      uploadId: this.#uploadId,
      source: source.identity,
      scope,
      blockSize,
      created: Date.now(),
    });
  }

  async append(block: FinishedBlock): Promise<void> {
    if (!this.#store) return;
    this.#last = this.#last.then(() => this.#store?.append(this.#uploadId, block));
    await this.#last;
  }

  async remove(): Promise<void> {
    await this.#store?.remove(this.#uploadId);
  }

  /** Forgets the blocks and keeps the upload. */
  async clear(source: RandomSource | SequentialSource, scope: string, blockSize: number): Promise<void> {
    await this.remove();
    await this.create(source, scope, blockSize);
  }
}
