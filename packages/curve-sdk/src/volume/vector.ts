import type { CallOptions, Course } from '../call-options.js';
import { curveError } from '../errors/native-failure.js';
import { together } from '../flow/together.js';
import type { BlockTurns, Turn } from './block-turns.js';
import type { OpenVolume } from './open-volume.js';
import { type Run, runsOf } from './runs.js';

/** What a write with `align: 'auto'` did beyond its own bytes. */
export interface ReadModifyWrite {
  /** Where the first block begins that was written, in bytes. */
  readonly offset: number;
  /** Bytes of the blocks that were written. */
  readonly length: number;
  /** Blocks that were read first, for what is in them beside the data: one or two. */
  readonly blocksRead: number;
}

/** Reads into several pieces of memory, one after the other. Any range will do. */
export async function readVector(
  volume: OpenVolume,
  memory: readonly Uint8Array[],
  offset: number,
  length: number,
  course: Course,
): Promise<void> {
  const { blockSize } = volume;
  const before = Buffer.allocUnsafe(offset % blockSize);
  const after = Buffer.allocUnsafe(toNextBlock(offset + length, blockSize));
  await told(course, () =>
    readBlocks(volume, [before, ...memory, after], offset - before.length, course.step()),
  );
}

/** Writes several pieces of memory, one after the other. Any range will do; what was done beyond it is told. */
export async function writeVector(
  volume: OpenVolume,
  memory: readonly Uint8Array[],
  offset: number,
  length: number,
  course: Course,
): Promise<ReadModifyWrite | undefined> {
  if (!volume.isAligned(offset, length)) return readModifyWrite(volume, memory, offset, length, course);
  await inTurn(volume.turns, volume.turns.plain(offset, offset + length), course, () =>
    writeBlocks(volume, memory, offset, course.step()),
  );
  return undefined;
}

/** Reads the blocks that a range begins and ends in, and writes them with it, so that what is beside it stays. */
async function readModifyWrite(
  volume: OpenVolume,
  memory: readonly Uint8Array[],
  offset: number,
  length: number,
  course: Course,
): Promise<ReadModifyWrite> {
  const { blockSize } = volume;
  const first = offset - (offset % blockSize);
  const tail = toNextBlock(offset + length, blockSize);
  const end = offset + length + tail;
  // Both edges may be in the same block.
  const edges = new Map<number, Buffer>();
  if (offset > first) edges.set(first, Buffer.allocUnsafe(blockSize));
  if (tail > 0) edges.set(end - blockSize, edges.get(end - blockSize) ?? Buffer.allocUnsafe(blockSize));

  const { connection, fd } = volume;
  const whole = async () => {
    await together(
      [...edges].map(
        ([at, block]) =>
          options =>
            connection.native.read(fd, at, block, options),
      ),
      course.step(),
    );
    const before = edges.get(first)?.subarray(0, offset - first) ?? Buffer.alloc(0);
    const after = edges.get(end - blockSize)?.subarray(blockSize - tail) ?? Buffer.alloc(0);
    await writeBlocks(volume, [before, ...memory, after], first, course.step());
  };
  await inTurn(volume.turns, volume.turns.exclusive(first, end), course, () =>
    volume.holds.during(connection, fd, [first, end], course, whole),
  );
  return { offset: first, length: end - first, blocksRead: edges.size };
}

async function inTurn(
  turns: BlockTurns,
  turn: Turn,
  course: Course,
  work: () => Promise<void>,
): Promise<void> {
  try {
    if (turn.before !== undefined) await course.unlessOver(turn.before);
    await told(course, work);
  } finally {
    turns.end(turn);
  }
}

/** A failure says what the caller wanted. */
async function told(course: Course, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw curveError(error, course);
  }
}

function toNextBlock(offset: number, blockSize: number): number {
  return (blockSize - (offset % blockSize)) % blockSize;
}

function readBlocks(volume: OpenVolume, memory: readonly Uint8Array[], offset: number, options: CallOptions) {
  const { fd, blockSize, connection } = volume;
  const reads = [...runsOf(memory, blockSize)].map(run => async (at: CallOptions) => {
    const target = inOnePiece(run) ?? Buffer.allocUnsafe(run.length);
    await connection.native.read(fd, offset + run.offset, target, at);
    if (run.parts.length > 1) scatter(target, run.parts);
  });
  return together(reads, options);
}

function writeBlocks(
  volume: OpenVolume,
  memory: readonly Uint8Array[],
  offset: number,
  options: CallOptions,
) {
  const { fd, blockSize, connection } = volume;
  const writes = [...runsOf(memory, blockSize)].map(run => async (at: CallOptions) => {
    const data = inOnePiece(run) ?? Buffer.concat(run.parts);
    await connection.native.write(fd, offset + run.offset, data, at);
  });
  return together(writes, options);
}

function inOnePiece({ parts }: Run): Uint8Array | undefined {
  return parts.length === 1 ? parts[0] : undefined;
}

function scatter(source: Uint8Array, parts: readonly Uint8Array[]): void {
  let at = 0;
  for (const part of parts) {
    part.set(source.subarray(at, at + part.length));
    at += part.length;
  }
}
