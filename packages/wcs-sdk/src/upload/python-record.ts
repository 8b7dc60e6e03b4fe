import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WcsError } from '../errors.js';
import type { FinishedBlock, UploadQuery, UploadRecord } from './record-store.js';

/** One file of a record: `{"offset": 0, "code": 200, "ctx": "…", "size": 4194304}`. */
interface BlockFile {
  offset: number;
  ctx: string;
  size: number;
  /** When the block was finished: milliseconds since the epoch. */
  finished: number;
}

/**
 * Reads a record of the official Python clients: a folder named after the upload, with a file for each block, named
 * after its offset (wcs-api §2.4, §4.8). It tells neither which file it is of nor what was in it, so its blocks are
 * marked as unproven; that they fit in number and size, and that the file has not changed since, is checked here.
 *
 * @returns undefined if there is no such folder
 * @throws WcsError `SOURCE_CHANGED` if the record cannot be of this file
 */
export async function readPythonRecord(
  folder: string,
  uploadId: string,
  { path, scope, size, mtimeMs, blockSize }: UploadQuery,
): Promise<UploadRecord | undefined> {
  const names = await readdir(join(folder, uploadId)).catch(() => undefined);
  if (!names || size === undefined || mtimeMs === undefined || blockSize === undefined) return undefined;
  const blocks = new Map<number, FinishedBlock>();
  let created = Date.now();
  for (const name of names.filter(isOffset)) {
    const block = await readBlock(join(folder, uploadId, name));
    if (!block || block.offset !== Number(name)) continue;
    const { offset, ctx, finished } = block;
    if (offset % blockSize !== 0 || block.size !== Math.min(blockSize, size - offset)) {
      throw misfit(uploadId, `it is of a file of another size, or its blocks have not ${blockSize} bytes`);
    }
    if (finished < mtimeMs) throw misfit(uploadId, 'the file changed since');
    blocks.set(offset / blockSize, { index: offset / blockSize, ctx, unproven: true });
    created = Math.min(created, finished);
  }
  return { uploadId, source: { path, size, mtimeMs }, scope, blockSize, created, blocks, foreign: true };
}

/** Removes such a record, and nothing else that lies in its folder. */
export async function removePythonRecord(folder: string, uploadId: string): Promise<void> {
  const own = join(folder, uploadId);
  const names = await readdir(own).catch(() => undefined);
  if (!names) return;
  for (const name of names.filter(isOffset)) await rm(join(own, name), { force: true });
  await rmdir(own).catch(() => {});
}

async function readBlock(file: string): Promise<BlockFile | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    const { offset, code, ctx, size } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    // A block that failed is recorded too, with the reason in place of its ctx.
    if (code !== 200 || typeof ctx !== 'string' || !/^[\w.~=-]+$/.test(ctx)) return undefined;
    return { offset: Number(offset), ctx, size: Number(size), finished: mtimeMs };
  } catch {
    return undefined;
  }
}

function isOffset(name: string): boolean {
  return /^\d{1,15}$/.test(name);
}

function misfit(uploadId: string, reason: string): WcsError {
  return new WcsError('SOURCE_CHANGED', `upload ${uploadId} cannot be resumed: ${reason}`);
}
