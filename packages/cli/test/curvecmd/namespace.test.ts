import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type CurveBed, MiB, startCurveBed, VOLUME_SIZE } from '../support/curve-bed.js';

const SIZE = String(VOLUME_SIZE);
const done = (stdout = '', stderr: unknown = '') => ({ exitCode: 0, stdout, stderr });
const failed = (message: unknown, exitCode = 1) => ({ exitCode, stdout: '', stderr: message });

/** What `--json` printed, line by line. */
const values = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));

describe('create', () => {
  test('makes a volume, and shows it', async () => {
    const bed = await startCurveBed();
    const { exitCode, stdout, stderr } = await bed.curvecmd(['create', '/v', '--size', '16M']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^path: \/v\nkind: volume\nid: 3\nowner: alice\nlength: 16777216 \(16.0 MiB\)\n/);
    expect(await (await bed.client()).stat('/v')).toMatchObject({ length: VOLUME_SIZE, owner: 'alice' });
  });

  test('with stripes and poolset, as JSON', async () => {
    const bed = await startCurveBed({ poolsets: [{ name: 'default' }, { name: 'ssd' }] });
    const options = ['--stripe-unit', '64K', '--stripe-count', '4', '--poolset', 'ssd', '--json'];
    const { stdout } = await bed.curvecmd(['create', '/v', '--size', SIZE, ...options]);
    expect(values(stdout)).toMatchObject([
      {
        path: '/v',
        id: '3',
        length: VOLUME_SIZE,
        stripe: { unit: 65_536, count: 4 },
        poolset: 'ssd',
        epoch: '0',
      },
    ]);
  });

  test.each<[string, string[], RegExp, number]>([
    ['no size', ['create', '/v'], /^curvecmd: a new volume needs a size: --size SIZE\n$/, 2],
    [
      'a size that is none',
      ['create', '/v', '--size', '10GB'],
      /--size must be a number of bytes.*"10GB"/,
      2,
    ],
    ['half of the stripes', ['create', '/v', '--size', SIZE, '--stripe-unit', '4K'], /go together/, 2],
    [
      'a relative path',
      ['create', 'v', '--size', SIZE],
      /^curvecmd: path must be absolute: beginning with \/; got "v"\n$/,
      2,
    ],
    [
      'a size the cluster refuses',
      ['create', '/v', '--size', '1M'],
      /^curvecmd: \/v: .*kFileLengthNotSupported.*10G to 20T/,
      1,
    ],
    ['a missing directory', ['create', '/d/v', '--size', SIZE], /kFileNotExists.*curvecmd mkdir -p/, 1],
    [
      'an unknown poolset',
      ['create', '/v', '--size', SIZE, '--poolset', 'x'],
      /kPoolsetNotExist.*curvecmd poolsets/,
      1,
    ],
  ])('%s is refused', async (_, argv, message, exitCode) => {
    const bed = await startCurveBed();
    expect(await bed.curvecmd(argv)).toEqual(failed(expect.stringMatching(message), exitCode));
  });

  test('of what exists says so', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    expect(await bed.curvecmd(['create', '/v', '--size', SIZE])).toEqual(
      failed(
        'curvecmd: /v: the MDS answered kFileExists (101): it exists already; choose another name, or leave it as it is\n',
      ),
    );
  });
});

test('a lost answer is told from a refusal', async () => {
  const bed = await startCurveBed();
  bed.cluster.faults.add({ match: { method: 'CreateFile', nth: 1 }, do: 'drop' });
  const run = await bed.curvecmd(['create', '/v', '--size', SIZE]);
  expect(run).toEqual(
    failed(expect.stringMatching(/kFileExists.*an earlier attempt may have done it, its answer being lost/)),
  );
});

