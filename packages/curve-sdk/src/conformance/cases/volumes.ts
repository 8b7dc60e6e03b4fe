import { deepEqual, equal } from 'node:assert/strict';
import { FileInfo_t } from '../../cbd/types.js';
import { pattern } from '../../script/pattern.js';
import type { Case } from '../case.js';
import { BLOCK, type Cluster, G, SIZE, until } from '../cluster.js';

/** Milliseconds after the last refresh, by which a mount record is gone. */
const EXPIRY = 60_000;

/** Close, Extend, and what an open volume is protected from. */
export const volumeCases: Case[] = [
  {
    number: 48,
    title: 'Close gives 0, and -2 when repeated',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.CloseAsync(fd), 0);
      equal(await cbd.CloseAsync(fd), -2);
      equal(await cbd.ReadAsync(fd, null, 0, BLOCK), -23);
    },
  },
  {
    number: 49,
    title: 'Close of a volume that is gone gives -2, also when repeated',
    async run(cluster) {
      // One refresh per lease leaves the time to take away the mount record: clients that are not registered share
      // one per host, and the Close of another removes it.
      const { cbd, path, fd } = await cluster.volume('v', { 'mds.refreshTimesPerLease': 1 });
      await mounted(cluster, path);
      const other = await cluster.client({ 'mds.refreshTimesPerLease': 1 });
      await other.CloseAsync(await other.OpenAsync(path, cluster.u1));
      equal(await other.UnlinkAsync(path, cluster.u1), 0);
      equal(await cbd.CloseAsync(fd), -2);
      equal(await cbd.CloseAsync(fd), -2);
    },
  },
  {
    number: 50,
    title: 'an open volume can be extended, and written to where it grew',
    async run(cluster) {
      const { cbd, path, fd } = await cluster.volume();
      equal(await cbd.ExtendAsync(path, cluster.u1, SIZE + G), 0);
      const data = pattern(BLOCK, SIZE, 50);
      equal(await cbd.WriteAsync(fd, data, SIZE, BLOCK), BLOCK);
      deepEqual(await cbd.ReadAsync(fd, null, SIZE, BLOCK), data);
      const opened = new FileInfo_t();
      equal(await cbd.StatFileAsync(fd, opened), 0);
      deepEqual([opened.length, (await cluster.stat(cbd, path)).length], [SIZE, SIZE + G]);
      equal(await cbd.WriteAsync(fd, data, SIZE + G - BLOCK, BLOCK), BLOCK);
      equal(await cbd.WriteAsync(fd, data, SIZE + G, BLOCK), -2);
    },
  },
  {
    number: 51,
    title: 'Extend to the same, a smaller, an uneven and a too large size',
    async run(cluster) {
      const { cbd, path } = await cluster.volume();
      const { u1 } = cluster;
      equal(await cbd.ExtendAsync(path, u1, SIZE), 0);
      equal(await cbd.ExtendAsync(path, u1, SIZE - G), -13);
      equal(await cbd.ExtendAsync(path, u1, SIZE + BLOCK), -100);
      equal(await cbd.ExtendAsync(path, u1, 20 * 2 ** 40 + G), -24);
      equal(await cbd.Extend4QemuAsync(`${path}_u1_`, 0), -2);
    },
  },
  {
    number: 52,
    title: 'Extend of a directory gives -11',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.MkdirAsync(cluster.path('d'), cluster.u1), 0);
      equal(await cbd.ExtendAsync(cluster.path('d'), cluster.u1, SIZE), -11);
    },
  },
  {
    number: 54,
    title: 'an open volume can neither be unlinked nor renamed nor given away, but extended',
    async run(cluster) {
      const { cbd, path } = await cluster.volume();
      const { u1, root } = cluster;
      await mounted(cluster, path);
      equal(await cbd.UnlinkAsync(path, u1), -15);
      equal(await cbd.UnlinkAsync(path, root), -15);
      equal(await cbd.RenameAsync(u1, path, cluster.path('w')), -15);
      equal(await cbd.ChangeOwnerAsync(path, 'u2', root), -15);
      equal(await cbd.CreateAsync(cluster.path('other'), u1, SIZE), 0);
      equal(await cbd.RenameAsync(u1, cluster.path('other'), path), -15);
      equal(await cbd.ExtendAsync(path, u1, SIZE + G), 0);
    },
  },
  {
    number: 55,
    title: 'once closed it can be unlinked',
    async run(cluster) {
      const { cbd, path, fd } = await cluster.volume();
      await mounted(cluster, path);
      equal(await cbd.CloseAsync(fd), 0);
      equal(await cbd.UnlinkAsync(path, cluster.u1), 0);
    },
  },
  {
    number: 56,
    title: 'the volume of a client that died can be unlinked when its mount record has expired',
    timeout: 120_000,
    async run(cluster) {
      const tap = await cluster.tap();
      const { path } = await cluster.volume('v', { 'mds.listen.addr': tap.address });
      await mounted(cluster, path);
      await tap.cut();
      const cbd = await cluster.client();
      equal(await cbd.UnlinkAsync(path, cluster.u1), -15);
      const native = cluster.native();
      await until(async () => {
        // Again each time: a refresh may have been on its way when the client died.
        await cluster.later(EXPIRY, async () => {
          await native.mountPoints(path);
        });
        return (await cbd.UnlinkAsync(path, cluster.u1)) === 0;
      });
    },
  },
];

/** Waits until the cluster has a mount record of a volume. */
async function mounted(cluster: Cluster, path: string): Promise<void> {
  const native = cluster.native();
  await until(async () => (await native.mountPoints(path)).length > 0);
}
