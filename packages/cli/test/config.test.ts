import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ExitCode, runWcscmd } from '../src/index.js';
import { recordFolderOf } from '../src/wcscmd/record-folder.js';
import { startTestBed } from './support/test-bed.js';
import { runTool } from './support/test-io.js';

const KEYS = 'access_key = AK\nsecret_key = top-secret\n';

/** Runs `wcscmd` with this configuration, or with none. */
async function run(config: string | undefined, argv: string[]) {
  const folder = temporaryFolder();
  if (config !== undefined) writeFileSync(join(folder, '.wcscfg'), config);
  const result = await runTool(runWcscmd, argv, { cwd: folder });
  return { ...result, stderr: result.stderr.replaceAll(folder, '{home}') };
}

describe('a configuration that does not do', () => {
  test.each([
    [undefined, 'there is no configuration file {home}/.wcscfg; make one with wcscmd --configure'],
    ['access_key = AK\n', 'secret_key and mgr_url not set in {home}/.wcscfg; set it with wcscmd --configure'],
    [
      `${KEYS}mgr_url = a b\n`,
      '{home}/.wcscfg: mgr_url must be a host or an http:// or https:// URL; it is "a b"',
    ],
    [
      'access_key = A K\nsecret_key = x\nmgr_url = h\n',
      '{home}/.wcscfg: access_key must be printable, without colon or space; it is "A K"',
    ],
    [
      `${KEYS}block_size = 1000\n`,
      '{home}/.wcscfg: block_size must be a positive multiple of 4194304 (4 MiB); it is "1000"',
    ],
    [`${KEYS}bput_size = 3\n`, '{home}/.wcscfg: bput_size must be a positive even number; it is "3"'],
    [`${KEYS}mgr_url = h\ndeadline = soon\n`, '{home}/.wcscfg: deadline must be a whole number; got "soon"'],
    ['ishttps = maybe\n', /^wcscmd: {home}\/\.wcscfg: ishttps must be true, yes, .*; got "maybe"\n$/],
  ])('%j', async (config, message) => {
    const { exitCode, stdout, stderr } = await run(config, ['listbucket']);
    expect({ exitCode, stdout }).toEqual({ exitCode: ExitCode.config, stdout: '' });
    if (typeof message === 'string') expect(stderr).toBe(`wcscmd: ${message}\n`);
    else expect(stderr).toMatch(message);
    expect(stderr).not.toContain('top-secret');
  });

  test('is complained about only where it matters', async () => {
    const config = 'limit = 5000\noverwrite = perhaps\n';
    expect((await run(config, ['put', 'wcs://b/k', 'f'])).stderr).toContain(
      'overwrite must be 0 or 1; it is "perhaps"',
    );
    expect((await run(config, ['list', 'wcs://b'])).stderr).toContain(
      'limit must be 1 to 1000; it is "5000"',
    );
    expect((await run(config, ['listbucket'])).stderr).toContain('not set');
  });

  test('is a file that is named but not there', async () => {
    for (const argv of [['listbucket'], ['--dump-config'], ['get', 'http://127.0.0.1:1/a']]) {
      const { exitCode, stderr } = await run(KEYS, ['-c', 'other', ...argv]);
      expect(exitCode).toBe(ExitCode.config);
      expect(stderr).toBe(
        'wcscmd: there is no configuration file {home}/other; make one with wcscmd --configure\n',
      );
    }
    expect((await run(undefined, ['--dump-config'])).exitCode).toBe(ExitCode.config);
  });

  test('is a folder', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.wcscfg'));
    const { exitCode, stderr } = await runTool(runWcscmd, ['listbucket'], { cwd: folder });
    expect(exitCode).toBe(ExitCode.config);
    expect(stderr).toMatch(/^wcscmd: cannot read .*EISDIR/);
  });
});

test('lines that are no settings are warned about, and passed over', async () => {
  const { exitCode, stdout, stderr } = await run(`${KEYS}\nthis is not a setting\n`, ['--dump-config']);
  expect(exitCode).toBe(ExitCode.success);
  expect(stdout).toContain('access_key = AK\n');
  expect(stderr).toBe('wcscmd: warning: {home}/.wcscfg, line 4: not a setting, ignored\n');
});

