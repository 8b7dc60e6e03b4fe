import type { Volume } from '../../src/index.js';

const BLOCK = 4096;
const WORKERS = 24;
const ROUNDS = 30;

/**
 * Writes to a volume by two descriptors, by turns and in halves of blocks too, and reads by the other one what was written
 * by the one. Each party has blocks of its own, beside those of the others.
 *
 * @param party - 0 or 1
 * @returns the byte that each block, by its offset, is full of
 */
export async function hammer(volumes: readonly [Volume, Volume], party: number): Promise<[number, number][]> {
  const acknowledged = new Map<number, number>();
  const worker = async (number: number) => {
    for (let round = 1; round <= ROUNDS; round++) {
      const [one, another] = round % 2 === 0 ? volumes : ([volumes[1], volumes[0]] as const);
      const offset = (((round % 4) * WORKERS + number) * 2 + party) * BLOCK * 64;
      const value = (party * 128 + number * 5 + round) & 0xff;
      if (round % 3 === 0) {
        const half = Buffer.alloc(BLOCK / 2, value);
        await Promise.all([
          one.write(half, { offset, align: 'auto' }),
          another.write(half, { offset: offset + BLOCK / 2, align: 'auto' }),
        ]);
      } else {
        await one.write(Buffer.alloc(BLOCK, value), { offset });
      }
      acknowledged.set(offset, value);
      const { data } = await another.read({ offset, length: BLOCK });
      if (!data.equals(Buffer.alloc(BLOCK, value))) throw new Error(`read something else at ${offset}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, number) => worker(number)));
  return [...acknowledged];
}
