import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { FileInfo_t } from '../../cbd/types.js';
import type { Case } from '../case.js';
import { SIZE } from '../cluster.js';

/** Mkdir, Rmdir, Listdir and ChangeOwner. */
export const directoryCases: Case[] = [
  {
    number: 69,
    title: 'Mkdir, again, and without its parent',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.MkdirAsync(cluster.path('d'), cluster.u1), 0);
      equal(await cbd.MkdirAsync(cluster.path('d'), cluster.u1), -1);
      equal(await cbd.MkdirAsync(`${cluster.path('x')}/y`, cluster.u1), -6);
    },
  },
  {
    number: 70,
    title: 'Rmdir of a full, an empty and no directory, and of a volume',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1 } = cluster;
      const d = cluster.path('d');
      equal(await cbd.MkdirAsync(d, u1), 0);
      equal(await cbd.CreateAsync(`${d}/v`, u1, SIZE), 0);
      equal(await cbd.RmdirAsync(d, u1), -12);
      equal(await cbd.RenameAsync(u1, `${d}/v`, cluster.path('v')), 0);
      equal(await cbd.RmdirAsync(d, u1), 0);
      equal(await cbd.RmdirAsync(d, u1), -6);
      equal(await cbd.RmdirAsync(cluster.path('v'), u1), 0);
      equal((await cluster.recycled(cbd, 'v')).length, 1);
    },
  },
  {
    number: 71,
    title: 'only root lists the root directory, and finds the recycle bin in it',
    async run(cluster) {
      const cbd = await cluster.client();
      await rejects(cbd.ListdirAsync('/', cluster.u1), { name: 'CBDError', code: -4 });
      ok((await cbd.ListdirAsync('/', cluster.root)).includes('RecycleBin'));
    },
  },
  {
    number: 72,
    title: 'Listdir goes by the bytes of the names',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1 } = cluster;
      const d = cluster.path('d');
      equal(await cbd.MkdirAsync(d, u1), 0);
      for (const name of ['b', 'a', 'a2', 'B', 'a10'])
        equal(await cbd.CreateAsync(`${d}/${name}`, u1, SIZE), 0);
      deepEqual(await cbd.ListdirAsync(d, u1), ['B', 'a', 'a10', 'a2', 'b']);
    },
  },
  {
    number: 73,
    title: 'Listdir of a volume gives -100, of nothing -6',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1 } = cluster;
      equal(await cbd.CreateAsync(cluster.path('v'), u1, SIZE), 0);
      equal(await cbd.ListdirAsync(cbd.OpenDir(cluster.path('v'), u1)), -100);
      equal(await cbd.ListdirAsync(cbd.OpenDir(cluster.path('none'), u1)), -6);
    },
  },
  {
    number: 74,
    title: 'ChangeOwner is for root with its password',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1, root } = cluster;
      const v = cluster.path('v');
      equal(await cbd.CreateAsync(v, u1, SIZE), 0);
      equal(await cbd.ChangeOwnerAsync(v, 'u2', u1), -4);
      equal(await cbd.ChangeOwnerAsync(v, 'u2', { owner: 'root' }), -4);
      equal(await cbd.ChangeOwnerAsync(v, 'u2', root), 0);
      equal(await cbd.StatFileAsync(v, u1, new FileInfo_t()), -4);
    },
  },
  {
    number: 75,
    title: 'ChangeOwner of a directory with entries gives -12',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1, root } = cluster;
      const d = cluster.path('d');
      equal(await cbd.MkdirAsync(d, u1), 0);
      equal(await cbd.MkdirAsync(`${d}/e`, u1), 0);
      equal(await cbd.ChangeOwnerAsync(d, 'u2', root), -12);
    },
  },
];
