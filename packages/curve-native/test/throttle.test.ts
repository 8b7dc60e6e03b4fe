import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alice, count, openVolume, startCluster } from './support/cluster.js';

// The limits of volumes as libcurve applies them (curve-cluster.md §6). A tick is the fiftieth of a second, and passes
// when the driver says so.

const SECOND = 50;
const MiB = 2 ** 20;
const [IOPS, IOPS_READ, IOPS_WRITE, BPS, , BPS_WRITE] = [1, 2, 3, 4, 5, 6];

const native = fileURLToPath(new URL('../native', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'curve-throttle-'));
const driver = join(folder, 'driver');
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  const core = join(native, 'src', 'core');
  const wire = readdirSync(join(core, 'wire')).filter(name => name.endsWith('.cc'));
  const sources = [...wire.map(name => join(core, 'wire', name)), join(core, 'volume', 'throttle.cc')];
  const own = fileURLToPath(new URL('drivers/throttle.cc', import.meta.url));
  execFileSync(process.env['CXX'] ?? 'c++', ['-std=c++17', '-O1', '-I', core, own, ...sources, '-o', driver]);
}, 60_000);

/** The numbers that each command prints. */
function drive(...commands: (string | number)[][]): number[][] {
  const input = commands.map(words => `${words.join(' ')}\n`).join('');
  const output = execFileSync(driver, { input, encoding: 'utf8' });
  return output
    .trimEnd()
    .split('\n')
    .map(line => line.split(' ').map(Number));
}

/** What libcurve did against a real cluster: calls and seconds of runs. */
const recorded: { event?: string; ops_secs?: [string, string][] }[] = JSON.parse(
  readFileSync(new URL('vectors/cluster-throttle-burst.json', import.meta.url), 'utf8'),
).exchanges;

/** A run of the recording took to its last call; so many calls more or less are what a tick or two make of it. */
function expectRuns(ours: number[][], event: string, tolerance: number): void {
  const runs = recorded.find(exchange => exchange.event === event)?.ops_secs ?? [];
  expect(ours).toHaveLength(runs.length);
  for (const [index, [operations]] of runs.entries()) {
    const difference = Math.abs((ours[index]?.[0] ?? 0) - Number(operations));
    expect(difference, `run ${index}: ${ours[index]?.[0]} instead of ${operations}`).toBeLessThanOrEqual(
      tolerance,
    );
  }
}

describe('rates', () => {
  test('a burst for as long as it may, then the limit, as recorded', () => {
    const runs = Array.from({ length: 10 }, () => ['run', SECOND, 16, 'write', 4096]);
    expectRuns(drive(['limit', IOPS, 200, 600, 3], ['update'], ...runs), 'burst', 24);
  });

  test.each([0, 300, 600, 900, 1500])('what idle time of %d ms gives, as recorded', idle => {
    const ours = drive(
      ['limit', IOPS, 100],
      ['update'],
      ['run', SECOND, 1, 'write', 4096],
      ['idle', (idle / 1000) * SECOND],
      ['run', SECOND / 5, 1, 'write', 4096],
    );
    const event = `limit 100: 1 s of depth-1 writes, idle ${idle} ms, then 0.2 s: ops, secs`;
    expectRuns(ours, event, 3);
  });

  test('a call that is too large waits itself, and what follows it owes nothing', () => {
    expect(
      drive(['limit', BPS, MiB], ['update'], ['each', 'write', 4 * MiB], ['each', 'write', 4096]),
    ).toEqual([[4 * SECOND - 1], [1]]);
  });

  test('calls go on in the order in which they came', () => {
    // 2 MiB a tick.
    const [waited] = drive(
      ['limit', BPS, 100 * MiB],
      ['update'],
      ['each', 'read', 4 * MiB, 4096, 4096, 8 * MiB, 0],
    );
    expect(waited).toEqual([1, 2, 2, 6, 0]);
  });

  test('each kind of limit is waited for before the next is asked', () => {
    // The first takes a call a tick; were both asked at once, the second would have drained meanwhile.
    const limits = [['limit', IOPS_WRITE, 50], ['limit', BPS_WRITE, 100 * MiB], ['update']];
    expect(drive(...limits, ['each', 'write', 4 * MiB, 4 * MiB])).toEqual([[1, 3]]);
    expect(drive(...limits, ['each', 'read', 4 * MiB, 4 * MiB])).toEqual([[0, 0]]);
    expect(
      drive(['limit', IOPS_READ, 50], ['update'], ['each', 'read', 1, 1, 1], ['each', 'write', 1, 1]),
    ).toEqual([
      [0, 1, 2],
      [0, 0],
    ]);
  });
});

describe('limits', () => {
  test.each([
    ['a burst that is no more than the limit', [100, 100, 2]],
    ['a burst of no length', [100, 200, 0]],
    ['a length without a burst', [100, 0, 2]],
  ])('%s leaves the one in force', (_, limit) => {
    const run = ['run', SECOND, 1, 'write', 4096];
    const [once, again] = drive(
      ['limit', IOPS, 200],
      ['update'],
      run,
      ['limit', IOPS, ...limit],
      ['update'],
      run,
    );
    expect(again?.[0]).toBeCloseTo(once?.[0] ?? 0, -1);
  });

  test('the same limits again change nothing, others begin anew', () => {
    const half = ['run', SECOND / 2, 1, 'write', 4096];
    const same = [['limit', IOPS, 100], ['update']];
    const other = [['limit', IOPS, 101], ['update']];
    const idle = ['idle', SECOND / 2];
    const credit = drive(...same, half, idle, ...same, ['run', 1, 1, 'write', 4096])[1]?.[0] ?? 0;
    const anew = drive(...same, half, idle, ...other, ['run', 1, 1, 'write', 4096])[1]?.[0] ?? 0;
    expect(credit).toBeGreaterThan(40);
    expect(anew).toBeLessThan(5);
  });

  test('a limit that is gone lets go what waits for it', () => {
    const commands = [
      ['limit', IOPS, 1],
      ['update'],
      ['run', 1, 8, 'write', 1],
      ['update'],
      ['each', 'write', 1, 1, 1],
    ];
    expect(drive(...commands)[1]).toEqual([0, 0, 0]);
  });

  test('the largest number that there is limits nothing', () => {
    const most = 18446744073709551615n;
    expect(drive(['limit', BPS, String(most)], ['update'], ['each', 'write', 2 ** 40, 2 ** 40])).toEqual([
      [0, 0],
    ]);
  });
});

test('what waits for its turn has sent nothing, and takes its place with it when it is given up', async () => {
  await using cluster = await startCluster({ 'throttle.enable': true });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  const limit = (await client.stat('/v', alice)).throttle.find(({ type }) => type === BPS)?.limit;
  expect(await client.write(fd, 0, Buffer.alloc(4096))).toBe(4096);
  // Half of what may be written in a second, of which there is a tick's worth at first.
  const large = client.write(fd, 0, Buffer.alloc(Number(limit) / 2), { deadline: 30 });
  const after = client.write(fd, 0, Buffer.alloc(4096));
  await expect(large).rejects.toMatchObject({ kind: 'timeout' });
  expect(await after).toBe(4096);
  expect(count(emulator, 'WriteChunk')).toBe(2);
});
