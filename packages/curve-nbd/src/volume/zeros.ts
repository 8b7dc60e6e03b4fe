import type { Volume } from '@curve-wcs/curve-sdk';

const PIECE = 2 ** 20;
/** Writes under way at a time. */
const CONCURRENCY = 8;
const ZEROS = Buffer.alloc(PIECE);

/** Writes zeros to a range; all of it is over when this settles. */
export async function writeZeros(volume: Volume, offset: number, length: number): Promise<void> {
  const end = offset + length;
  let at = offset;
  let failed = false;
  const work = async () => {
    while (at < end && !failed) {
      const from = at;
      // The first piece ends where pieces begin, so that the others are whole blocks.
      const size = Math.min(PIECE - (from % PIECE), end - from);
      at += size;
      try {
        await volume.write(ZEROS.subarray(0, size), { offset: from, align: 'auto' });
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: CONCURRENCY }, work));
  const failure = results.find(result => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
