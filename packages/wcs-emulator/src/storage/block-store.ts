import { createHash } from 'node:crypto';
import { crc32 } from '@curve-wcs/etag';
import { ServiceError } from '../http/service-error.js';
import type { BlobStore } from './blob-store.js';
import { BlockContexts } from './block-context.js';
import type { KeyedLock } from './keyed-lock.js';
import type { BlockRecord, MetadataStore } from './metadata-store.js';
import { receive } from './receive.js';
import { SliceHasher, sliceSize } from './slice-hasher.js';

/** What the client is told about a chunk (section 2.4). */
export interface ChunkReceipt {
  ctx: string;
  /** The MD5 of the chunk in hexadecimal. */
  checksum: string;
  /** The CRC-32 of the chunk. */
  crc32: number;
  /** How many bytes of the block have arrived. */
  offset: number;
}

/** A block that is all there. */
export interface CompleteBlock {
  blob: string;
  size: number;
  sha1s: string[];
}

/** The largest block, in bytes. */
const maxBlockSize = 1024 * 1024 * 1024;

/** How long a block that was never merged is kept, in milliseconds: about a month. */
const blockLifetime = 30 * 24 * 3600 * 1000;

/** The blocks of resumable uploads, from their first chunk until an object is made of them. */
export class BlockStore {
  readonly #blobs: BlobStore;
  readonly #metadata: MetadataStore;
  readonly #locks: KeyedLock;
  readonly #clock: () => number;
  readonly #contexts: BlockContexts;

  constructor({
    blobs,
    metadata,
    locks,
    clock,
    contextSecret,
  }: {
    blobs: BlobStore;
    metadata: MetadataStore;
    locks: KeyedLock;
    clock: () => number;
    contextSecret: Buffer;
  }) {
    this.#blobs = blobs;
    this.#metadata = metadata;
    this.#locks = locks;
    this.#clock = clock;
    this.#contexts = new BlockContexts(contextSecret);
  }

  /** The blob that a context belongs to, or nothing when the context was not made here. */
  blobOf(context: string): string | undefined {
    return this.#contexts.read(context)?.blob;
  }

  /**
   * Opens a block with its first chunk.
   *
   * @throws ServiceError 400 when the sizes are impossible
   */
  async start(
    {
      bucket,
      batch,
      size,
      index,
    }: { bucket: string; batch?: string | undefined; size: number; index: number },
    chunk: AsyncIterable<Buffer>,
  ): Promise<ChunkReceipt> {
    if (size < 1 || size > maxBlockSize) throw new ServiceError(400, `impossible block size: ${size}`);
    const writer = await this.#blobs.create();
    const hasher = new SliceHasher();
    const digest = new ChunkDigest();
    const received = await receiveChunk(chunk, writer, size, [hasher, digest]);
    try {
      await writer.publish();
      const touchedAt = this.#clock();
      const record: BlockRecord = { bucket, ...(batch && { batch }), index, size, received, touchedAt };
      if (received === size) record.sha1s = hasher.digest();
      await this.#metadata.commit([{ type: 'put-block', blob: writer.blob, record }]);
    } catch (error) {
      await writer.discard();
      await this.#blobs.delete(writer.blob);
      throw error;
    }
    return this.#receipt(writer.blob, received, digest);
  }

