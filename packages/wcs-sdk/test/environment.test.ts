import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { configPathOf, loadConfig, WcsClient } from '../src/index.js';

const KEYS = { WCS_ACCESS_KEY: 'env-ak', WCS_SECRET_KEY: 'env-sk' };

/** A home folder with these files. */
function home(files: Record<string, string> = {}): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('the configuration file', () => {
  it.each([
    [{}, '/home/me/.wcscfg', false],
    [{ WCS_PROFILE: 'work' }, '/home/me/.wcscfg-work', true],
    [{ WCS_PROFILE: 'work', WCS_CONFIG: '/etc/wcs' }, '/etc/wcs', true],
    [{ WCS_PROFILE: '', WCS_CONFIG: '' }, '/home/me/.wcscfg', false],
  ])('with %j is %s', (env, path, named) => {
    expect(configPathOf({ env: { HOME: '/home/me', ...env } })).toEqual({ path, named });
  });

  it('is the one that was given, whatever the environment says', () => {
    const env = { HOME: '/home/me', WCS_CONFIG: '/etc/wcs', WCS_PROFILE: 'work' };
    expect(configPathOf({ path: 'mine', env }).path).toBe('mine');
    expect(configPathOf({ profile: 'a.b-c_1', env }).path).toBe('/home/me/.wcscfg-a.b-c_1');
    expect(() => configPathOf({ profile: 'a', path: 'b' })).toThrow(/not both/);
  });

  it.each(['../evil', 'a/b', '', ' '])('has no profile %j', profile => {
    expect(() => configPathOf({ profile })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});

describe('the configuration in force', () => {
  it('has what the environment says in place of what the file says', async () => {
    const HOME = home({
      '.wcscfg': 'access_key = ak\nsecret_key = sk\nput_url = up\nmgr_url = m\nlimit = 7\n',
    });
    const { settings, extra } = await loadConfig({
      env: { HOME, ...KEYS, WCS_PUT_URL: '', WCS_MGR_URL: 'env-m', WCS_GET_URL: 'env-get' },
    });
    expect(settings).toMatchObject({
      access_key: 'env-ak',
      secret_key: 'env-sk',
      put_url: 'up',
      mgr_url: 'env-m',
      limit: '7',
    });
    expect(extra).toEqual({ get_url: 'env-get' });
  });

  it('needs no file where the keys are in the environment, unless one was asked for', async () => {
    const HOME = home();
    expect((await loadConfig({ env: { HOME, ...KEYS } })).settings.access_key).toBe('env-ak');
    for (const choice of [
      { env: { HOME } },
      { env: { HOME, WCS_PUT_URL: 'up' } },
      { env: { HOME, ...KEYS, WCS_PROFILE: 'none' } },
      { path: join(HOME, 'none'), env: { HOME, ...KEYS } },
    ]) {
      await expect(loadConfig(choice)).rejects.toMatchObject({
        code: 'CONFIG',
        message: expect.stringContaining('there is no configuration file'),
      });
    }
  });

  it.each(['WCS_ACCESS_KEY', 'WCS_SECRET_KEY'])(
    'is refused with %s alone, which it does not show',
    async name => {
      const HOME = home({ '.wcscfg': 'access_key = ak\nsecret_key = sk\n' });
      const failure = await loadConfig({ env: { HOME, [name]: 'half-of-a-pair' } }).catch(error => error);
      expect(failure).toMatchObject({
        code: 'CONFIG',
        message: expect.stringContaining(`${name} is set without`),
      });
      expect(failure.message).not.toContain('half-of-a-pair');
    },
  );
});

it('a client from the configuration goes by the environment', async () => {
  vi.stubEnv('HOME', home({ '.wcscfg-work': 'get_url = {bucket}.example.com\n' }));
  vi.stubEnv('WCS_PROFILE', 'work');
  vi.stubEnv('WCS_ACCESS_KEY', 'env-ak');
  vi.stubEnv('WCS_SECRET_KEY', 'env-sk');
  onTestFinished(() => void vi.unstubAllEnvs());
  await using wcs = await WcsClient.fromConfig();
  const photo = { bucket: 'photos', key: 'a b.jpg' };
  expect(wcs.objectUrl(photo)).toBe('http://photos.example.com/a%20b.jpg');
  expect(wcs.downloadUrl(photo)).toContain('&token=env-ak:');
  expect(() => wcs.objectUrl({ bucket: 'photos', key: '' })).toThrow(/key/);
});
