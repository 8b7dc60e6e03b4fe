import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { type CurveBed, failAfter, MiB, startCurveBed, VOLUME_SIZE } from '../support/curve-bed.js';
import { readPipe } from '../support/read-pipe.js';
import { Collector } from '../support/test-io.js';

/** An image with a stretch of zeros in its middle, which does not end with a block. */
function image(size: number): Buffer {
  return lcg(size).fill(0, Math.floor(size / 4), Math.floor(size / 2));
}

const records = (bed: CurveBed) => {
  const folder = join(bed.folder, '.local/state/curve-wcs/transfers');
  return readdirSync(folder).map(name => join(folder, name));
};
const recordOf = (bed: CurveBed) => JSON.parse(readFileSync(records(bed)[0] ?? '', 'utf8'));

async function bedWithVolume(): Promise<CurveBed> {
  const bed = await startCurveBed();
  await bed.volume('/v');
  return bed;
}

describe('import', () => {
  test('copies an image, without the zeros of new space', async () => {
    const bed = await bedWithVolume();
    const data = image(12 * MiB + 1000);
    bed.write('disk.img', data);
    const { exitCode, stdout, stderr } = await bed.curvecmd(['import', 'disk.img', '/v']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^volume: \/v\nlength: 12583912 \(12\.0 MiB\)\nwritten: 9\d+ \(\S+ MiB\)\nzeros skipped: 3\d+ .*\nrate: \S+ [KM]?i?B\/s\n$/,
    );
    const content = await bed.content('/v');
    expect(content.subarray(0, data.length).equals(data)).toBe(true);
    expect(content.subarray(data.length).every(byte => byte === 0)).toBe(true);
    expect(records(bed)).toEqual([]);
  });

  test('writes zeros over what was there', async () => {
    const bed = await bedWithVolume();
    await bed.curvecmd(['write', '/v'], { stdin: Buffer.alloc(VOLUME_SIZE, 'x') });
    bed.write('disk.img', image(8 * MiB));
    const { stdout } = await bed.curvecmd(['import', 'disk.img', '/v', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ volume: '/v', length: 8 * MiB, written: 8 * MiB, skipped: 0 });
    expect((await bed.content('/v')).subarray(0, 8 * MiB).equals(image(8 * MiB))).toBe(true);
  });

  test('takes stdin', async () => {
    const bed = await bedWithVolume();
    const data = image(5 * MiB + 3);
    const run = await bed.curvecmd(['import', '-', '/v', '--quiet'], { stdin: data });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await bed.content('/v')).subarray(0, data.length).equals(data)).toBe(true);
  });

  test('creates the volume', async () => {
    const bed = await startCurveBed();
    bed.write('disk.img', image(6 * MiB));
    const create = ['--create', '--size', '8M', '--stripe-unit', '64K', '--stripe-count', '2'];
    const run = await bed.curvecmd(['import', 'disk.img', '/v', ...create]);
    expect(run).toMatchObject({ exitCode: 0, stderr: 'curvecmd: /v is created, with 8388608 (8.0 MiB)\n' });
    expect(await (await bed.client()).stat('/v')).toMatchObject({
      length: 8 * MiB,
      stripe: { unit: 65_536, count: 2 },
    });
    expect((await bed.content('/v')).subarray(0, 6 * MiB).equals(image(6 * MiB))).toBe(true);
    expect(await bed.curvecmd(['import', 'disk.img', '/v', ...create])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('kFileExists'),
    });
  });

  test('creates one of 10G by default, as clusters as shipped want it', async () => {
    const bed = await startCurveBed();
    bed.write('disk.img', 'x');
    expect(await bed.curvecmd(['import', 'disk.img', '/v', '--create'])).toMatchObject({
      exitCode: 0,
      stderr: 'curvecmd: /v is created, with 10737418240 (10.0 GiB)\n',
    });
  });

  test.each<[string, string[], RegExp, number]>([
    ['a file that is not there', ['none', '/v'], /^curvecmd: cannot read none: ENOENT/, 1],
    ['a folder', ['.', '/v'], /^curvecmd: \. is a folder, not an image\n$/, 1],
    [
      'too large an image',
      ['large', '/v'],
      /^curvecmd: large has 16777217 \(16\.0 MiB\), \/v only 16777216 .*; curvecmd extend makes it larger\n$/,
      1,
    ],
    [
      'a size without --create',
      ['large', '/v', '--size', '1G'],
      /^curvecmd: --size goes with --create\n$/,
      2,
    ],
    ['resuming a new volume', ['large', '/w', '--create', '--resume'], /nothing to resume/, 2],
    ['resuming stdin', ['-', '/v', '--resume'], /stdin cannot be resumed/, 2],
    ['a new volume for stdin', ['-', '/w', '--create'], /needs a size/, 2],
    ['a new volume for a device', ['/dev/null', '/w', '--create'], /does not say how large it is/, 2],
    ['a volume that is not there', ['large', '/none'], /kFileNotExists/, 1],
  ])('%s is refused', async (_, argv, message, exitCode) => {
    const bed = await bedWithVolume();
    bed.write('large', Buffer.alloc(VOLUME_SIZE + 1));
    expect(await bed.curvecmd(['import', ...argv])).toEqual({
      exitCode,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  test('of too long a stream fails, and says how far it got', async () => {
    const bed = await bedWithVolume();
    const run = await bed.curvecmd(['import', '-', '/v'], { stdin: Buffer.alloc(VOLUME_SIZE + 1, 1) });
    expect(run.stderr).toMatch(
      /does not fit into 16777216 bytes; \d+\.\d MiB are in \/v; it cannot be resumed\n$/,
    );
    expect(run.exitCode).not.toBe(0);
  });
});

describe('an import that is broken off', () => {
  async function brokenOff(): Promise<CurveBed> {
    const bed = await bedWithVolume();
    bed.write('disk.img', image(16 * MiB));
    const abort = new AbortController();
    using _fault = failAfter(bed, 'WriteChunk', 140);
    const running = bed.curvecmd(['import', 'disk.img', '/v'], { signal: abort.signal });
    await expect.poll(() => records(bed).length > 0 && recordOf(bed).position).toBeGreaterThan(0);
    abort.abort();
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toMatch(
      /^curvecmd: interrupted; \d+\.\d MiB of 16\.0 MiB are in \/v; go on with: curvecmd import --resume disk\.img \/v\n$/,
    );
    return bed;
  }

  test('is gone on with where it was', async () => {
    const bed = await brokenOff();
    const { position } = recordOf(bed);
    expect(statSync(records(bed)[0] ?? '').mode & 0o777).toBe(0o600);
    const before = bed.cluster.requests.length;
    const run = await bed.curvecmd(['import', '--resume', 'disk.img', '/v', '--json']);
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^curvecmd: goes on at \d+\.\d MiB of 16\.0 MiB\n$/),
    });
    const result = JSON.parse(run.stdout);
    expect(result.length).toBe(16 * MiB);
    expect(result.written + result.skipped).toBe(16 * MiB - position);
    const writes = bed.cluster.requests.slice(before).filter(({ method }) => method === 'WriteChunk');
    expect(writes.reduce((sum, { attachmentIn }) => sum + attachmentIn, 0)).toBe(result.written);
    expect((await bed.content('/v')).equals(image(16 * MiB))).toBe(true);
    expect(records(bed)).toEqual([]);
  });

  test('is not gone on with when the image has changed', async () => {
    const bed = await brokenOff();
    utimesSync(join(bed.folder, 'disk.img'), 1, 1);
    expect(await bed.curvecmd(['import', '--resume', 'disk.img', '/v'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'curvecmd: cannot resume: disk.img has changed since; begin anew without --resume\n',
    });
  });

  test('is not gone on with from another image', async () => {
    const bed = await brokenOff();
    bed.write('other.img', image(16 * MiB));
    expect(await bed.curvecmd(['import', '--resume', 'other.img', '/v'])).toMatchObject({
      exitCode: 1,
      stderr: `curvecmd: cannot resume: the unfinished import is of ${join(bed.folder, 'disk.img')}; begin anew without --resume\n`,
    });
  });

  test('is not gone on with when another image was imported meanwhile', async () => {
    const bed = await brokenOff();
    bed.write('other.img', lcg(MiB));
    expect(await bed.curvecmd(['import', 'other.img', '/v'])).toMatchObject({ exitCode: 0 });
    expect(await bed.curvecmd(['import', '--resume', 'disk.img', '/v'])).toMatchObject({
      exitCode: 0,
      stderr: 'curvecmd: no unfinished import into /v is known: it starts from the beginning\n',
    });
    expect((await bed.content('/v')).equals(image(16 * MiB))).toBe(true);
  });

  test('is not gone on with when something else came from stdin meanwhile', async () => {
    const bed = await brokenOff();
    await bed.curvecmd(['import', '-', '/v'], { stdin: lcg(MiB) });
    expect(await bed.curvecmd(['import', '--resume', 'disk.img', '/v'])).toMatchObject({
      exitCode: 0,
      stderr: 'curvecmd: no unfinished import into /v is known: it starts from the beginning\n',
    });
  });

  test('is not gone on with in a new volume of that name', async () => {
    const bed = await brokenOff();
    await bed.curvecmd(['rm', '/v']);
    await bed.volume('/v');
    expect(await bed.curvecmd(['import', '--resume', 'disk.img', '/v'])).toMatchObject({
      exitCode: 1,
      stderr: 'curvecmd: cannot resume: /v is another volume now; begin anew without --resume\n',
    });
  });

  test.each([['not JSON'], ['{"version":1}'], ['{"version":9,"position":4096}']])(
    'is not gone on with when the record says %j',
    async content => {
      const bed = await brokenOff();
      const [record = ''] = records(bed);
      writeFileSync(record, content);
      expect(await bed.curvecmd(['import', '--resume', 'disk.img', '/v'])).toMatchObject({
        exitCode: 1,
        stderr: `curvecmd: the record ${record} cannot be read; begin anew without --resume\n`,
      });
    },
  );

  test('by a failure says so, too', async () => {
    const bed = await bedWithVolume();
    bed.write("it's a disk.img", image(16 * MiB));
    using _fault = failAfter(bed, 'WriteChunk', 140, 'invalid request');
    const run = await bed.curvecmd(['import', "it's a disk.img", '/v', '--user', 'alice']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(
      /^curvecmd: \/v: a chunkserver answered CHUNK_OP_STATUS_INVALID_REQUEST .*; \d+\.\d MiB of 16\.0 MiB are in \/v; go on with: curvecmd import --resume --user alice 'it'\\''s a disk\.img' \/v\n$/,
    );
  });

  test('cannot be gone on with where nothing can be written down', async () => {
    const bed = await bedWithVolume();
    bed.write('disk.img', image(16 * MiB));
    bed.write('file', '');
    const abort = new AbortController();
    using _fault = failAfter(bed, 'WriteChunk', 140);
    const running = bed.curvecmd(['import', 'disk.img', '/v'], {
      env: { XDG_STATE_HOME: join(bed.folder, 'file') },
      signal: abort.signal,
    });
    const hanging = () => bed.cluster.faults.list().some(({ fired }) => fired > 0);
    await expect.poll(hanging).toBe(true);
    abort.abort();
    const { stderr } = await running;
    expect(stderr).toMatch(/^curvecmd: warning: cannot write down how far this is: .*ENOTDIR/);
    expect(stderr).toMatch(
      /curvecmd: interrupted(; \d+\.\d MiB of 16\.0 MiB are in \/v; it cannot be resumed)?\n$/,
    );
  });
});

describe('progress', () => {
  test('lines where there is no terminal, if they are wanted', async () => {
    const bed = await bedWithVolume();
    bed.write('disk.img', image(16 * MiB));
    const { stderr } = await bed.curvecmd(['import', 'disk.img', '/v', '--progress']);
    expect(stderr).toMatch(/^curvecmd: disk\.img {2}\[[= ]{24}\] {2,4}\d+% {2}\d+\.\d MiB of 16\.0 MiB /);
  });

  test.each([['--no-progress'], ['--quiet']])('no bar with %s', async option => {
    const bed = await bedWithVolume();
    bed.write('disk.img', image(4 * MiB));
    const { stderr } = await bed.curvecmd(['import', 'disk.img', '/v', option], { terminal: true });
    expect(stderr).toBe('');
  });
});

describe('export', () => {
  async function filled(size = VOLUME_SIZE): Promise<CurveBed> {
    const bed = await bedWithVolume();
    await bed.curvecmd(['import', '-', '/v'], { stdin: image(size) });
    return bed;
  }

  test('copies a volume, with holes for zeros', async () => {
    const bed = await filled(4 * MiB);
    const { exitCode, stdout, stderr } = await bed.curvecmd(['export', '/v', 'disk.img']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^file: disk\.img\nlength: 16777216 \(16\.0 MiB\)\nwritten: 3\d+ .*\nzeros skipped: 1\d+ /,
    );
    expect(bed.read('disk.img').equals(await bed.content('/v'))).toBe(true);
    const { blocks, size } = statSync(join(bed.folder, 'disk.img'));
    expect(size).toBe(VOLUME_SIZE);
    expect(blocks * 512).toBeLessThan(5 * MiB);
    expect(records(bed)).toEqual([]);
  });

  test('to stdout, in order', async () => {
    const bed = await filled();
    const stdout = new Collector();
    const run = await bed.curvecmd(['export', '/v', '-'], { stdout });
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^curvecmd: 16777216 \(16\.0 MiB\), /),
    });
    expect(Buffer.concat(stdout.chunks).equals(await bed.content('/v'))).toBe(true);
  });

  test('replaces what a link points to', async () => {
    const bed = await filled(MiB);
    bed.write('there', 'old');
    symlinkSync('there', join(bed.folder, 'link'));
    await bed.curvecmd(['export', '/v', 'link']);
    expect(bed.read('there').length).toBe(VOLUME_SIZE);
    expect(
      readdirSync(bed.folder)
        .filter(name => !name.startsWith('.local'))
        .sort(),
    ).toEqual(['link', 'there']);
  });

  test('to a device', async () => {
    const bed = await filled(MiB);
    expect(await bed.curvecmd(['export', '/v', '/dev/null'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('to a pipe, whose reader may come later', async () => {
    const bed = await filled(MiB);
    const pipe = join(bed.folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const read = bed.curvecmd(['read', '/v', '--length', '4K', '-o', 'pipe']);
    await Promise.race([read, setTimeout(300)]);
    expect(await readPipe(pipe)).toEqual((await bed.content('/v')).subarray(0, 4096));
    expect(await read).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each<[string, string[], RegExp, number]>([
    ['a folder', ['/v', '.'], /^curvecmd: \. is a folder, not a file\n$/, 1],
    ['a folder that is not there', ['/v', 'none/x'], /cannot write .*ENOENT/, 1],
    ['resuming stdout', ['/v', '-', '--resume'], /stdout cannot be resumed/, 2],
    ['JSON beside the image', ['/v', '-', '--json'], /--json cannot go there as well/, 2],
    ['a volume that is not there', ['/none', 'x'], /kFileNotExists/, 1],
  ])('%s is refused', async (_, argv, message, exitCode) => {
    const bed = await bedWithVolume();
    expect(await bed.curvecmd(['export', ...argv])).toEqual({
      exitCode,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  test('not to a terminal', async () => {
    const bed = await bedWithVolume();
    const { exitCode, stderr } = await bed.curvecmd(['export', '/v', '-'], {
      terminal: true,
      env: { NO_COLOR: '1' },
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'curvecmd: a terminal is no place for an image: send it to a file or a pipe\n',
    });
  });

  describe('that is broken off', () => {
    async function brokenOff(): Promise<CurveBed> {
      const bed = await filled();
      const abort = new AbortController();
      using _fault = failAfter(bed, 'ReadChunk', 140);
      const running = bed.curvecmd(['export', '/v', 'disk.img'], { signal: abort.signal });
      await expect.poll(() => records(bed).length > 0 && recordOf(bed).position).toBeGreaterThan(0);
      abort.abort();
      const { exitCode, stderr } = await running;
      expect(exitCode).toBe(130);
      expect(stderr).toMatch(
        /^curvecmd: interrupted; \d+\.\d MiB of 16\.0 MiB are in \S+\/\.disk\.img\.curve-part; go on with: curvecmd export --resume \/v disk\.img\n$/,
      );
      expect(bed.has('disk.img')).toBe(false);
      return bed;
    }

    test('is gone on with where it was', async () => {
      const bed = await brokenOff();
      const { position } = recordOf(bed);
      const run = await bed.curvecmd(['export', '--resume', '/v', 'disk.img', '--json']);
      expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^curvecmd: goes on at /) });
      const { length, written, skipped } = JSON.parse(run.stdout);
      expect({ length, done: written + skipped }).toEqual({
        length: VOLUME_SIZE,
        done: VOLUME_SIZE - position,
      });
      expect(bed.read('disk.img').equals(await bed.content('/v'))).toBe(true);
      expect(records(bed)).toEqual([]);
    });

    test('is not gone on with when what there was is gone, or belongs to another', async () => {
      const bed = await brokenOff();
      const part = join(bed.folder, '.disk.img.curve-part');
      await bed.volume('/w');
      expect(await bed.curvecmd(['export', '--resume', '/w', 'disk.img'])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(
          /^curvecmd: cannot resume: the unfinished export is of \/v of the cluster \S+; begin/,
        ),
      });
      writeFileSync(part, '');
      expect(await bed.curvecmd(['export', '--resume', '/v', 'disk.img'])).toMatchObject({
        exitCode: 1,
        stderr: `curvecmd: cannot resume: ${part} is gone, or too short; begin anew without --resume\n`,
      });
      expect(await bed.curvecmd(['export', '/v', 'disk.img'])).toMatchObject({ exitCode: 0, stderr: '' });
      expect(bed.read('disk.img').equals(await bed.content('/v'))).toBe(true);
    });

    test('is not gone on with when something else was read to that file meanwhile', async () => {
      const bed = await brokenOff();
      await bed.curvecmd(['read', '/v', '--length', '5M', '-o', 'disk.img']);
      expect(await bed.curvecmd(['export', '--resume', '/v', 'disk.img'])).toMatchObject({
        exitCode: 0,
        stderr: expect.stringMatching(/it starts from the beginning\n$/),
      });
      expect(bed.read('disk.img').equals(await bed.content('/v'))).toBe(true);
    });

    test('begins anew where nothing is known of it', async () => {
      const bed = await filled(MiB);
      expect(await bed.curvecmd(['export', '--resume', '/v', 'disk.img'])).toMatchObject({
        exitCode: 0,
        stderr: `curvecmd: no unfinished export to ${join(bed.folder, 'disk.img')} is known: it starts from the beginning\n`,
      });
    });
  });
});