  /**
   * Appends a chunk to a block.
   *
   * @throws ServiceError 701 when the context is not the block's newest; 412 when the offset is not where
   * the block ends; 400 when the block would become too long
   */
  async append(
    { bucket, context, offset }: { bucket: string; context: string; offset: number },
    chunk: AsyncIterable<Buffer>,
  ): Promise<ChunkReceipt> {
    const claim = this.#contexts.read(context);
    if (!claim) throw new ServiceError(701, 'invalid ctx');
    return this.#locks.run([claim.blob], async () => {
      const record = await this.#metadata.getBlock(claim.blob);
      if (record?.bucket !== bucket) throw new ServiceError(701, 'no block belongs to this ctx');
      if (record.received !== claim.received)
        throw new ServiceError(701, 'the ctx is not the newest of its block');
      if (record.received !== offset)
        throw new ServiceError(412, `the block ends at ${record.received}, not at ${offset}`);
      const room = record.size - record.received;
      if (room === 0) throw new ServiceError(400, 'the block is complete');
      const writer = await this.#blobs.append(claim.blob, record.received);
      const digest = new ChunkDigest();
      const received = record.received + (await receiveChunk(chunk, writer, room, [digest]));
      try {
        const next: BlockRecord = { ...record, received, touchedAt: this.#clock() };
        if (received === record.size) next.sha1s = await this.#hashSlices(claim.blob, received);
        await writer.publish();
        await this.#metadata.commit([{ type: 'put-block', blob: claim.blob, record: next }]);
      } catch (error) {
        await writer.discard();
        throw error;
      }
      return this.#receipt(claim.blob, received, digest);
    });
  }

  /**
   * The blocks that a list of contexts stands for, checked to be a whole file. The caller holds their locks.
   *
   * @throws ServiceError 701 for a context not made here; 412 when blocks are missing, unfinished or out of
   * order, or do not add up to `fileSize`; 400 when a block before the last is no multiple of 4 MiB
   */
  async collect({
    bucket,
    contexts,
    fileSize,
  }: {
    bucket: string;
    contexts: readonly string[];
    fileSize: number;
  }): Promise<CompleteBlock[]> {
    const blocks: CompleteBlock[] = [];
    for (const [index, context] of contexts.entries()) {
      const claim = this.#contexts.read(context);
      if (!claim) throw new ServiceError(701, `invalid ctx at ${index}`);
      const record = await this.#metadata.getBlock(claim.blob);
      if (record?.bucket !== bucket) throw new ServiceError(412, `block ${index} does not exist`);
      if (record.received !== claim.received)
        throw new ServiceError(412, `the ctx of block ${index} is not its newest`);
      if (!record.sha1s)
        throw new ServiceError(412, `block ${index} has ${record.received} of ${record.size} bytes`);
      if (record.index !== index)
        throw new ServiceError(412, `block ${record.index} stands in the place of block ${index}`);
      blocks.push({ blob: claim.blob, size: record.size, sha1s: record.sha1s });
    }
    const total = blocks.reduce((sum, block) => sum + block.size, 0);
    if (total !== fileSize)
      throw new ServiceError(412, `the blocks have ${total} bytes, the file ${fileSize}`);
    const odd = blocks.slice(0, -1).findIndex(block => block.size % sliceSize !== 0);
    if (odd >= 0) throw new ServiceError(400, `block ${odd} is not a multiple of 4 MiB`);
    return blocks;
  }

  /** Forgets blocks that no object was made of in a month. */
  async purge(): Promise<void> {
    const limit = this.#clock() - blockLifetime;
    for await (const [blob, record] of this.#metadata.listBlocks()) {
      if (record.touchedAt > limit) continue;
      const [references] = await this.#metadata.countReferences([blob]);
      if (references === 0) await this.#blobs.delete(blob);
      await this.#metadata.commit([{ type: 'delete-block', blob }]);
    }
  }

  #receipt(blob: string, received: number, digest: ChunkDigest): ChunkReceipt {
    return { ctx: this.#contexts.issue(blob, received), ...digest.result(), offset: received };
  }

  /**
   * A chunk may end inside a slice, and a running SHA-1 would be lost at a restart: a block that came in
   * chunks is read once more when it is complete, which costs little while it is still in the page cache.
   */
  async #hashSlices(blob: string, size: number): Promise<string[]> {
    const hasher = new SliceHasher();
    for await (const bytes of this.#blobs.read(blob, 0, size)) hasher.update(bytes);
    return hasher.digest();
  }
}

/** The checksums that the answer to a chunk carries. */
class ChunkDigest {
  readonly #md5 = createHash('md5');
  #crc32 = 0;

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    this.#crc32 = crc32(bytes, this.#crc32);
  }

  result(): { checksum: string; crc32: number } {
    return { checksum: this.#md5.digest('hex'), crc32: this.#crc32 };
  }
}

async function receiveChunk(
  chunk: AsyncIterable<Buffer>,
  writer: Parameters<typeof receive>[1],
  room: number,
  digesters: Parameters<typeof receive>[2]['digesters'],
): Promise<number> {
  const length = await receive(chunk, writer, {
    limit: room,
    digesters,
    onTooLarge: () =>
      new ServiceError(400, `the chunk goes beyond the end of the block by more than ${room} bytes`),
  });
  if (length > 0) return length;
  await writer.discard();
  throw new ServiceError(400, 'the chunk is empty');
}
