import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { FileInfo_t } from '../../cbd/types.js';
import type { Case } from '../case.js';
import { BLOCK, type Cluster, G, SIZE, until } from '../cluster.js';

/** Unlink and DeleteForce. */
export const deleteCases: Case[] = [
  {
    number: 53,
    title: 'an unlinked volume is in the recycle bin, and its name is free',
    async run(cluster) {
      const cbd = await cluster.client();
      const path = cluster.path('v');
      equal(await cbd.CreateAsync(path, cluster.u1, SIZE), 0);
      const { id } = await cluster.stat(cbd, path);
      equal(await cbd.UnlinkAsync(path, cluster.u1), 0);
      equal(await cbd.StatFileAsync(path, cluster.u1, new FileInfo_t()), -6);
      const [entry = ''] = await cluster.recycled(cbd, 'v');
      match(entry, new RegExp(`^${path.slice(1)}-${id}-\\d{10}$`));
      equal(await cbd.CreateAsync(path, cluster.u1, SIZE), 0);
      notEqual((await cluster.stat(cbd, path)).id, id);
    },
  },
  {
    number: 57,
    title: 'DeleteForce works in the recycle bin only',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1 } = cluster;
      equal(await cbd.CreateAsync(cluster.path('v'), u1, SIZE), 0);
      equal(await cbd.DeleteForceAsync(cluster.path('v'), u1), -11);
      equal(await cbd.MkdirAsync(cluster.path('d'), u1), 0);
      equal(await cbd.DeleteForceAsync(cluster.path('d'), u1), 0, 'an empty directory');
      equal(await cbd.DeleteForceAsync(cluster.path('none'), u1), -6);
    },
  },
  {
    number: 58,
    title: 'DeleteForce of a recycled volume is for root',
    async run(cluster) {
      const cbd = await cluster.client();
      const entry = await recycledVolume(cluster, 0);
      equal(await cbd.DeleteForceAsync(entry, cluster.u1), -4);
      equal(await cbd.DeleteForceAsync(entry, cluster.root), 0);
      await until(async () => (await cluster.recycled(cbd, 'v')).length === 0);
    },
  },
  {
    number: 59,
    title: 'DeleteForce again gives -100 until the entry is gone, then -6',
    async run(cluster) {
      const cbd = await cluster.client();
      const entry = await recycledVolume(cluster, 3);
      equal(await cbd.DeleteForceAsync(entry, cluster.root), 0);
      const again = await cbd.DeleteForceAsync(entry, cluster.root);
      ok([-100, -6].includes(again), `${again} is -100 or, where the cluster was fast, -6`);
      await until(async () => (await cluster.recycled(cbd, 'v')).length === 0);
      equal(await cbd.DeleteForceAsync(entry, cluster.root), -6);
      deepEqual(await cluster.recycled(cbd, 'v'), []);
    },
  },
];

/** A recycled volume with so many segments; the path of its entry. */
async function recycledVolume(cluster: Cluster, segments: number): Promise<string> {
  const { cbd, path, fd } = await cluster.volume();
  for (let segment = 0; segment < segments; segment++)
    equal(await cbd.WriteAsync(fd, Buffer.alloc(BLOCK, 1), segment * G, BLOCK), BLOCK);
  equal(await cbd.CloseAsync(fd), 0);
  equal(await cbd.UnlinkAsync(path, cluster.u1), 0);
  const [entry = ''] = await cluster.recycled(cbd, 'v');
  return `/RecycleBin/${entry}`;
}