describe('ls', () => {
  async function filled(): Promise<CurveBed> {
    const bed = await startCurveBed();
    const client = await bed.client();
    await client.mkdir('/d/e', { recursive: true });
    await client.createVolume('/d/a', { size: VOLUME_SIZE });
    await client.createVolume('/d/e/b', { size: 2 * VOLUME_SIZE });
    return bed;
  }

  test('prints names', async () => {
    const bed = await filled();
    expect(await bed.curvecmd(['ls', '/d'])).toEqual(done('a\ne/\n'));
    expect(await bed.curvecmd(['ls', '/d/a'])).toEqual(done('a\n'));
    expect(await bed.asRoot(['ls'])).toEqual(done('RecycleBin/\nd/\n'));
  });

  test('-lr prints paths and what they are', async () => {
    const bed = await filled();
    const { stdout } = await bed.curvecmd(['ls', '-lr', '/d']);
    const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
    expect(stdout).toMatch(
      new RegExp(
        `^volume\talice\t16777216\t${time}\tcreated\t/d/a\n` +
          `directory\talice\t0\t${time}\tcreated\t/d/e/\n` +
          `volume\talice\t33554432\t${time}\tcreated\t/d/e/b\n$`,
      ),
    );
  });

  test('aligns on a terminal, with sizes for people', async () => {
    const bed = await filled();
    const { stdout } = await bed.curvecmd(['ls', '-l', '/d'], { terminal: true, env: { NO_COLOR: '1' } });
    expect(stdout).toMatch(
      /^ +kind +owner +length +created +status +name\n +volume +alice +16\.0 MiB .* a\n/,
    );
    const exact = await bed.curvecmd(['ls', '-lb', '/d'], { terminal: true, env: { NO_COLOR: '1' } });
    expect(exact.stdout).toContain(' 16777216 ');
  });

  test('as JSON is an object a line', async () => {
    const bed = await filled();
    expect(values((await bed.curvecmd(['ls', '-r', '/d', '--json'])).stdout)).toMatchObject([
      { path: '/d/a', kind: 'volume' },
      { path: '/d/e', kind: 'directory' },
      { path: '/d/e/b', length: 2 * VOLUME_SIZE },
    ]);
  });

  test('shows names harmlessly', async () => {
    const bed = await filled();
    await (await bed.client()).createVolume('/d/\u001b[2J\n', { size: VOLUME_SIZE });
    expect((await bed.curvecmd(['ls', '/d'])).stdout).toBe('\\u001b[2J\\n\na\ne/\n');
  });

  test('of / is for root', async () => {
    const bed = await filled();
    expect(await bed.curvecmd(['ls'])).toEqual(
      failed(expect.stringMatching(/^curvecmd: \/: .*kOwnerAuthFail.*\/ and \/RecycleBin are for root/)),
    );
  });
});

describe('stat', () => {
  test('shows what a volume is and takes, and where it is open', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const volume = await (await bed.client()).open('/v');
    await volume.write(Buffer.alloc(4096, 1), { offset: 0 });
    const { stdout } = await bed.curvecmd(['stat', '/v']);
    expect(stdout).toContain('\nallocated: 4194304 (4.0 MiB)\n');
    expect(stdout).toMatch(/\nopen at: 127\.0\.0\.1/);
    const [value] = values((await bed.curvecmd(['stat', '/v', '--json'])).stdout);
    expect(value).toMatchObject({
      ...{ path: '/v', id: '3', owner: 'alice', allocated: 4 * MiB, allocatedByPool: { 1: 4 * MiB } },
      mounts: [{ ip: '127.0.0.1' }],
    });
  });

  test('sums a directory up', async () => {
    const bed = await startCurveBed();
    await (await bed.client()).mkdir('/d');
    expect((await bed.curvecmd(['stat', '/d'])).stdout).toMatch(
      /^path: \/d\nkind: directory\nid: 3\nowner: alice\ncreated: .*\nallocated: 0\n$/,
    );
  });

  test.each<[string, string, string, RegExp]>([
    [
      'what is not there',
      'alice',
      '/none',
      /^curvecmd: \/none: .*kFileNotExists \(102\): it does not exist\n$/,
    ],
    ['what is somebody else’s', 'bob', '/v', /^curvecmd: \/v: .*kOwnerAuthFail.*its owner may, and root/],
    ['root without its password', 'root', '/v', /kOwnerAuthFail.*wrong password/],
  ])('%s', async (_, user, path, message) => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const run = await bed.curvecmd(['stat', path, '--user', user]);
    expect(run).toEqual(failed(expect.stringMatching(message)));
  });
});

