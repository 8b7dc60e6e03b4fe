import { readSync } from 'node:fs';
import { ChecksumError } from '../checksum-error.js';
import type { Digests, WantedDigests } from '../digests.js';
import { crc64Engine } from '../wasm/crc64-engine.js';
import { Digester, PIECE_SIZE } from './digester.js';

/** Digests a buffer as a whole. */
export interface BufferJob {
  readonly kind: 'buffer';
  /** Moves to the worker, unless its memory is shared: the sender cannot use it any more. */
  readonly data: Uint8Array;
  readonly wanted: WantedDigests;
}

/** Digests a range of a file, block by block. */
export interface FileJob {
  readonly kind: 'file';
  /** Open for as long as the job runs. Descriptors belong to the process, so every thread can read it. */
  readonly descriptor: number;
  readonly start: number;
  readonly length: number;
  readonly blockSize: number;
  readonly wanted: WantedDigests;
}

/** Reads a range of a file into shared memory, and digests it as a whole on the way. */
export interface ReadJob {
  readonly kind: 'read';
  /** Open for as long as the job runs. */
  readonly descriptor: number;
  readonly start: number;
  /** A view of a `SharedArrayBuffer`; all of it is filled. */
  readonly target: Uint8Array;
  readonly wanted: WantedDigests;
}

export type Job = BufferJob | FileJob | ReadJob;

/** Does a job on this thread: gives the digests of the buffer, or of every block of the range. */
export function perform(job: Job, checkStop: () => void): Digests[] {
  if (job.kind === 'buffer') return [digestBuffer(job, checkStop)];
  return job.kind === 'read' ? [readAndDigest(job, checkStop)] : digestRange(job, checkStop);
}

function digestBuffer({ data, wanted }: BufferJob, checkStop: () => void): Digests {
  const digester = new Digester(wanted);
  for (let start = 0; start < data.length; start += PIECE_SIZE) {
    checkStop();
    digester.update(data.subarray(start, start + PIECE_SIZE));
  }
  return digester.digest();
}

function readAndDigest({ descriptor, start, target, wanted }: ReadJob, checkStop: () => void): Digests {
  const digester = new Digester(wanted);
  for (let done = 0; done < target.length; ) {
    checkStop();
    const length = Math.min(PIECE_SIZE, target.length - done);
    const count = readSync(descriptor, target, done, length, start + done);
    if (count === 0) throw fileBecameShorter();
    // Now, while the bytes are still in this core's cache.
    digester.update(target.subarray(done, done + count));
    done += count;
  }
  return digester.digest();
}

function digestRange(job: FileJob, checkStop: () => void): Digests[] {
  const end = job.start + job.length;
  const blocks: Digests[] = [];
  for (let start = job.start; start < end; start += job.blockSize) {
    const digester = new Digester(job.wanted);
    const blockEnd = Math.min(end, start + job.blockSize);
    for (let position = start; position < blockEnd; ) {
      checkStop();
      const piece = readPiece(job.descriptor, position, blockEnd);
      digester.update(piece);
      position += piece.length;
    }
    blocks.push(digester.digest());
  }
  return blocks;
}

/** Reads into the CRC engine's own memory, so that a CRC-64 needs no copy. */
function readPiece(descriptor: number, position: number, end: number): Uint8Array {
  const { buffer } = crc64Engine();
  const count = readSync(descriptor, buffer, 0, Math.min(buffer.length, end - position), position);
  if (count === 0) throw fileBecameShorter();
  return buffer.subarray(0, count);
}

function fileBecameShorter(): ChecksumError {
  return new ChecksumError('FILE_CHANGED', 'The file became shorter while it was read');
}
