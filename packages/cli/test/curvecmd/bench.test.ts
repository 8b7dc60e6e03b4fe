import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { LatencyHistogram } from '../../src/curvecmd/bench/latency-histogram.js';
import { reportBench } from '../../src/curvecmd/bench/report-bench.js';
import { runBench } from '../../src/curvecmd/bench/run-bench.js';
import { Output } from '../../src/terminal/output.js';
import { type CurveBed, MiB, startCurveBed, VOLUME_SIZE } from '../support/curve-bed.js';
import { testIo } from '../support/test-io.js';

async function bedWithVolume(): Promise<CurveBed> {
  const bed = await startCurveBed();
  await bed.volume('/v');
  await bed.curvecmd(['write', '/v'], { stdin: lcg(VOLUME_SIZE) });
  return bed;
}

describe('bench', () => {
  test('reads at random by default, and prints a row', async () => {
    const bed = await bedWithVolume();
    const { exitCode, stdout, stderr } = await bed.curvecmd([
      'bench',
      '/v',
      '--time',
      '200ms',
      '--depth',
      '4',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^read\t\d+\t\d+\t\d+\.\d(\t\d+){6}\n$/);
    const writes = bed.cluster.requests.filter(({ method }) => method === 'WriteChunk');
    expect(writes.at(-1)?.attachmentIn).toBe(65_536);
  });

  test('as JSON has all that was measured', async () => {
    const bed = await bedWithVolume();
    const argv = [
      'bench',
      '/v',
      '--rw',
      'randrw',
      '--mix',
      '30',
      '--bs',
      '8K',
      '--depth',
      '3',
      '--time',
      '300ms',
    ];
    const region = ['--offset', '1M', '--size', '2M', '--allow-write', '--json'];
    const value = JSON.parse((await bed.curvecmd([...argv, ...region])).stdout);
    expect(value).toMatchObject({
      ...{ volume: '/v', rw: 'randrw', blockSize: 8192, depth: 3, offset: MiB, size: 2 * MiB },
      read: { operations: expect.any(Number), iops: expect.any(Number), bytesPerSecond: expect.any(Number) },
    });
    for (const { operations, bytes, latencyMicroseconds, histogram } of [value.read, value.write]) {
      expect(bytes).toBe(8192 * operations);
      expect(Object.keys(latencyMicroseconds)).toEqual(['min', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max']);
      const counted = (histogram as { count: number }[]).reduce((sum, { count }) => sum + count, 0);
      expect(counted).toBe(operations);
    }
    // Nothing outside of the region has changed.
    const content = await bed.content('/v');
    const original = lcg(VOLUME_SIZE);
    expect(content.subarray(0, MiB).equals(original.subarray(0, MiB))).toBe(true);
    expect(content.subarray(3 * MiB).equals(original.subarray(3 * MiB))).toBe(true);
    expect(content.subarray(MiB, 3 * MiB).equals(original.subarray(MiB, 3 * MiB))).toBe(false);
  });

  test('on a terminal draws a histogram', async () => {
    const bed = await bedWithVolume();
    const argv = ['bench', '/v', '--rw', 'write', '--yes', '--time', '200ms'];
    const { stdout } = await bed.curvecmd(argv, { terminal: true, env: { NO_COLOR: '1' } });
    expect(stdout).toMatch(
      /^ +operations +IOPS +MB\/s +mean µs +p50 µs +p90 µs +p99 µs +p99\.9 µs +max µs\n *write /,
    );
    expect(stdout).toMatch(/\nlatency of writes\n( {2}up to +\d+ [µm]?s +\d+\.\d\d %( {2}[█▏]+)?\n)+$/);
  });

  test('tells of space that is not allocated', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const { stderr } = await bed.curvecmd(['bench', '/v', '--time', '50ms']);
    expect(stderr).toBe(
      'curvecmd: 0 B of 16.0 MiB are allocated; what is not is read without asking a chunkserver\n',
    );
  });

  test('Ctrl-C prints what was measured so far', async () => {
    const bed = await bedWithVolume();
    const abort = new AbortController();
    const running = bed.curvecmd(['bench', '/v', '--time', '10m'], { signal: abort.signal });
    const reads = () => bed.cluster.requests.filter(({ method }) => method === 'ReadChunk').length;
    await expect.poll(reads).toBeGreaterThan(10);
    abort.abort();
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: 'curvecmd: interrupted\n' });
    expect(Number(stdout.split('\t')[1])).toBeGreaterThan(9);
  });

  test('many operations at a time are nothing to warn of', async () => {
    const bed = await bedWithVolume();
    const running = bed.spawn(['bench', '/v', '--depth', '64', '--time', '200ms']);
    expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('a failure of the cluster is one of the benchmark', async () => {
    const bed = await bedWithVolume();
    using _fault = bed.cluster.faults.add({ match: { method: 'ReadChunk', nth: 20 }, do: 'invalid request' });
    const { exitCode, stdout, stderr } = await bed.curvecmd(['bench', '/v', '--depth', '4', '--time', '10m']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('CHUNK_OP_STATUS_INVALID_REQUEST');
  });

  test.each<[string, string[], RegExp]>([
    [
      'writing without leave',
      ['--rw', 'randrw'],
      /randrw overwrites what the volume holds; say --allow-write/,
    ],
    [
      'an unknown workload',
      ['--rw', 'trim'],
      /--rw must be one of read, write, randread, randwrite, randrw; it is "trim"/,
    ],
    ['a block that is no multiple', ['--bs', '1000'], /--bs must be a multiple of 4096 for this volume/],
    ['an offset that is no multiple', ['--offset', '1'], /--offset must be a multiple of 4096/],
    ['a block of nothing', ['--bs', '0'], /no room for one block/],
    [
      'a region beyond the end',
      ['--offset', '8M', '--size', '9M'],
      /ends beyond the volume, which has 16777216 bytes/,
    ],
    ['a region smaller than a block', ['--size', '4K', '--bs', '8K'], /no room for one block/],
    ['a depth of none', ['--depth', '0'], /--depth must be a whole number from 1 to 4096/],
    ['a share over all', ['--mix', '101'], /--mix must be a whole number from 0 to 100/],
    ['a time that is none', ['--time', 'soon'], /--time must be a number of seconds/],
  ])('%s is refused', async (_, argv, message) => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const { exitCode, stdout, stderr } = await bed.curvecmd(['bench', '/v', '--quiet', ...argv]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('a run', () => {
  const workload = { name: 'randrw' as const, blockSize: 512, offset: 0, size: 5120, readShare: 0.5 };

  test('keeps as many operations under way as wanted, and no more', async () => {
    let [under, most, all] = [0, 0, 0];
    const abort = new AbortController();
    const operation = async () => {
      under += 1;
      all += 1;
      most = Math.max(most, under);
      await new Promise(resolve => setImmediate(resolve));
      under -= 1;
      if (all >= 500) abort.abort();
    };
    const { read, write } = await runBench(
      { read: operation, write: operation },
      { workload, depth: 7, time: 600_000, signal: abort.signal },
    );
    expect(most).toBe(7);
    expect(under).toBe(0);
    expect(read.operations + write.operations).toBe(all);
  });
});

test('a report of nothing says so', () => {
  const io = testIo({ cwd: '/' });
  const nothing = { operations: 0, bytes: 0, latencies: new LatencyHistogram() };
  const workload = { name: 'read' as const, blockSize: 512, offset: 0, size: 5120, readShare: 1 };
  reportBench(
    new Output(io, 'x'),
    { path: '/v', depth: 1, workload },
    { seconds: 0, read: nothing, write: nothing },
  );
  expect([io.stdout.text, io.stderr.text]).toEqual(['', 'x: no operation was done in that time\n']);
});
