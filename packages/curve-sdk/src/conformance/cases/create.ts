import { deepEqual, equal, ok } from 'node:assert/strict';
import { INODE_PAGEFILE } from '../../cbd/constants.js';
import type { Case } from '../case.js';
import { BLOCK, CHUNK, G, SIZE } from '../cluster.js';

const MAX = 20 * 2 ** 40;
const K = 1024;
/** A clock that is off by more is refused by the cluster anyway. */
const CLOCK_TOLERANCE = 15e6;

/** Create and Create2. */
export const createCases: Case[] = [
  {
    number: 8,
    title: 'Create, then StatFile',
    async run(cluster) {
      const cbd = await cluster.client();
      const path = cluster.path('v');
      equal(await cbd.CreateAsync(path, cluster.u1, SIZE), 0);
      const { length, filetype, owner, filename, parentid, fileStatus, ctime } = await cluster.stat(
        cbd,
        path,
      );
      deepEqual(
        { length, filetype, owner, filename, parentid, fileStatus },
        {
          length: SIZE,
          filetype: INODE_PAGEFILE,
          owner: 'u1',
          filename: path.slice(1),
          parentid: 0,
          fileStatus: 0,
        },
      );
      ok(
        Math.abs(ctime - Date.now() * 1000) < CLOCK_TOLERANCE,
        `ctime ${ctime} is in microseconds since 1970`,
      );
    },
  },
  {
    number: 9,
    title: 'Create again gives -1',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, SIZE), 0);
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, SIZE), -1);
    },
  },
  refusedSize(10, '9 GiB', 9 * G),
  refusedSize(11, '10 GiB and 4096', SIZE + BLOCK),
  refusedSize(12, '20 TiB and 1 GiB', MAX + G),
  {
    number: 13,
    title: 'Create of what exists with a wrong size gives -24',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, SIZE), 0);
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, 9 * G), -24);
    },
  },
  {
    number: 14,
    title: 'Create with a malformed path gives -16',
    async run(cluster) {
      const cbd = await cluster.client();
      const path = cluster.path('v');
      for (const malformed of [path.slice(1), `${path}/`, `/${path}`, ''])
        equal(await cbd.CreateAsync(malformed, cluster.u1, SIZE), -16, malformed);
    },
  },
  {
    number: 15,
    title: 'Create without an owner gives -4',
    async run(cluster) {
      const cbd = await cluster.client();
      const [name, user] = [cluster.path('v'), { owner: '' }];
      equal(await cbd.CreateAsync(name, user, SIZE), -4);
      equal(await cbd.Create2Async({ name, user, length: SIZE }), -4);
    },
  },
  {
    number: 16,
    title: 'Create in a directory that is missing gives -6',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.CreateAsync(`${cluster.path('nodir')}/v`, cluster.u1, SIZE), -6);
    },
  },
  {
    number: 17,
    title: 'Create below a volume gives -100',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, SIZE), 0);
      equal(await cbd.CreateAsync(`${cluster.path('v')}/x`, cluster.u1, SIZE), -100);
    },
  },
  {
    number: 18,
    title: "Create in somebody else's directory gives -4",
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.MkdirAsync(cluster.path('d2'), cluster.u2), 0);
      equal(await cbd.CreateAsync(`${cluster.path('d2')}/x`, cluster.u1, SIZE), -4);
    },
  },
  {
    number: 19,
    title: 'Create2 with stripes shows in StatFile',
    async run(cluster) {
      const cbd = await cluster.client();
      const valid: [number, number][] = [
        [K * K, 4],
        [64 * K, 2],
        [64 * K, 64],
        [BLOCK, 2],
        [4 * K * K, 4],
        [CHUNK, 4],
        [CHUNK, 1],
      ];
      for (const [index, [stripeUnit, stripeCount]] of valid.entries()) {
        const name = cluster.path(`v${index}`);
        equal(await cbd.Create2Async({ name, user: cluster.u1, length: SIZE, stripeUnit, stripeCount }), 0);
        const info = await cluster.stat(cbd, name);
        deepEqual([info.stripeUnit, info.stripeCount], [stripeUnit, stripeCount]);
      }
    },
  },
  {
    number: 20,
    title: 'Create2 with stripes that do not fit gives -16',
    async run(cluster) {
      const cbd = await cluster.client();
      const invalid: [number, number][] = [
        [64 * K, 0],
        [0, 4],
        [2 * CHUNK, 2],
        [CHUNK + BLOCK, 2],
        [64 * K, 65],
        [64 * K, 3],
        [64 * K, 1],
        [64 * K, 128],
        [2048, 2],
        [12288, 2],
      ];
      for (const [stripeUnit, stripeCount] of invalid) {
        const context = { name: cluster.path('v'), user: cluster.u1, length: SIZE, stripeUnit, stripeCount };
        equal(await cbd.Create2Async(context), -16, `${stripeUnit} × ${stripeCount}`);
      }
    },
  },
  {
    number: 21,
    title: 'Create2 in an unknown poolset gives -6, also with a wrong size or stripe',
    async run(cluster) {
      const cbd = await cluster.client();
      const context = { name: cluster.path('v'), user: cluster.u1, length: SIZE, poolset: 'nopool' };
      equal(await cbd.Create2Async(context), -6);
      equal(await cbd.Create2Async({ ...context, length: 9 * G }), -6);
      equal(await cbd.Create2Async({ ...context, stripeUnit: 64 * K, stripeCount: 3 }), -6);
    },
  },
];

function refusedSize(number: number, name: string, size: number): Case {
  return {
    number,
    title: `Create of ${name} gives -24`,
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, size), -24);
    },
  };
}
