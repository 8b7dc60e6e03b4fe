import { deepEqual, equal } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { pattern } from '../../script/pattern.js';
import type { Case } from '../case.js';
import { BLOCK, type Cluster, G, until } from '../cluster.js';
import type { ConformanceClient } from '../options.js';

/** Long enough for a call before it, short enough to wait for. */
const DELAY = 1000;
const DATA = pattern(BLOCK, 0, 77);

/** Discard and IncreaseEpoch. */
export const discardCases: Case[] = [
  {
    number: 77,
    title: 'a segment wholly discarded is given back after the delay, and reads as zeros',
    async run(cluster) {
      const { cbd, fd, path } = await written(cluster, { 'discard.taskDelayMs': 100 });
      equal(await cbd.DiscardAsync(fd, 0, G), 0);
      const native = cluster.native();
      await until(async () => (await native.allocatedSize(path)).total === 0n);
      // The answer to the client may still be on its way when the cluster has done it.
      await until(async () => {
        const bytes = await cbd.ReadAsync(fd, null, 0, BLOCK);
        return typeof bytes !== 'number' && bytes.equals(Buffer.alloc(BLOCK));
      });
    },
  },
  {
    number: 78,
    title: 'a read within the delay keeps the segment',
    async run(cluster) {
      const { cbd, fd, path } = await written(cluster, { 'discard.taskDelayMs': DELAY });
      equal(await cbd.DiscardAsync(fd, 0, G), 0);
      deepEqual(await cbd.ReadAsync(fd, null, 0, BLOCK), DATA);
      await delay(2 * DELAY);
      await expectKept(cluster, cbd, fd, path);
    },
  },
  {
    number: 79,
    title: 'a discard below the granularity, or switched off, gives 0 and does nothing',
    async run(cluster) {
      for (const [length, changes] of [
        [BLOCK - 1, { 'discard.taskDelayMs': 0 }],
        [G, { 'discard.taskDelayMs': 0, 'discard.enable': false }],
      ] as const) {
        const { cbd, fd, path } = await written(cluster, changes, `v${length}`);
        equal(await cbd.DiscardAsync(fd, 0, length), 0);
        equal(await cbd.DiscardAsync(999, 0, length), -23);
        await delay(DELAY / 2);
        await expectKept(cluster, cbd, fd, path);
      }
    },
  },
  {
    number: 80,
    title: 'IncreaseEpoch fences off older clients that knew an epoch, and no others',
    async run(cluster) {
      const { cbd: without, fd: withoutFd, path } = await written(cluster);
      const caller = await cluster.client();
      equal(await caller.IncreaseEpochAsync(`${path}_u1_`), 0);
      const older = await cluster.client();
      const olderFd = await older.OpenAsync(path, cluster.u1);
      equal(await older.WriteAsync(olderFd, DATA, 0, BLOCK), BLOCK);
      const callerFd = await caller.OpenAsync(path, cluster.u1);
      equal(await caller.IncreaseEpochAsync(`${path}_u1_`), 0);
      equal(await older.WriteAsync(olderFd, DATA, 0, BLOCK), -31);
      equal(await older.WriteAsync(olderFd, DATA, G, BLOCK), -2, 'where a segment is needed');
      deepEqual(await older.ReadAsync(olderFd, null, 0, BLOCK), DATA);
      equal(await caller.WriteAsync(callerFd, DATA, 0, BLOCK), BLOCK);
      equal(await without.WriteAsync(withoutFd, DATA, 0, BLOCK), BLOCK);
    },
  },
];

/** A volume with a block written at its start. */
async function written(
  cluster: Cluster,
  changes: Record<string, number | boolean> = {},
  name = 'v',
): Promise<{ cbd: ConformanceClient; fd: number; path: string }> {
  const volume = await cluster.volume(name, changes);
  equal(await volume.cbd.WriteAsync(volume.fd, DATA, 0, BLOCK), BLOCK);
  return volume;
}

async function expectKept(cluster: Cluster, cbd: ConformanceClient, fd: number, path: string): Promise<void> {
  equal((await cluster.native().allocatedSize(path)).total, BigInt(G));
  deepEqual(await cbd.ReadAsync(fd, null, 0, BLOCK), DATA);
}