describe('--dump-config', () => {
  test('masks the secret key', async () => {
    expect((await run(KEYS, ['--dump-config'])).stdout).toContain('\nsecret_key = ********\n');
    expect((await run('', ['--dump-config'])).stdout).toContain('\nsecret_key = \n');
    expect((await run(KEYS, ['--dump-config', '--show-secrets'])).stdout).toContain(
      '\nsecret_key = top-secret\n',
    );
  });

  test('shows options in the place of settings', async () => {
    const argv = [
      '-s',
      '--limit',
      '7',
      '--prefix',
      'p/',
      '--overwrite',
      '1',
      '--notify',
      'http://n',
      '--upload-id',
      'id',
      '--marker',
      '',
    ];
    const { stdout } = await run('marker = m\n', ['--dump-config', ...argv]);
    for (const line of [
      'ishttps = True',
      'limit = 7',
      'prefix = p/',
      'overwrite = 1',
      'notifyurl = http://n',
      'upload_id = id',
      'marker = m',
    ]) {
      expect(stdout).toContain(`\n${line}\n`);
    }
  });

  test('shows our own get_url where it is set', async () => {
    expect((await run('get_url = cdn\n', ['--dump-config'])).stdout).toContain('\nget_url = cdn\n');
    expect((await run('', ['--dump-config'])).stdout).not.toContain('get_url');
  });

  test('puts defaults in the place of empty values', async () => {
    const { stdout } = await run('limit =\nblock_size = ""\ntmp_record_folder =\n', ['--dump-config']);
    for (const line of ['limit = 1000', 'block_size = 4194304', 'tmp_record_folder = /tmp/multipart/'])
      expect(stdout).toContain(`\n${line}\n`);
  });
});

test('--config names another file, relative to the current folder', async () => {
  const bed = await startTestBed();
  bed.write('other', bed.read('.wcscfg'));
  bed.write('.wcscfg', '');
  for (const argv of [
    ['-c', 'other'],
    ['-cother'],
    ['--config=other'],
    ['--config', join(bed.folder, 'other')],
  ]) {
    expect(await bed.wcscmd(['listbucket', ...argv])).toEqual({
      exitCode: ExitCode.success,
      stdout: 'demo\n',
      stderr: '',
    });
  }
});

test('tmp_record_folder is where unfinished uploads are remembered', async () => {
  const bed = await startTestBed();
  bed.configure({ tmp_record_folder: 'my records' });
  bed.write('a', 'x');
  bed.emulator.faults.add({ match: { path: '/mkfile/' }, do: 'status 500' });
  const { stderr } = await bed.wcscmd(['multiput', 'wcs://demo', 'a']);
  const [, id] = /--upload-id (\w+)\n$/.exec(stderr) ?? [];
  expect(readdirSync(join(bed.folder, 'my records'))).toEqual([`${id}.upload`]);
});

test('a default record folder that another user has made is left to that user', async () => {
  const shared = temporaryFolder();
  expect(await recordFolderOf(shared, '/', shared)).toBe(shared);
  expect(await recordFolderOf(join(shared, 'none'), '/', join(shared, 'none'))).toBe(join(shared, 'none'));
  const getuid = vi.spyOn(process, 'getuid').mockReturnValue(4711);
  onTestFinished(() => getuid.mockRestore());
  expect(await recordFolderOf(shared, '/', shared)).toBeUndefined();
  expect(await recordFolderOf('mine', '/home', shared)).toBe('/home/mine');
});

test('unchecked certificates are warned about', async () => {
  const bed = await startTestBed();
  bed.configure({ isverify: 'no' });
  expect(await bed.wcscmd(['listbucket'])).toEqual({
    exitCode: ExitCode.success,
    stdout: 'demo\n',
    stderr: 'wcscmd: warning: TLS certificates are not checked (isverify = False)\n',
  });
});
