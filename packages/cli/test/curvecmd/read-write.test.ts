import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { MiB, startCurveBed, VOLUME_SIZE } from '../support/curve-bed.js';

const done = (stdout = '', stderr: unknown = '') => ({ exitCode: 0, stdout, stderr });

async function bedWithVolume() {
  const bed = await startCurveBed();
  await bed.volume('/v');
  return bed;
}

describe('write', () => {
  test('whole blocks of a file', async () => {
    const bed = await bedWithVolume();
    const data = lcg(3 * MiB);
    bed.write('piece', data);
    expect(await bed.curvecmd(['write', '/v', 'piece', '--offset', '1M'])).toEqual(
      done('', 'curvecmd: 3145728 (3.0 MiB) are written at 1048576\n'),
    );
    const content = await bed.content('/v');
    expect(content.subarray(MiB, 4 * MiB).equals(data)).toBe(true);
    expect(content.subarray(4 * MiB).equals(Buffer.alloc(VOLUME_SIZE - 4 * MiB))).toBe(true);
  });

  test('stdin, in the middle of blocks, and says what that took', async () => {
    const bed = await bedWithVolume();
    bed.write('ground', Buffer.alloc(8192, 'g'));
    await bed.curvecmd(['write', '/v', 'ground']);
    const run = await bed.curvecmd(['write', '/v', '--offset', '4000'], { stdin: 'x'.repeat(200) });
    expect(run).toEqual(
      done(
        '',
        'curvecmd: not whole blocks of 4096: those at the edges were read, changed and written back\n' +
          'curvecmd: 200 are written at 4000\n',
      ),
    );
    const expected = Buffer.alloc(8192, 'g').fill('x', 4000, 4200);
    expect((await bed.content('/v')).subarray(0, 8192).equals(expected)).toBe(true);
  });

  test('zeros over what is there', async () => {
    const bed = await bedWithVolume();
    await bed.curvecmd(['write', '/v'], { stdin: Buffer.alloc(MiB, 1) });
    const run = await bed.curvecmd(['write', '/v', '-', '--offset', '64K', '--json'], {
      stdin: Buffer.alloc(65_536),
    });
    expect(run).toEqual(done('{"volume":"/v","offset":65536,"bytes":65536,"readModifyWrite":false}\n'));
    expect(
      (await bed.content('/v')).subarray(0, MiB).equals(Buffer.alloc(MiB, 1).fill(0, 65_536, 131_072)),
    ).toBe(true);
  });

  test.each<[string, string[], RegExp, number]>([
    [
      'beyond the end',
      ['write', '/v', 'file', '--offset', String(VOLUME_SIZE)],
      /does not fit into 16777216 bytes/,
      2,
    ],
    ['a file that is not there', ['write', '/v', 'none'], /cannot read .*none: ENOENT/, 1],
    ['a folder', ['write', '/v', '.'], /a file, not a folder/, 2],
    ['a volume that is not there', ['write', '/none', 'file'], /^curvecmd: \/none: .*kFileNotExists/, 1],
    ['a directory', ['write', '/d', 'file'], /kNotSupported.*a directory has no content/, 1],
    ['somebody else’s volume', ['write', '/v', 'file', '--user', 'bob'], /kOwnerAuthFail/, 1],
  ])('%s is refused', async (_, argv, message, exitCode) => {
    const bed = await bedWithVolume();
    await (await bed.client()).mkdir('/d');
    bed.write('file', 'content');
    expect(await bed.curvecmd(argv)).toEqual({
      exitCode,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });
});

describe('read', () => {
  test('to stdout', async () => {
    const bed = await bedWithVolume();
    await bed.curvecmd(['write', '/v'], { stdin: 'Hello, Curve' });
    expect(await bed.curvecmd(['read', '/v', '--offset', '7', '--length', '5'])).toEqual(done('Curve'));
    expect(await bed.curvecmd(['read', '/v', '--length', '0'])).toEqual(done());
    expect((await bed.curvecmd(['read', '/v'])).stdout.length).toBe(VOLUME_SIZE);
  });

  test('to a file', async () => {
    const bed = await bedWithVolume();
    const data = lcg(2 * MiB);
    await bed.curvecmd(['write', '/v', '--offset', '1M'], { stdin: data });
    const argv = ['read', '/v', '--offset', '1000001', '--length', '2M', '-o', 'piece'];
    expect(await bed.curvecmd(argv)).toEqual(done('file: piece\nbytes: 2097152\n'));
    expect(bed.read('piece').equals((await bed.content('/v')).subarray(1_000_001, 1_000_001 + 2 * MiB))).toBe(
      true,
    );
  });

  test.each<[string, string[], RegExp, number]>([
    ['a terminal', ['read', '/v'], /a terminal is no place for the bytes of a volume; .* say -o -$/m, 2],
    ['JSON beside the bytes', ['read', '/v', '--json', '-o', '-'], /--json cannot go there as well/, 2],
    ['beyond the end', ['read', '/v', '--length', '17M', '-o', 'f'], /16777216/, 2],
    ['a folder that is not there', ['read', '/v', '-o', 'none/f'], /cannot write .*ENOENT/, 1],
    ['no number', ['read', '/v', '--offset', 'x'], /--offset must be a number of bytes/, 2],
  ])('%s is refused', async (_, argv, message, exitCode) => {
    const bed = await bedWithVolume();
    const { stderr, ...run } = await bed.curvecmd(argv, { terminal: true, env: { NO_COLOR: '1' } });
    expect(run).toEqual({ exitCode, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a terminal gets it when it insists', async () => {
    const bed = await bedWithVolume();
    await bed.curvecmd(['write', '/v'], { stdin: 'text' });
    const run = await bed.curvecmd(['read', '/v', '--length', '4', '-o', '-'], { terminal: true });
    expect(run).toEqual(done('text'));
  });
});
