import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ExitCode, runWcscmd } from '../src/index.js';
import { recordFolderOf } from '../src/wcscmd/record-folder.js';
import { spawnCli } from './support/spawn-cli.js';
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
    [
      `${KEYS}mgr_url = h\nconnection_timeout = soon\n`,
      '{home}/.wcscfg: connection_timeout must be a number of seconds; got "soon"',
    ],
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
        'wcscmd: there is no configuration file {home}/other; make one with wcscmd -c {home}/other --configure\n',
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

  test('prints JSON', async () => {
    const { stdout } = await run(`${KEYS}get_url = cdn\n`, ['--dump-config', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      access_key: 'AK',
      secret_key: '********',
      get_url: 'cdn',
      limit: '1000',
    });
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

describe('profiles and the environment', () => {
  const pair = { WCS_ACCESS_KEY: 'EK', WCS_SECRET_KEY: 'env-secret' };

  /** The settings in force in a home with these files. */
  async function settings(files: Record<string, string>, env: Record<string, string>, ...argv: string[]) {
    const cwd = temporaryFolder();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const result = await runTool(runWcscmd, ['--dump-config', '--json', ...argv], { cwd, env });
    expect(result.stdout + result.stderr).not.toContain('env-secret');
    return { ...result, stderr: result.stderr.replaceAll(cwd, '{home}') };
  }

  const FILES = {
    '.wcscfg': 'access_key = default\nlimit = 1\n[work]\naccess_key = section\n',
    '.wcscfg-work': 'access_key = work\n',
    '.wcscfg-home': 'access_key = home\n',
    mine: 'access_key = mine\n',
  };

  test.each([
    [{}, [], 'section'],
    [{ WCS_PROFILE: 'work' }, [], 'work'],
    [{ WCS_PROFILE: 'work' }, ['--profile', 'home'], 'home'],
    [{ WCS_PROFILE: 'work', WCS_CONFIG: 'mine' }, [], 'mine'],
    [{ WCS_CONFIG: 'mine' }, ['-c', '.wcscfg-home'], 'home'],
    [{ WCS_CONFIG: 'mine' }, ['--profile=work'], 'work'],
    [{ WCS_PROFILE: 'work', ...pair }, [], 'EK'],
  ])('%j with %j', async (env, argv, accessKey) => {
    const { exitCode, stdout } = await settings(FILES, env, ...argv);
    expect(exitCode).toBe(ExitCode.success);
    expect(JSON.parse(stdout).access_key).toBe(accessKey);
  });

  test('options win over the environment, and that over the file', async () => {
    const file = { '.wcscfg': 'put_url = f\nmgr_url = f\nget_url = f\naccess_key = f\nlimit = 7\n' };
    const env = { ...pair, WCS_PUT_URL: 'env-put', WCS_MGR_URL: '', WCS_GET_URL: 'env-get' };
    const { stdout, stderr } = await settings(file, env, '--limit', '9', '--verbose');
    expect(JSON.parse(stdout)).toMatchObject({
      access_key: 'EK',
      secret_key: '********',
      put_url: 'env-put',
      mgr_url: 'f',
      get_url: 'env-get',
      limit: '9',
    });
    expect(stderr).toContain('wcscmd: secret_key from WCS_SECRET_KEY\n');
  });

  test('keys in the environment need no file', async () => {
    const bed = await startTestBed();
    const { accessKey, secretKey, url } = bed.emulator;
    const env = { WCS_ACCESS_KEY: accessKey, WCS_SECRET_KEY: secretKey, WCS_MGR_URL: url };
    const cwd = temporaryFolder();
    expect(await runTool(runWcscmd, ['listbucket'], { cwd, env })).toMatchObject({
      exitCode: 0,
      stdout: 'demo\n',
    });
    const put = await runTool(runWcscmd, ['put', 'wcs://demo/a', '-'], { cwd, env });
    expect(put).toMatchObject({ exitCode: ExitCode.config, stdout: '' });
    expect(put.stderr).toMatch(/^wcscmd: there is no configuration file .*wcscfg; make one/);
    const spawned = spawnCli('wcscmd', ['ls'], { cwd, env });
    expect(await spawned.ended).toMatchObject({ exitCode: 0, stdout: 'demo\n', stderr: '' });
  });

  test.each([
    [{ WCS_PROFILE: 'none' }, [], 'there is no configuration file {home}/.wcscfg-none; make one with'],
    [{ WCS_CONFIG: 'none', ...pair }, [], 'there is no configuration file {home}/none; make one with'],
    [{ WCS_ACCESS_KEY: 'EK' }, [], 'WCS_ACCESS_KEY is set without the other of'],
    [{}, ['--profile', '../x'], 'a profile\'s name is made of letters, digits, _, - and .; got "../x"'],
  ])('%j with %j is refused', async (env, argv, message) => {
    const { exitCode, stdout, stderr } = await settings(FILES, env, ...argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: ExitCode.config, stdout: '' });
    expect(stderr).toContain(`wcscmd: ${message}`);
  });

  test('a file and a profile are one too many', async () => {
    const { exitCode, stderr } = await settings(FILES, {}, '-c', 'mine', '--profile', 'work');
    expect({ exitCode, stderr }).toEqual({
      exitCode: ExitCode.usage,
      stderr: 'wcscmd: give --config or --profile, not both\n',
    });
  });

  test('what is wrong in the environment is said to be there', async () => {
    const cwd = temporaryFolder();
    const env = { ...pair, WCS_MGR_URL: 'a b' };
    expect(await runTool(runWcscmd, ['ls'], { cwd, env })).toMatchObject({
      exitCode: ExitCode.config,
      stderr: 'wcscmd: WCS_MGR_URL: mgr_url must be a host or an http:// or https:// URL; it is "a b"\n',
    });
  });

  test('--configure makes the file of a profile, without what the environment says', async () => {
    const cwd = temporaryFolder();
    const stdin = `AK\nSK\n${'\n'.repeat(17)}y\n`;
    const argv = ['--configure', '--profile', 'new'];
    expect((await runTool(runWcscmd, argv, { cwd, stdin, env: pair })).exitCode).toBe(ExitCode.success);
    expect(readFileSync(join(cwd, '.wcscfg-new'), 'utf8')).toMatch(/^access_key = AK$/m);
  });
});
