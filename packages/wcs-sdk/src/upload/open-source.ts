import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { WcsError } from '../errors.js';
import { openFileSource } from './file-source.js';
import { type RandomSource, type SequentialSource, type UploadSource, wrongSource } from './source.js';
import { sequentialSource } from './stream-source.js';

/** Opens a source of any kind. */
export async function openSource(source: UploadSource): Promise<RandomSource | SequentialSource> {
  if (typeof source === 'string' || source instanceof URL) return openFileSource(pathOf(source));
  if (types.isUint8Array(source)) return bytesSource(source);
  if (types.isArrayBuffer(source)) return bytesSource(new Uint8Array(source));
  if (source instanceof Blob) return blobSource(source);
  return sequentialSource(source);
}

function pathOf(source: string | URL): string {
  if (typeof source === 'string') return resolve(source);
  if (source.protocol !== 'file:') throw wrongSource(`a ${source.protocol} URL`);
  return fileURLToPath(source);
}

function bytesSource(bytes: Uint8Array): RandomSource {
  return {
    kind: 'random',
    size: bytes.length,
    bytes,
    fileName: undefined,
    identity: undefined,
    read: async (target, offset) => target.set(bytes.subarray(offset, offset + target.length)),
    checkUnchanged: async () => {},
    close: async () => {},
  };
}

function blobSource(blob: Blob): RandomSource {
  return {
    kind: 'random',
    size: blob.size,
    fileName: 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined,
    identity: undefined,
    async read(target, offset) {
      try {
        target.set(new Uint8Array(await blob.slice(offset, offset + target.length).arrayBuffer()));
      } catch (error) {
        throw new WcsError('SOURCE_FAILED', `cannot read the blob: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    checkUnchanged: async () => {},
    close: async () => {},
  };
}
