import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { VolumeLimits } from '../src/index.js';
import { BLOCK, SIZE, smallCluster } from './support/connect.js';

// Limits that are set while a volume is in use (curve-cluster.md §6). How fast a machine is does not matter: a limit says how
// much is done in some time at most, and no more is expected of any.

const WRITERS = 16;
/** How often a client refreshes a lease, which is when it hears of limits. */
const REFRESHES_PER_LEASE = 20;
const PATIENCE = { timeout: 30_000, interval: 20 };

/** A volume that several writers write to for as long as the test runs. */
async function busyVolume() {
  const { cluster, connect } = await smallCluster();
  const keys = { 'throttle.enable': true, 'mds.refreshTimesPerLease': REFRESHES_PER_LEASE };
  const curve = await connect('alice', keys);
  const owner = await connect('alice');
  await curve.createVolume('/v', { size: SIZE });
  await owner.cluster.clearThrottle('/v');
  const volume = await curve.open('/v');
  const over = new AbortController();
  let written = 0;
  const write = async () => {
    for (; !over.signal.aborted; written++)
      await volume.write(Buffer.alloc(BLOCK), { offset: 0, signal: over.signal });
  };
  const writers = Array.from({ length: WRITERS }, () => write().catch(() => {}));
  onTestFinished(async () => {
    over.abort();
    await Promise.all(writers);
  });
  const refreshes = () => cluster.requests.filter(({ method }) => method === 'RefreshSession').length;
  /** Sets limits, and waits until the client has heard of them: one refresh may have been under way before. */
  const limit = async (limits: VolumeLimits | undefined) => {
    if (limits) await owner.cluster.setThrottle('/v', limits);
    else await owner.cluster.clearThrottle('/v');
    const before = refreshes();
    await expect.poll(() => refreshes() - before, PATIENCE).toBeGreaterThanOrEqual(2);
    return measure();
  };
  /** How much is written from now on. */
  const measure = () => {
    const [first, begun] = [written, performance.now()];
    return {
      get written() {
        return written - first;
      },
      get seconds() {
        return (performance.now() - begun) / 1000;
      },
    };
  };
  return { limit, measure };
}

describe('a limit that is set while a volume is in use', () => {
  test('holds from the next refresh of the lease, and no longer than it is there', async () => {
    const { limit, measure } = await busyVolume();
    const before = measure();
    await expect.poll(() => before.written, PATIENCE).toBeGreaterThan(200);

    const slow = await limit({ iopsWrite: 20 });
    // Those that had their turn are still answered, and a second without any is owed.
    const most = () => 20 * slow.seconds + 20 + WRITERS;
    await expect.poll(() => slow.written, PATIENCE).toBeGreaterThan(30);
    expect(slow.written).toBeLessThanOrEqual(most());
    await sleep(1000);
    expect(slow.written).toBeLessThanOrEqual(most());

    const slower = await limit({ iopsWrite: 2 });
    await sleep(1500);
    expect(slower.written).toBeLessThanOrEqual(2 * slower.seconds + 2 + WRITERS);

    const free = await limit(undefined);
    // More than two a second would be for minutes.
    await expect.poll(() => free.written, PATIENCE).toBeGreaterThan(500);
  });

  test('lets bursts through for as long as it says, and its long run after them', async () => {
    const { limit } = await busyVolume();
    const bursting = await limit({ iopsWrite: { limit: 1, burst: 100, burstSeconds: 2 } });
    // One a second would take minutes to that.
    await expect.poll(() => bursting.written, PATIENCE).toBeGreaterThan(120);
    await sleep(2000);
    // Two seconds of bursts, one a second besides, and those that had their turn before.
    const most = 200 + bursting.seconds + WRITERS;
    expect(bursting.written).toBeLessThanOrEqual(most);
  });

  test('counts bytes as it counts calls', async () => {
    const { limit } = await busyVolume();
    const slow = await limit({ bpsTotal: 10 * BLOCK });
    await expect.poll(() => slow.written, PATIENCE).toBeGreaterThan(12);
    expect(slow.written).toBeLessThanOrEqual(10 * slow.seconds + 10 + WRITERS);
  });
});
