import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { FileInfo_t } from '../../cbd/types.js';
import type { Case } from '../case.js';
import { BLOCK, SIZE } from '../cluster.js';
import { bytesField, callOnce, varintField } from '../frames.js';

const OWNER_AUTH_FAIL = 111;
const SKEW = 20_000_000;

/** StatFile and Open. */
export const openCases: Case[] = [
  {
    number: 22,
    title: 'StatFile of what is missing, as a stranger, with a wrong password, with a wrong clock',
    async run(cluster) {
      const cbd = await cluster.client();
      const path = cluster.path('v');
      const info = new FileInfo_t();
      equal(await cbd.StatFileAsync(path, cluster.u1, info), -6);
      equal(await cbd.CreateAsync(path, cluster.u1, SIZE), 0);
      equal(await cbd.StatFileAsync(path, cluster.u2, info), -4);
      equal(await cbd.StatFileAsync(path, { owner: 'root', password: 'wrong' }, info), -4);
      equal(await cbd.StatFileAsync(path, cluster.root, info), 0);
      // A client's clock cannot be set from here: this is what it would send.
      for (const skew of [-SKEW, SKEW]) {
        const request = Buffer.concat([
          bytesField(1, path),
          bytesField(2, 'u1'),
          bytesField(3, ''),
          varintField(4, Date.now() * 1000 + skew),
        ]);
        const answer = await callOnce(
          await cluster.address(),
          'curve.mds.CurveFSService',
          'GetFileInfo',
          request,
        );
        deepEqual(answer.subarray(0, 2), varintField(1, OWNER_AUTH_FAIL));
      }
    },
  },
  {
    number: 23,
    title: 'Open gives -2 for what is missing, a directory, a foreign volume, a malformed path',
    async run(cluster) {
      const cbd = await cluster.client();
      const { u1, u2 } = cluster;
      equal(await cbd.MkdirAsync(cluster.path('d'), u1), 0);
      equal(await cbd.CreateAsync(cluster.path('v'), u1, SIZE), 0);
      equal(await cbd.OpenAsync(cluster.path('none'), u1), -2);
      equal(await cbd.OpenAsync(cluster.path('d'), u1), -2);
      equal(await cbd.OpenAsync(cluster.path('v'), u2), -2);
      equal(await cbd.OpenAsync(cluster.path('v').slice(1), u1), -2);
    },
  },
  {
    number: 24,
    title: 'Open without an owner gives -1 and asks nobody',
    async run(cluster) {
      const tap = await cluster.tap();
      const cbd = await cluster.client({ 'mds.listen.addr': tap.address });
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, SIZE), 0);
      const before = tap.total;
      equal(await cbd.OpenAsync(cluster.path('v'), { owner: '' }), -1);
      equal(await cbd.Open4QemuAsync(`${cluster.path('v')}__`), -1);
      equal(tap.total, before);
    },
  },
  {
    number: 25,
    title: 'a volume opens twice, and both descriptors work',
    async run(cluster) {
      const { cbd, path, fd } = await cluster.volume();
      const other = await cbd.OpenAsync(path, cluster.u1);
      notEqual(other, fd);
      const [one, two] = [Buffer.alloc(BLOCK, 1), Buffer.alloc(BLOCK, 2)];
      equal(await cbd.WriteAsync(fd, one, 0, BLOCK), BLOCK);
      equal(await cbd.WriteAsync(other, two, BLOCK, BLOCK), BLOCK);
      deepEqual(await cbd.ReadAsync(other, null, 0, BLOCK), one);
      deepEqual(await cbd.ReadAsync(fd, null, BLOCK, BLOCK), two);
    },
  },
  {
    number: 26,
    title: 'Open4Qemu takes path_owner_',
    async run(cluster) {
      const { cbd, path } = await cluster.volume();
      equal(await cbd.Open4QemuAsync(`${path}_u1_`), 1);
      equal(await cbd.Open4QemuAsync(path), -2);
      equal(await cbd.Open4QemuAsync(`${path}_u1`), -2);
      equal(await cbd.Open4QemuAsync(`${path}_u1_x`), 2, 'what follows the last underscore is ignored');
    },
  },
];
