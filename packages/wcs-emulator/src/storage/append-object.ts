import { etagOfBlocks } from '@curve-wcs/etag';
import { ServiceError } from '../http/service-error.js';
import type { ObjectName, ObjectPart, ObjectRecord } from './metadata-store.js';
import { SliceHasher, sliceSize } from './slice-hasher.js';
import type { SpooledBytes } from './spool.js';
import type { Storage } from './storage.js';

/** Up to this size a piece goes to the end of the last blob, in bytes, so that many small ones make no long list. */
const smallPiece = 1 << 20;

/**
 * Adds a piece to an object that can be appended to, or makes such an object (section 2.3). Its bytes are on the disk
 * before the record that covers them: whenever the process ends, the object has the piece wholly or not at all.
 *
 * @param position - how long the object is
 * @param describe - the record's other members; gets what there is
 * @throws ServiceError 400 when the object has another length, or is one that cannot be appended to
 */
export async function appendToObject(
  storage: Storage,
  name: ObjectName,
  piece: SpooledBytes,
  {
    position,
    describe,
  }: {
    position: number;
    describe: (existing: ObjectRecord | undefined) => Promise<Omit<ObjectRecord, 'size' | 'hash' | 'parts'>>;
  },
): Promise<ObjectRecord> {
  const { blobs, objects } = storage;
  const { blob } = piece.writer;
  // To hash takes long, and nobody is to wait for it: that the object is still the same is looked at afterwards.
  const before = await objects.find(name.bucket, name.key);
  checkPosition(before, position);
  await piece.writer.publish();
  let used = false;
  try {
    const sha1s = await hashWith(storage, name, before, piece);
    const record = await objects.replace(name, [blob], async existing => {
      checkPosition(existing, position);
      if (existing?.hash !== before?.hash) throw new ServiceError(400, 'the object was changed meanwhile');
      const { parts, merged } = await joinParts(storage, existing?.parts ?? [], piece);
      used = !merged;
      const size = position + piece.size;
      return {
        ...(await describe(existing)),
        size,
        hash: etagOfBlocks(sha1s.map(sha1 => Buffer.from(sha1, 'hex'))),
        slices: sha1s.slice(0, Math.floor(size / sliceSize)),
        parts,
      };
    });
    return record;
  } catch (error) {
    used = false;
    throw error;
  } finally {
    if (!used) await blobs.delete(blob);
  }
}

function checkPosition(existing: ObjectRecord | undefined, position: number): void {
  if (existing && !existing.slices) throw new ServiceError(400, 'the object cannot be appended to');
  const size = existing?.size ?? 0;
  if (size !== position)
    throw new ServiceError(400, `the object has ${size} bytes, the position is ${position}`);
}

/** The SHA-1 of each 4 MiB of an object with a piece added; only what does not make up 4 MiB is read again. */
async function hashWith(
  { blobs, objects }: Storage,
  { bucket, key }: ObjectName,
  existing: ObjectRecord | undefined,
  piece: SpooledBytes,
): Promise<string[]> {
  const slices = existing?.slices ?? [];
  const size = existing?.size ?? 0;
  const wholeBytes = slices.length * sliceSize;
  if (wholeBytes === size) return size > 0 && piece.size === 0 ? slices : [...slices, ...piece.sha1s];
  const object = await objects.open(bucket, key);
  try {
    if (object?.record.hash !== existing?.hash)
      throw new ServiceError(400, 'the object was changed meanwhile');
    const hasher = new SliceHasher();
    if (object) for await (const bytes of object.read(wholeBytes, size)) hasher.update(bytes);
    for await (const bytes of blobs.read(piece.writer.blob, 0, piece.size)) hasher.update(bytes);
    return [...slices, ...hasher.digest()];
  } finally {
    await object?.release();
  }
}

/** Adds a small piece to the last part's own blob, unless another object has it too; else the piece is a new part. */
async function joinParts(
  { blobs, metadata }: Storage,
  parts: readonly ObjectPart[],
  { writer: { blob }, size }: SpooledBytes,
): Promise<{ parts: ObjectPart[]; merged: boolean }> {
  const last = parts.at(-1);
  const [references] = last ? await metadata.countReferences([last.blob]) : [];
  if (!last || references !== 1 || size > smallPiece) {
    return { parts: [...parts, { blob, size }], merged: false };
  }
  const writer = await blobs.append(last.blob, last.size);
  try {
    for await (const bytes of blobs.read(blob, 0, size)) await writer.write(bytes);
    await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return { parts: [...parts.slice(0, -1), { blob: last.blob, size: last.size + size }], merged: true };
}
