import { deepEqual, equal, ok } from 'node:assert/strict';
import { FileInfo_t } from '../../cbd/types.js';
import { pattern } from '../../script/pattern.js';
import type { Case } from '../case.js';
import { BLOCK, type Cluster, until } from '../cluster.js';
import { withVersion } from '../tap.js';

const DATA = pattern(BLOCK, 0, 1);
/** kSegmentAllocateError */
const SEGMENT_ALLOCATE_ERROR = 108;
/** ENOMETHOD and EINTERNAL of brpc */
const RPC_ERRORS = [1002, 2001];

/** What the cluster does wrong, and the client mends or tells (curve-protocol.md §4.9). */
export const failureCases: Case[] = [
  {
    number: 36,
    title: 'redirected without a word where to: the other peers are asked for the leader, the write succeeds',
    faults: true,
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      const [writes, leaders] = [count(cluster, 'WriteChunk'), count(cluster, 'GetLeader')];
      cluster.fault('WriteChunk', 'redirect', 1);
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      equal(count(cluster, 'WriteChunk') - writes, 2);
      ok(count(cluster, 'GetLeader') > leaders);
    },
  },
  {
    number: 37,
    title: 'overloaded twice: the write is sent three times and succeeds',
    faults: true,
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      const before = count(cluster, 'WriteChunk');
      cluster.fault('WriteChunk', 'overload', 2);
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      equal(count(cluster, 'WriteChunk') - before, 3);
      deepEqual(await cbd.ReadAsync(fd, null, 0, BLOCK), DATA);
    },
  },
  {
    number: 38,
    title: 'backward: the write is sent again with the newest version that RefreshSession gave',
    faults: true,
    async run(cluster) {
      let version = 1;
      const tap = await cluster.tap(withVersion(() => version));
      const { cbd, fd } = await cluster.volume('v', { 'mds.listen.addr': tap.address });
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      const before = versionsSent(cluster).length;
      const sent = () => versionsSent(cluster).slice(before);
      const backward = cluster.fault('WriteChunk', 'backward');
      const writing = cbd.WriteAsync(fd, DATA, 0, BLOCK);
      await until(async () => sent().length >= 2);
      version = 2;
      await until(async () => sent().includes(2));
      // A chunk must not get a version that its volume does not have: the write ends without being done.
      cluster.fault('WriteChunk', 'invalid request');
      backward();
      equal(await writing, -19);
      deepEqual([...new Set(sent())], [1, 2]);
      equal(sent().at(-1), 2);
    },
  },
  {
    number: 39,
    title: 'a chunk that does not exist reads as zeros',
    faults: true,
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      cluster.fault('ReadChunk', 'chunk notexist');
      deepEqual(await cbd.ReadAsync(fd, Buffer.alloc(BLOCK, 1), 0, BLOCK), Buffer.alloc(BLOCK));
    },
  },
  {
    number: 40,
    title: 'invalid request: -19 at once',
    faults: true,
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      cluster.fault('ReadChunk', 'invalid request');
      cluster.fault('WriteChunk', 'invalid request');
      const [reads, writes] = [count(cluster, 'ReadChunk'), count(cluster, 'WriteChunk')];
      equal(await cbd.ReadAsync(fd, null, 0, BLOCK), -19);
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), -19);
      deepEqual([count(cluster, 'ReadChunk') - reads, count(cluster, 'WriteChunk') - writes], [1, 1]);
    },
  },
  {
    number: 41,
    title: 'epoch too old: -31 at once',
    faults: true,
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      cluster.fault('WriteChunk', 'epoch too old');
      cluster.fault('ReadChunk', 'epoch too old');
      const writes = count(cluster, 'WriteChunk');
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), -31);
      equal(await cbd.ReadAsync(fd, null, 0, BLOCK), -31);
      equal(count(cluster, 'WriteChunk') - writes, 1);
    },
  },
  {
    number: 42,
    title: 'no segment could be allocated, twice: the write succeeds in the end',
    faults: true,
    async run(cluster) {
      const { cbd, fd } = await cluster.volume();
      const before = count(cluster, 'GetOrAllocateSegment');
      cluster.fault('GetOrAllocateSegment', `status ${SEGMENT_ALLOCATE_ERROR}`, 2);
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      equal(count(cluster, 'GetOrAllocateSegment') - before, 3);
    },
  },
  {
    number: 43,
    title: 'no answer, three times: the write is sent again after each deadline',
    faults: true,
    async run(cluster) {
      const deadlines = { 'chunkserver.rpcTimeoutMS': 100, 'chunkserver.maxRPCTimeoutMS': 800 };
      const { cbd, fd } = await cluster.volume('v', deadlines);
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      const [writes, leaders] = [count(cluster, 'WriteChunk'), count(cluster, 'GetLeader')];
      cluster.fault('WriteChunk', 'hang', 3);
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      equal(count(cluster, 'WriteChunk') - writes, 4);
      ok(count(cluster, 'GetLeader') > leaders);
    },
  },
  {
    number: 82,
    title: 'answers to calls that nobody made are ignored',
    faults: true,
    async run(cluster) {
      const deadlines = { 'mds.rpcTimeoutMS': 200, 'chunkserver.rpcTimeoutMS': 200 };
      const { cbd, path, fd } = await cluster.volume('v', deadlines);
      equal(await cbd.WriteAsync(fd, DATA, 0, BLOCK), BLOCK);
      for (const action of ['duplicate', 'wrong-correlation-id']) {
        cluster.fault('GetFileInfo', action, 1);
        cluster.fault('ReadChunk', action, 1);
        equal((await cluster.stat(cbd, path)).owner, 'u1');
        deepEqual(await cbd.ReadAsync(fd, null, 0, BLOCK), DATA);
        equal((await cluster.stat(cbd, path)).owner, 'u1');
        deepEqual(await cbd.ReadAsync(fd, null, 0, BLOCK), DATA);
      }
    },
  },
  {
    number: 84,
    title: 'a failure of the RPC layer: -2 after the retries',
    faults: true,
    async run(cluster) {
      const { cbd, path } = await cluster.volume();
      for (const code of RPC_ERRORS) {
        const remove = cluster.fault('GetFileInfo', `error ${code}`);
        const before = count(cluster, 'GetFileInfo');
        equal(await cbd.StatFileAsync(path, cluster.u1, new FileInfo_t()), -2);
        ok(count(cluster, 'GetFileInfo') - before > 1);
        remove();
      }
    },
  },
];

function count({ driver }: Cluster, method: string): number {
  return driver.requests.filter(call => call.method === method).length;
}

/** The versions of the WriteChunk calls so far. */
function versionsSent({ driver }: Cluster): number[] {
  return driver.requests
    .filter(({ method }) => method === 'WriteChunk')
    .map(({ request }) => Number(request['sn']));
}
