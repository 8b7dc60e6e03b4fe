import { closeSync, createReadStream, fstatSync, open, read } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { ChecksumError } from '@curve-wcs/etag';
import { invalidArgument, WcsError } from '../errors.js';
import type { FileIdentity, RandomSource, SequentialSource } from './source.js';
import { sequentialSource } from './stream-source.js';

// Descriptors rather than FileHandles, which cost half as much again; many files are small. What an open file is said to
// be, and its end, take a few microseconds; by way of the thread pool they took most of what a small upload costs.
const openFile = promisify(open);

/** Opens a file; pipes, devices and files such as those in /proc have no size to trust, and are read once. */
export async function openFileSource(path: string): Promise<RandomSource | SequentialSource> {
  let descriptor: number | undefined;
  try {
    descriptor = await openFile(path, 'r');
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) throw invalidArgument('source', 'a file, not a folder', path);
    if (!stats.isFile() || (stats.size === 0 && (await hasContent(descriptor))))
      return sequentialSource(createReadStream(path, { fd: descriptor }), basename(path));
    return fileSource(descriptor, { path, size: stats.size, mtimeMs: stats.mtimeMs });
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    if (error instanceof WcsError) throw error;
    throw unreadable(path, error as Error);
  }
}

/** Whether there is something in a file that is said to be empty, as those of /proc are. */
async function hasContent(descriptor: number): Promise<boolean> {
  return (await readSome(descriptor, new Uint8Array(1), 0, 0)) > 0;
}

function fileSource(descriptor: number, identity: FileIdentity): RandomSource {
  const { path, size, mtimeMs } = identity;
  const changed = () => new WcsError('SOURCE_CHANGED', `${path} changed while it was uploaded`);
  return {
    kind: 'random',
    size,
    fileName: basename(path),
    identity,
    async read(target, offset) {
      for (let filled = 0; filled < target.length; ) {
        const bytes = await readSome(descriptor, target, filled, offset + filled).catch(error => {
          throw unreadable(path, error);
        });
        if (bytes === 0) throw changed();
        filled += bytes;
      }
    },
    async readAndDigest(pool, target, offset, wanted) {
      try {
        return await pool.readAndDigest({ descriptor, position: offset }, target, wanted);
      } catch (error) {
        const code = error instanceof ChecksumError ? error.code : undefined;
        if (code === 'FILE_CHANGED') throw changed();
        if (code === 'POOL_CLOSED') throw new WcsError('CLIENT_CLOSED', 'the client was closed');
        throw unreadable(path, error as Error);
      }
    },
    async checkUnchanged() {
      const now = fstatSync(descriptor);
      if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed();
    },
    close: async () => closeSync(descriptor),
  };
}

function readSome(descriptor: number, target: Uint8Array, filled: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, target, filled, target.length - filled, position, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    );
  });
}

function unreadable(path: string, error: Error): WcsError {
  return new WcsError('SOURCE_FAILED', `cannot read ${path}: ${error.message}`, { cause: error });
}
