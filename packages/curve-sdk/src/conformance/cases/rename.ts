import { deepEqual, equal } from 'node:assert/strict';
import type { Case } from '../case.js';
import { type Cluster, SIZE } from '../cluster.js';
import type { ConformanceClient } from '../options.js';

/** Rename. */
export const renameCases: Case[] = [
  {
    number: 64,
    title: 'to a free name: the id stays',
    async run(cluster) {
      const { cbd, a, b } = await given(cluster, 'a');
      const { id } = await cluster.stat(cbd, a);
      equal(await cbd.RenameAsync(cluster.u1, a, b), 0);
      equal((await cluster.stat(cbd, b)).id, id);
    },
  },
  {
    number: 65,
    title: 'to the name of a volume: that one goes to the recycle bin, and can come back',
    async run(cluster) {
      const { u1 } = cluster;
      const { cbd, a, b } = await given(cluster, 'a', 'b');
      const { id } = await cluster.stat(cbd, b);
      equal(await cbd.RenameAsync(u1, a, b), 0);
      deepEqual(await cluster.recycled(cbd, 'b'), [`${b.slice(1)}-${id}`]);
      equal(await cbd.RecoverAsync(b, u1, 0), -1);
      equal(await cbd.RenameAsync(u1, b, a), 0);
      equal(await cbd.RecoverAsync(b, u1, 0), 0);
      equal((await cluster.stat(cbd, b)).id, id);
    },
  },
  {
    number: 66,
    title: 'to itself, below itself, to its own directory, to the root directory',
    async run(cluster) {
      const { u1, root } = cluster;
      const { cbd, a } = await given(cluster, 'a');
      const d = cluster.path('d');
      equal(await cbd.MkdirAsync(d, u1), 0);
      equal(await cbd.CreateAsync(`${d}/a`, u1, SIZE), 0);
      equal(await cbd.RenameAsync(u1, a, a), -1);
      equal(await cbd.RenameAsync(u1, a, `${a}/b`), -16);
      equal(await cbd.RenameAsync(u1, `${d}/a`, d), -16);
      equal(await cbd.RenameAsync(u1, a, '/'), -16);
      const none = cluster.path('none');
      equal(await cbd.RenameAsync(u1, none, none), -6);
      equal(await cbd.RenameAsync(root, none, none), -1);
    },
  },
  {
    number: 67,
    title: 'of a directory gives -11',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.MkdirAsync(cluster.path('d'), cluster.u1), 0);
      equal(await cbd.RenameAsync(cluster.u1, cluster.path('d'), cluster.path('e')), -11);
    },
  },
  {
    number: 68,
    title: "to somebody else's volume, into somebody else's directory, into none",
    async run(cluster) {
      const { u1, u2, root } = cluster;
      const { cbd, a, b } = await given(cluster, 'a');
      equal(await cbd.CreateAsync(b, u2, SIZE), 0);
      equal(await cbd.MkdirAsync(cluster.path('d2'), u2), 0);
      equal(await cbd.RenameAsync(u1, a, b), -4);
      equal(await cbd.RenameAsync(u1, a, `${cluster.path('d2')}/x`), -4);
      equal(await cbd.RenameAsync(u1, a, `${cluster.path('nodir')}/x`), -6);
      equal(await cbd.RenameAsync(root, a, b), 0);
      equal((await cluster.stat(cbd, b, root)).owner, 'u1');
    },
  },
];

/** A client, the paths `a` and `b`, and volumes at those named. */
async function given(
  cluster: Cluster,
  ...names: string[]
): Promise<{ cbd: ConformanceClient; a: string; b: string }> {
  const cbd = await cluster.client();
  for (const name of names) equal(await cbd.CreateAsync(cluster.path(name), cluster.u1, SIZE), 0);
  return { cbd, a: cluster.path('a'), b: cluster.path('b') };
}
