import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CurveEmulator, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { exitOf, messageOf } from '@curve-wcs/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { CBDClient, CurveClient, UserInfo_t } from '../src/index.js';
import { hammer } from './support/hammer.js';

const BLOCK = 4096;
const DEPTH = 64;
const user = new UserInfo_t('stress');

async function connected(options: { mds?: number; chunkservers?: number } = {}) {
  const cluster = await startCurveEmulator({ mds: 2, chunkservers: 3, durability: 'fast', ...options });
  const cbd = new CBDClient();
  onTestFinished(async () => {
    await cbd.UnInitAsync();
    await cluster.close();
  });
  expect(await cbd.InitAsync(cluster.clientConfPath)).toBe(0);
  expect(await cbd.CreateAsync('/volume', user, 10 * 2 ** 30)).toBe(0);
  return { cluster, cbd };
}

/** One thing after the other goes wrong and is mended, until told to stop. */
async function unrest(cluster: CurveEmulator, stopped: () => boolean): Promise<string[]> {
  const events = [
    async () => {
      for (const copysetId of [1, 2, 3]) cluster.moveLeader({ copysetId });
      return 'leaders moved';
    },
    async () => {
      await cluster.stopChunkserver(2);
      await new Promise(resolve => setTimeout(resolve, 100));
      await cluster.startChunkserver(2);
      return 'chunkserver restarted';
    },
    async () => {
      await cluster.stopMds(0);
      await new Promise(resolve => setTimeout(resolve, 100));
      await cluster.startMds(0);
      return 'MDS failed over';
    },
    async () => {
      const mend = cluster.faults.add({ match: { role: 'chunkserver', probability: 0.05 }, do: 'reset' });
      await new Promise(resolve => setTimeout(resolve, 100));
      mend();
      return 'connections reset';
    },
  ];
  const happened: string[] = [];
  for (let next = 0; !stopped(); next = (next + 1) % events.length) {
    happened.push((await events[next]?.()) ?? '');
    await new Promise(resolve => setTimeout(resolve, 30));
  }
  return happened;
}

it('every acknowledged write is there after leaders moved, servers stopped and connections broke under 64-deep I/O', async () => {
  const { cluster, cbd } = await connected();
  const fd = await cbd.OpenAsync('/volume', user);
  /** What the last acknowledged write put into each block; each worker has blocks of its own. */
  const acknowledged = new Map<number, number>();
  let over = false;
  const chaos = unrest(cluster, () => over);

  const worker = async (number: number) => {
    for (let round = 1; round <= 40; round++) {
      // Far apart, so that several segments and copysets take part.
      const offset = ((round % 8) * DEPTH + number) * 64 * BLOCK;
      const value = (number * 41 + round) & 0xff;
      const length = await cbd.WriteAsync(fd, Buffer.alloc(BLOCK, value), offset, BLOCK);
      expect(length).toBe(BLOCK);
      acknowledged.set(offset, value);
      if (round % 3 === 0) {
        expect(await cbd.ReadAsync(fd, '', offset, BLOCK)).toEqual(Buffer.alloc(BLOCK, value));
      }
    }
  };
  await Promise.all(Array.from({ length: DEPTH }, (_, number) => worker(number)));
  over = true;
  const happened = new Set(await chaos);
  expect(happened.size).toBe(4);

  for (const [offset, value] of acknowledged) {
    expect(await cbd.ReadAsync(fd, '', offset, BLOCK)).toEqual(Buffer.alloc(BLOCK, value));
  }
  expect(acknowledged.size).toBe(8 * DEPTH);
  expect(await cbd.CloseAsync(fd)).toBe(0);
}, 120_000);

it('two descriptors of one client and another process write to the same segments, and nothing acknowledged is lost', async () => {
  const { cluster } = await connected();
  const curve = await CurveClient.connect(cluster.clientConfPath, { user: 'stress' });
  onTestFinished(() => curve.close({ deadline: 10_000 }));
  const both = [await curve.open('/volume'), await curve.open('/volume')] as const;
  let over = false;
  const chaos = unrest(cluster, () => over);

  const program = fileURLToPath(new URL('./support/hammer-process.ts', import.meta.url));
  const other = fork(program, [cluster.clientConfPath], { execArgv: ['--import', 'tsx'] });
  // Either may be over before the other.
  const [theirs, [status], ours] = await Promise.all([
    messageOf<[number, number][]>(other),
    exitOf(other),
    hammer(both, 0),
  ]);
  expect(status).toBe(0);
  over = true;
  expect(new Set(await chaos).size).toBe(4);

  const acknowledged = [...ours, ...theirs];
  expect(acknowledged.length).toBeGreaterThan(100);
  for (const volume of both) {
    for (const [offset, value] of acknowledged) {
      const { data } = await volume.read({ offset, length: BLOCK });
      expect(data).toEqual(Buffer.alloc(BLOCK, value));
    }
  }
}, 120_000);

it('1,000 times open and close leave no descriptor behind', async () => {
  const { cbd } = await connected({ mds: 1, chunkservers: 1 });
  const cycle = async () => {
    const fd = await cbd.OpenAsync('/volume', user);
    expect(fd).toBeGreaterThanOrEqual(0);
    expect(await cbd.WriteAsync(fd, Buffer.alloc(BLOCK, 1), 0, BLOCK)).toBe(BLOCK);
    expect(await cbd.CloseAsync(fd)).toBe(0);
  };
  await cycle();
  const before = readdirSync('/dev/fd').length;
  for (let round = 0; round < 1000; round++) await cycle();
  expect(readdirSync('/dev/fd').length).toBeLessThanOrEqual(before + 2);
}, 120_000);