describe('extend', () => {
  test.each([
    ['24M', 24],
    ['+4M', 20],
  ])('%s', async (size, mebibytes) => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const bytes = mebibytes * MiB;
    expect(await bed.curvecmd(['extend', '/v', size])).toEqual(
      done('', `curvecmd: /v has ${bytes} (${mebibytes}.0 MiB)\n`),
    );
    expect((await (await bed.client()).stat('/v')).length).toBe(bytes);
  });

  test.each<[string, RegExp, number]>([
    ['lots', /^curvecmd: "lots" is no size; a size is a number of bytes/, 2],
    ['+', /^curvecmd: "\+" is no size/, 2],
    ['4M', /kShrinkBiggerFile/, 1],
    ['17M', /kExtentUnitError.*whole segments/, 1],
  ])('%s is refused', async (size, message, exitCode) => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    expect(await bed.curvecmd(['extend', '/v', size])).toEqual(
      failed(expect.stringMatching(message), exitCode),
    );
  });
});

describe('mv', () => {
  test('renames', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    expect(await bed.curvecmd(['mv', '/v', '/w'])).toEqual(done('', 'curvecmd: /v is /w now\n'));
    expect(await (await bed.client()).exists('/w')).toBe(true);
  });

  test('an open volume stays where it is', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    await (await bed.client()).open('/v');
    expect(await bed.curvecmd(['mv', '/v', '/w'])).toEqual(
      failed(expect.stringMatching(/kFileOccupied.*curvecmd stat shows where it is open/)),
    );
  });
});

describe('directories', () => {
  test('are made and removed', async () => {
    const bed = await startCurveBed();
    expect(await bed.curvecmd(['mkdir', '/a', '/b'])).toEqual(
      done('', 'curvecmd: /a is made\ncurvecmd: /b is made\n'),
    );
    expect(await bed.curvecmd(['mkdir', '-p', '/a/b/c', '--quiet'])).toEqual(done());
    expect(await bed.curvecmd(['rmdir', '/b', '--json'])).toEqual(done('{"path":"/b","removed":true}\n'));
    expect(await bed.curvecmd(['mkdir', '/x/y'])).toEqual(
      failed(expect.stringMatching(/kFileNotExists.*mkdir -p/)),
    );
    expect(await bed.curvecmd(['rmdir', '/a'])).toEqual(failed(expect.stringMatching(/kDirNotEmpty.*rm -r/)));
    await bed.volume('/v');
    expect(await bed.curvecmd(['rmdir', '/v'])).toEqual(
      failed(expect.stringMatching(/a directory, not a volume/), 2),
    );
  });
});

test('chown is for root', async () => {
  const bed = await startCurveBed();
  await bed.volume('/v');
  await bed.volume('/w');
  expect(await bed.curvecmd(['chown', 'bob', '/v'])).toEqual(
    failed(expect.stringMatching(/kOwnerAuthFail.*only root may: --user root --password-file FILE/)),
  );
  expect(await bed.asRoot(['chown', 'bob', '/v', '/w'])).toEqual(
    done('', 'curvecmd: /v belongs to bob\ncurvecmd: /w belongs to bob\n'),
  );
  expect((await (await bed.client('bob')).stat('/w')).owner).toBe('bob');
});

test('cluster-id and poolsets', async () => {
  const bed = await startCurveBed({ poolsets: [{ name: 'default' }, { name: 'ssd', type: 'fast' }] });
  const id = await (await bed.client()).clusterId();
  expect(await bed.curvecmd(['cluster-id'])).toEqual(done(`${id}\n`));
  expect(await bed.curvecmd(['cluster-id', '--json'])).toEqual(done(`{"clusterId":"${id}"}\n`));
  expect(await bed.curvecmd(['poolsets'])).toEqual(done('1\tdefault\tdefault\tdefault\n2\tfast\tssd\tssd\n'));
  expect(values((await bed.curvecmd(['poolsets', '--json'])).stdout)).toMatchObject([
    { id: 1 },
    { name: 'ssd' },
  ]);
});

