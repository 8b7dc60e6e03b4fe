import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import type { BlockRecord } from '../storage/metadata-store.js';
import { requireLocal } from './require-local.js';

/** An upload in blocks that no object was made of yet. */
interface OpenUpload {
  bucket: string;
  /** What the client calls it; empty when it gave no name. */
  batch: string;
  /** When its last chunk arrived, in milliseconds since the epoch. */
  touchedAt: number;
  blocks: Pick<BlockRecord, 'index' | 'size' | 'received'>[];
}

/** `GET /-/control/uploads`: the uploads in blocks that are under way or were given up, newest first. */
export const controlUploads: Operation = async context => {
  requireLocal(context);
  const uploads = new Map<string, OpenUpload>();
  const { metadata } = context.storage;
  for await (const [blob, block] of metadata.listBlocks()) {
    // A block stays for a while after an object was made of it, in case its client asks for that once more.
    const [references] = await metadata.countReferences([blob]);
    if (references !== 0) continue;
    const { bucket, batch = '', touchedAt, index, size, received } = block;
    const name = JSON.stringify([bucket, batch]);
    const upload = uploads.get(name) ?? { bucket, batch, touchedAt, blocks: [] };
    uploads.set(name, upload);
    upload.touchedAt = Math.max(upload.touchedAt, touchedAt);
    upload.blocks.push({ index, size, received });
  }
  const newestFirst = [...uploads.values()].sort((a, b) => b.touchedAt - a.touchedAt);
  for (const { blocks } of newestFirst) blocks.sort((a, b) => a.index - b.index);
  return jsonReply(200, { uploads: newestFirst });
};
