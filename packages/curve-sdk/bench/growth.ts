import { CurveClient } from '@curve-wcs/curve-sdk';
import { KIB } from './workload.js';

// What is given up all at once must cost each call the same, however many there are. Measured at 10^4 and 10^5.

const FEW = 10_000;
const MANY = 100_000;
const ROUNDS = 3;
const BLOCK = 4 * KIB;

/** How much longer ten times as many take, divided by ten: 1 is linear, 10 quadratic. */
export interface Growth {
  readonly what: string;
  /** Milliseconds for 10^4, and for 10^5. */
  readonly few: number;
  readonly many: number;
  readonly growth: number;
  readonly limit: number;
  readonly met: boolean;
}

export async function growths(mdsAddress: string): Promise<Growth[]> {
  // Requests of one block each, and only one under way: all others wait.
  const config = {
    'mds.listen.addr': mdsAddress,
    'global.fileIOSplitMaxSizeKB': 4,
    'global.fileMaxInFlightRPCNum': 1,
  };
  await using curve = await CurveClient.connect(config, { user: 'bench' });
  const volume = await curve.open('/bench');
  const memory = Buffer.alloc(MANY * BLOCK);
  const cases: Record<string, (count: number, signal: AbortSignal) => Promise<unknown>[]> = {
    'requests of one read': (count, signal) => [
      volume.read({ offset: 0, buffer: memory.subarray(0, count * BLOCK), signal }),
    ],
    'writes to a block': (count, signal) =>
      Array.from({ length: count }, () => volume.write(memory.subarray(0, BLOCK), { offset: 0, signal })),
    'one-byte writes to a block': (count, signal) =>
      Array.from({ length: count }, (_, i) =>
        volume.write(memory.subarray(0, 1), { offset: i % BLOCK, align: 'auto', signal }),
      ),
  };
  const found: Growth[] = [];
  for (const [what, begin] of Object.entries(cases)) {
    const few = await shortest(FEW, begin);
    const many = await shortest(MANY, begin);
    const growth = many / few / (MANY / FEW);
    const limit = 3;
    found.push({ what: `giving up ${what}`, few, many, growth, limit, met: growth <= limit });
  }
  return found;
}

/** From the first call's beginning until all have ended. */
async function shortest(
  count: number,
  begin: (count: number, signal: AbortSignal) => Promise<unknown>[],
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const controller = new AbortController();
    const begun = performance.now();
    const calls = Promise.allSettled(begin(count, controller.signal));
    setImmediate(() => controller.abort());
    await calls;
    least = Math.min(least, performance.now() - begun);
  }
  return Math.round(least * 10) / 10;
}