describe('rm', () => {
  test('moves into the trash, and recover brings back', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    expect(await bed.curvecmd(['rm', '/v'])).toEqual(
      done('', 'curvecmd: /v is in the trash; curvecmd recover /v brings it back\n'),
    );
    expect(await (await bed.client()).exists('/v')).toBe(false);
    expect(await bed.curvecmd(['recover', '/v'])).toEqual(done('', 'curvecmd: /v is back\n'));
    expect(await bed.curvecmd(['recover', '/v'])).toEqual(
      failed(expect.stringMatching(/nothing of that path and id is in the trash/)),
    );
    expect((await (await bed.client()).stat('/v')).id).toBe(3n);
  });

  test('of several of one path, that of --id comes back, and elsewhere with --to', async () => {
    const bed = await startCurveBed();
    for (let i = 0; i < 2; i++) {
      await bed.volume('/v');
      await bed.curvecmd(['rm', '/v']);
    }
    expect(await bed.curvecmd(['recover', '/v', '--id', '3', '--to', '/first', '--json'])).toEqual(
      done('{"path":"/first","restored":true}\n'),
    );
    expect((await (await bed.client()).stat('/first')).id).toBe(3n);
    expect(await bed.curvecmd(['trash', 'restore', '/v'])).toEqual(done('', 'curvecmd: /v is back\n'));
    expect(await bed.curvecmd(['recover', '/v', '--id', 'three'])).toMatchObject({ exitCode: 2 });
  });

  test('an open volume stays, and so does one of somebody else', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    await (await bed.client()).open('/v');
    expect(await bed.curvecmd(['rm', '/v'])).toEqual(
      failed(
        expect.stringMatching(/^curvecmd: \/v: .*kFileOccupied.*curvecmd stat shows where it is open\n$/),
      ),
    );
    expect(await bed.curvecmd(['rm', '/v', '--user', 'bob'])).toEqual(
      failed(expect.stringMatching(/kOwnerAuthFail.*its owner may, and root/)),
    );
  });

  test('a directory takes -r', async () => {
    const bed = await startCurveBed();
    const client = await bed.client();
    await client.mkdir('/d/e', { recursive: true });
    await client.createVolume('/d/e/v', { size: VOLUME_SIZE });
    expect(await bed.curvecmd(['rm', '/d'])).toEqual(
      failed('curvecmd: /d is a directory; rm -r removes it with all below it, rmdir an empty one\n'),
    );
    expect(await bed.curvecmd(['rm', '-r', '/d'])).toEqual(
      done('', 'curvecmd: /d is removed, its volumes are in the trash\n'),
    );
    expect(await client.exists('/d')).toBe(false);
    expect((await bed.asRoot(['trash', 'ls'])).stdout).toContain('\t/d/e/v\t');
  });

  test('--force deletes for good, volumes and whole directories', async () => {
    const bed = await startCurveBed();
    const client = await bed.client();
    await bed.volume('/kept');
    await bed.curvecmd(['rm', '/kept']);
    await bed.volume('/v');
    await client.mkdir('/d');
    await client.createVolume('/d/a', { size: VOLUME_SIZE });
    await client.createVolume('/d/b', { size: VOLUME_SIZE });
    expect(await bed.asRoot(['rm', '--force', '-r', '/v', '/d'])).toEqual(
      done('', 'curvecmd: /v is deleted\ncurvecmd: /d is deleted\n'),
    );
    const left = async () => (await bed.asRoot(['trash', 'ls', '--json'])).stdout;
    await expect
      .poll(async () => values(await left()).map(({ originalPath }) => originalPath))
      .toEqual(['/kept']);
  });

  test('--force without the right to it does nothing', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    expect(await bed.curvecmd(['rm', '--force', '/v'])).toEqual(
      failed(expect.stringMatching(/the trash is for root.*without --force volumes go into the trash\n$/)),
    );
    expect(await (await bed.client()).exists('/v')).toBe(true);
  });

  test.each([
    ['n\n', 1, true],
    ['\n', 1, true],
    ['y\n', 0, false],
    ['yes\n', 0, false],
  ])('--force asks on a terminal: %j', async (answer, exitCode, stays) => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const run = await bed.asRoot(['rm', '--force', '/v'], { terminal: true, stdin: answer });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('delete /v (16.0 MiB) for good? [y/N] ');
    expect(await (await bed.client()).exists('/v')).toBe(stays);
  });

  test('Ctrl-C at the question leaves everything as it was', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const abort = new AbortController();
    const stdin = new PassThrough();
    const running = bed.asRoot(['rm', '-f', '/v'], { terminal: true, stdin, signal: abort.signal });
    await expect.poll(() => bed.cluster.requests.some(({ method }) => method === 'ListDir')).toBe(true);
    abort.abort();
    expect(await running).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('interrupted') });
    expect(await (await bed.client()).exists('/v')).toBe(true);
  });

  test('what is in the trash takes --force', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    await bed.curvecmd(['rm', '/v']);
    const [{ path }] = values((await bed.asRoot(['trash', 'ls', '--json'])).stdout);
    expect(await bed.asRoot(['rm', path])).toEqual(
      failed(`curvecmd: ${path} is in the trash already; --force deletes it for good\n`),
    );
    expect(await bed.asRoot(['rm', '-f', path])).toEqual(done('', `curvecmd: ${path} is deleted\n`));
  });
});

