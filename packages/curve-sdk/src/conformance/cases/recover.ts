import { deepEqual, equal } from 'node:assert/strict';
import { pattern } from '../../script/pattern.js';
import type { Case } from '../case.js';
import { BLOCK, type Cluster, SIZE } from '../cluster.js';
import type { ConformanceClient } from '../options.js';

const UNKNOWN_ID = 999_999_999;

/** Recover. */
export const recoverCases: Case[] = [
  {
    number: 60,
    title: 'by name the volume created last comes back, however late the other was deleted',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1 } = cluster;
      const [v, aside] = [cluster.path('v'), cluster.path('aside')];
      const older = await created(cluster, cbd, v);
      equal(await cbd.RenameAsync(u1, v, aside), 0);
      const newer = await created(cluster, cbd, v);
      equal(await cbd.UnlinkAsync(v, u1), 0);
      equal(await cbd.RenameAsync(u1, aside, v), 0);
      equal(await cbd.UnlinkAsync(v, u1), 0);
      equal(await cbd.RecoverAsync(v, u1, 0), 0);
      equal((await cluster.stat(cbd, v)).id, newer);
      equal(await cbd.RecoverAsync(v, u1, 0), -1);
      equal(await cbd.RecoverAsync(aside, u1, older), 0);
    },
  },
  {
    number: 61,
    title: 'by id a volume comes back under another name, with its content',
    async run(cluster) {
      const { cbd, path, fd } = await cluster.volume();
      const { u1 } = cluster;
      const [data, w] = [pattern(BLOCK, 0, 61), cluster.path('w')];
      equal(await cbd.WriteAsync(fd, data, 0, BLOCK), BLOCK);
      equal(await cbd.CloseAsync(fd), 0);
      const { id } = await cluster.stat(cbd, path);
      equal(await cbd.UnlinkAsync(path, u1), 0);
      equal(await cbd.RecoverAsync(w, u1, id), 0);
      equal((await cluster.stat(cbd, w)).id, id);
      deepEqual(await cbd.ReadAsync(await cbd.OpenAsync(w, u1), null, 0, BLOCK), data);
    },
  },
  {
    number: 62,
    title: 'an unknown id gives -100 where the name is known, -6 where it is not',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1 } = cluster;
      await created(cluster, cbd, cluster.path('v'));
      equal(await cbd.UnlinkAsync(cluster.path('v'), u1), 0);
      equal(await cbd.RecoverAsync(cluster.path('v'), u1, UNKNOWN_ID), -100);
      equal(await cbd.RecoverAsync(cluster.path('none'), u1, UNKNOWN_ID), -6);
    },
  },
  {
    number: 63,
    title: "somebody else's volume gives -4",
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1, u2 } = cluster;
      const id = await created(cluster, cbd, cluster.path('v'));
      equal(await cbd.UnlinkAsync(cluster.path('v'), u1), 0);
      equal(await cbd.RecoverAsync(cluster.path('v'), u2, 0), -4);
      equal(await cbd.RecoverAsync(cluster.path('v'), u2, id), -4);
      equal(await cbd.RecoverAsync(cluster.path('w'), u2, id), -4);
    },
  },
];

/** Creates a volume; its id. */
async function created(cluster: Cluster, cbd: ConformanceClient, path: string): Promise<number> {
  equal(await cbd.CreateAsync(path, cluster.u1, SIZE), 0);
  return (await cluster.stat(cbd, path)).id;
}
