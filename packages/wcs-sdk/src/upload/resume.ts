import { BLOCK_SIZE } from '@curve-wcs/etag';
import { WcsError } from '../errors.js';
import type { UploadPlan } from './options.js';
import type { FinishedBlock, UploadRecord, UploadRecordHeader, UploadRecordStore } from './record-store.js';
import type { FileIdentity } from './source.js';

/**
 * Finds the record of an earlier attempt that this upload can go on from. A record that does not fit the file
 * any more is removed; one that the caller asked for by its id is refused instead.
 */
export async function findResumable(
  store: UploadRecordStore | undefined,
  plan: UploadPlan,
  scope: string,
  identity: FileIdentity | undefined,
): Promise<UploadRecord | undefined> {
  if (!store || !identity) return undefined;
  const { path, size, mtimeMs } = identity;
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

/** A record: where it is kept, and what it is of. */
type KeptRecord = Omit<UploadRecordHeader, 'created'> & { store: UploadRecordStore };

/** Writes the record of one upload, one entry after the other; does nothing without a store. */
export class RecordWriter {
  #record: KeptRecord | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param record - where to write, and what of; undefined if nothing is to be remembered */
  constructor(record: KeptRecord | undefined) {
    this.#record = record;
  }

  async create(): Promise<void> {
    await this.#write(({ store, ...header }) => store.create({ ...header, created: Date.now() }));
  }

  async append(block: FinishedBlock): Promise<void> {
    await this.#write(({ store, uploadId }) => store.append(uploadId, block));
  }

  async remove(): Promise<void> {
    await this.#write(({ store, uploadId }) => store.remove(uploadId));
  }

  /** Forgets the blocks and keeps the upload. */
  async clear(): Promise<void> {
    await this.remove();
    await this.create();
  }

  /** A record that cannot be written any more, as on a full disk, is given up, and not the upload. */
  async #write(write: (record: KeptRecord) => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        if (this.#record) await write(this.#record);
      } catch (error) {
        if (!(error instanceof WcsError && error.code === 'TARGET_FAILED')) throw error;
        this.#record = undefined;
      }
    });
    await this.#last;
  }
}