describe('trash', () => {
  async function withTwo(): Promise<CurveBed> {
    const bed = await startCurveBed({ deleteDelay: 0 });
    for (const path of ['/v', '/v', '/w']) {
      await bed.volume(path);
      await bed.curvecmd(['rm', path]);
    }
    return bed;
  }
  const ids = async (bed: CurveBed) => {
    const { stdout } = await bed.asRoot(['trash', 'ls']);
    return stdout === ''
      ? []
      : stdout
          .trimEnd()
          .split('\n')
          .map(line => line.split('\t')[0]);
  };

  test('ls shows what was where', async () => {
    const bed = await withTwo();
    const { stdout } = await bed.asRoot(['trash', 'ls']);
    expect(stdout).toMatch(
      /^3\t\d{4}-\S+Z\talice\t16777216\t\/v\t\/RecycleBin\/v-3-\d+\n4\t.*\n5\t.*\t\/w\t\/RecycleBin\/w-5-\d+\n$/,
    );
    expect(await bed.curvecmd(['trash', 'ls'])).toEqual(
      failed(expect.stringMatching(/the trash is for root: --user root --password-file FILE/)),
    );
  });

  test('purge deletes one, by its path or id', async () => {
    const bed = await withTwo();
    expect(await bed.asRoot(['trash', 'purge', '/v'])).toEqual(
      failed('curvecmd: the trash has 2 volumes that were /v; choose one with --id: 3, 4\n'),
    );
    expect(await bed.asRoot(['trash', 'purge', '/v', '--id', '4'])).toEqual(
      done('', 'curvecmd: /v (id 4) is deleted\n'),
    );
    expect(await bed.asRoot(['trash', 'purge', '/none', '--id', '9'])).toEqual(
      failed('curvecmd: /none with the id 9 is not in the trash; curvecmd trash ls shows what is\n'),
    );
    await expect.poll(() => ids(bed)).toEqual(['3', '5']);
    expect(await bed.asRoot(['trash', 'purge', '/v', '/w', '--json'])).toEqual(
      done('{"path":"/v","id":"3","deleted":true}\n{"path":"/w","id":"5","deleted":true}\n'),
    );
  });

  test('purge --all deletes everything, and asks on a terminal', async () => {
    const bed = await withTwo();
    const asked = await bed.asRoot(['trash', 'purge', '--all'], { terminal: true, stdin: 'n\n' });
    expect(asked).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('delete 3 volumes for good?'),
    });
    const all = await bed.asRoot(['trash', 'purge', '--all', '--yes'], { terminal: true });
    expect(all.exitCode).toBe(0);
    await expect.poll(() => ids(bed)).toEqual([]);
    expect(await bed.asRoot(['trash', 'purge', '--all'])).toEqual(done('', 'curvecmd: the trash is empty\n'));
  });

  test.each([
    [['trash', 'frobnicate']],
    [['trash', 'ls', '/v']],
    [['trash', 'restore']],
    [['trash', 'purge']],
    [['trash', 'purge', '/v', '--all']],
  ])('%j makes no sense', async argv => {
    const bed = await startCurveBed();
    expect(await bed.curvecmd(argv)).toEqual(
      failed(
        'curvecmd: trash takes ls, restore PATH, purge PATH... or purge --all; see curvecmd trash --help\n',
        2,
      ),
    );
  });
});
