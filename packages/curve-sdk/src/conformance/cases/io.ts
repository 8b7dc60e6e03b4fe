import { deepEqual, equal } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { pattern } from '../../script/pattern.js';
import type { Case } from '../case.js';
import { BLOCK, CHUNK, type Cluster, G, SIZE } from '../cluster.js';
import type { ConformanceClient } from '../options.js';

const K = 1024;
const M = K * K;
const LARGEST_REQUEST = 64 * K;

/** Reads and writes, synchronous and asynchronous. */
export const ioCases: Case[] = [
  {
    number: 27,
    title: 'what was never written reads as zeros, and reading allocates nothing',
    async run(cluster) {
      const { cbd, path, fd } = await cluster.volume();
      deepEqual(await cbd.ReadAsync(fd, Buffer.alloc(M, 1), 5 * G, M), Buffer.alloc(M));
      equal((await cluster.native().allocatedSize(path)).total, 0n);
    },
  },
  {
    number: 28,
    title: 'length 0 gives 0 for every descriptor',
    async run(cluster) {
      const cbd = await cluster.client();
      deepEqual(await cbd.ReadAsync(999, null, 0, 0), Buffer.alloc(0));
      equal(await cbd.WriteAsync(999, Buffer.alloc(0), 0, 0), 0);
    },
  },
  {
    number: 29,
    title: 'offset or length that is no multiple of the block gives -22',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      for (const [offset, length] of [
        [512, BLOCK],
        [0, 513],
        [0, 1],
      ] as const) {
        equal(await cbd.ReadAsync(fd, null, offset, length), -22);
        equal(await cbd.WriteAsync(fd, Buffer.alloc(length), offset, length), -22);
      }
    },
  },
  {
    number: 30,
    title: 'an unknown descriptor gives -23',
    async run(cluster) {
      const cbd = await cluster.client();
      for (const fd of [99, -1]) {
        equal(await cbd.ReadAsync(fd, null, 0, BLOCK), -23);
        equal(await cbd.WriteAsync(fd, Buffer.alloc(BLOCK), 0, BLOCK), -23);
      }
    },
  },
  {
    number: 31,
    title: 'what one client writes another reads; one segment is allocated',
    async run(cluster) {
      const { cbd, path, fd } = await cluster.volume();
      const data = pattern(BLOCK, 0, 31);
      equal(await cbd.WriteAsync(fd, data, 0, BLOCK), BLOCK);
      const other = await cluster.client();
      const otherFd = await other.OpenAsync(path, cluster.u1);
      deepEqual(await other.ReadAsync(otherFd, null, 0, BLOCK), data);
      equal((await cluster.native().allocatedSize(path)).total, BigInt(G));
    },
  },
  {
    number: 32,
    title: 'a write over the end of a chunk lands on both, in requests of at most 64 KiB',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      const start = CHUNK - 512 * K;
      const before = writes(cluster).length;
      await writeAndRead(cbd, fd, start, M);
      if (cluster.observer === undefined) return;
      const sent = writes(cluster).slice(before);
      const byChunk = [
        ...Array.from({ length: 8 }, (_, index) => start + index * LARGEST_REQUEST),
        ...Array.from({ length: 8 }, (_, index) => index * LARGEST_REQUEST),
      ];
      deepEqual(sent.map(({ offset }) => offset).sort(ascending), byChunk.sort(ascending));
      deepEqual([...new Set(sent.map(({ size }) => size))], [LARGEST_REQUEST]);
    },
  },
  {
    number: 33,
    title: 'the last block can be written, the one after it gives -2',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.WriteAsync(fd, Buffer.alloc(BLOCK), SIZE - BLOCK, BLOCK), BLOCK);
      equal(await cbd.WriteAsync(fd, Buffer.alloc(BLOCK), SIZE, BLOCK), -2);
    },
  },
  {
    number: 34,
    title: 'a read over the end gives -2, not fewer bytes',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.ReadAsync(fd, null, SIZE - BLOCK, 2 * BLOCK), -2);
    },
  },
  {
    number: 35,
    title: 'blocks of a striped volume take turns on its chunks',
    async run(cluster) {
      const cbd = await cluster.client();
      const [name, unit] = [cluster.path('v'), 64 * K];
      const volume = { name, user: cluster.u1, length: SIZE, stripeUnit: unit, stripeCount: 2 };
      equal(await cbd.Create2Async(volume), 0);
      const fd = await cbd.OpenAsync(name, cluster.u1);
      const before = writes(cluster).length;
      for (let block = 0; block < 4; block++) await writeAndRead(cbd, fd, block * unit, unit);
      await writeAndRead(cbd, fd, 2 * CHUNK - 32 * K, 2 * unit);
      await writeAndRead(cbd, fd, G - BLOCK, 2 * BLOCK);
      if (cluster.observer === undefined) return;
      const [first, second, third, fourth] = writes(cluster).slice(before);
      deepEqual(
        [first, second, third, fourth].map(call => call?.offset),
        [0, 0, unit, unit],
      );
      deepEqual([third?.chunk, fourth?.chunk], [first?.chunk, second?.chunk]);
      equal(first?.chunk === second?.chunk, false);
    },
  },
  {
    number: 45,
    title: 'AioWrite and AioRead of length 0 give 0 and call nothing',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      let called = 0;
      const context = { offset: 0, length: 0, buf: Buffer.alloc(0), cb: () => called++ };
      equal(cbd.AioWrite(fd, context), 0);
      equal(cbd.AioRead(fd, context), 0);
      await delay(0);
      equal(await cbd.CloseAsync(fd), 0);
      equal(called, 0);
    },
  },
  {
    number: 46,
    title: 'Aio calls that are not aligned give -22 and tell the callback; bad descriptors only give -23',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      const buf = Buffer.alloc(BLOCK);
      for (const call of ['AioRead', 'AioWrite'] as const) {
        const seen = await new Promise(resolve => {
          const returned = cbd[call](fd, { offset: 512, length: BLOCK, buf, cb: ({ ret }) => resolve(ret) });
          equal(returned, -22);
        });
        equal(seen, -22);
        let called = false;
        const cb = () => {
          called = true;
        };
        equal(cbd[call](99, { offset: 0, length: BLOCK, buf, cb }), -23);
        await delay(0);
        equal(called, false);
      }
    },
  },
  {
    number: 47,
    title: 'Close waits for 64 writes and their callbacks',
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      const results: unknown[] = [];
      for (let index = 0; index < 64; index++) {
        const buf = Buffer.alloc(LARGEST_REQUEST, index);
        const context = {
          offset: index * LARGEST_REQUEST,
          length: LARGEST_REQUEST,
          buf,
          cb: ({ ret }: { ret?: number | undefined }) => results.push(ret),
        };
        equal(cbd.AioWrite(fd, context), 0);
      }
      equal(await cbd.CloseAsync(fd), 0);
      deepEqual(results, Array(64).fill(LARGEST_REQUEST));
    },
  },
];

async function writeAndRead(
  cbd: ConformanceClient,
  fd: number,
  offset: number,
  length: number,
): Promise<void> {
  const data = pattern(length, offset, 1);
  equal(await cbd.WriteAsync(fd, data, offset, length), length);
  deepEqual(await cbd.ReadAsync(fd, null, offset, length), data);
}

/** The WriteChunk calls so far; none without an observer. */
function writes({ observer }: Cluster): { chunk: string; offset: number; size: number }[] {
  return (observer?.requests ?? [])
    .filter(({ method }) => method === 'WriteChunk')
    .map(({ request, attachmentIn }) => ({
      chunk: String(request['chunkId']),
      offset: Number(request['offset'] ?? 0),
      size: attachmentIn,
    }));
}

function ascending(a: number, b: number): number {
  return a - b;
}
