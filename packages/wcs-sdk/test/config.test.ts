import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  clientOptionsOf,
  formatConfig,
  parseConfig,
  readConfig,
  SETTING_DEFAULTS,
  WcsClient,
  writeConfig,
} from '../src/index.js';

describe('reading a .wcscfg', () => {
  it('reads quotes, comments and spaces as the official tool does', () => {
    const { settings, extra, warnings } = parseConfig(
      [
        '# comment',
        '[default]',
        'access_key = "AK quoted"',
        "secret_key = 'single'",
        '  put_url=up.example.com   ',
        'mgr_url = mgr.example.com # not a comment',
        'ishttps = yes',
        'limit = 12',
        'unknown_key = 1',
      ].join('\n'),
    );
    expect(settings.access_key).toBe('AK quoted');
    expect(settings.secret_key).toBe("'single'");
    expect(settings.put_url).toBe('up.example.com');
    expect(settings.mgr_url).toBe('mgr.example.com # not a comment');
    expect(settings.ishttps).toBe('True');
    expect(settings.limit).toBe('12');
    expect(extra).toEqual({ unknown_key: '1' });
    expect(warnings).toEqual([]);
  });

  it('lets the last value win, whatever its section', () => {
    const text = '[other]\naccess_key = first\nsecret_key = 12\n[default]\naccess_key = second\n';
    expect(parseConfig(text).settings).toMatchObject({ access_key: 'second', secret_key: '12' });
  });

  it('warns of a line that is no setting, with its number', () => {
    expect(parseConfig('[default]\r\nthis is not a setting\r\nlimit = 5', 'my.cfg')).toMatchObject({
      warnings: ['my.cfg, line 2: not a setting, ignored'],
      settings: { limit: '5' },
    });
  });

  it('names the key and the value of a boolean that is none', () => {
    expect(() => parseConfig('ishttps = maybe')).toThrow(/ishttps must be true.*"maybe"/);
  });

  it('says that the file is missing', async () => {
    const missing = join(temporaryFolder(), 'none');
    await expect(readConfig(missing)).rejects.toMatchObject({
      name: 'WcsError',
      code: 'CONFIG',
      message: expect.stringContaining(missing),
    });
  });

  property.prop([fc.string()])('never fails with anything but a CONFIG error', text => {
    try {
      parseConfig(text);
    } catch (error) {
      expect(error).toMatchObject({ name: 'WcsError', code: 'CONFIG' });
    }
  });
});

describe('writing a .wcscfg', () => {
  it('writes what the official tool writes: sorted, and with a space after an empty value', () => {
    const text = formatConfig({ settings: { ...SETTING_DEFAULTS } });
    expect(text.startsWith('[default]\naccess_key = \nblock_size = 4194304\nbput_retries = 3\n')).toBe(true);
    expect(text.endsWith('tmp_record_folder = /tmp/multipart/\ntraffic_limit = 0\nupload_id = \n')).toBe(
      true,
    );
  });

  it('keeps unknown keys, and lets only the owner read the file', async () => {
    const path = join(temporaryFolder(), '.wcscfg');
    writeFileSync(path, '[default]\naccess_key = ak\nget_url = cdn.example.com\nmine = kept\n', {
      mode: 0o644,
    });
    const config = await readConfig(path);
    config.settings.limit = '7';
    await writeConfig(config, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await readConfig(path)).toEqual(config);
    expect(readFileSync(path, 'utf8')).toContain('mine = kept\n');
  });

  it('leaves nothing behind when it cannot write', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'target'));
    await expect(
      writeConfig({ settings: { ...SETTING_DEFAULTS } }, join(folder, 'target')),
    ).rejects.toMatchObject({ code: 'CONFIG' });
    expect(statSync(join(folder, 'target')).isDirectory()).toBe(true);
  });

  property.prop([fc.dictionary(fc.stringMatching(/^[a-z]\w{0,20}$/), fc.stringMatching(/^[!-~]{0,20}$/))])(
    'reads back what it wrote',
    values => {
      const plain = Object.fromEntries(Object.entries(values).filter(([, value]) => !/^".*"$/.test(value)));
      const { extra } = parseConfig(formatConfig({ settings: { ...SETTING_DEFAULTS }, extra: plain }));
      const known = Object.keys(SETTING_DEFAULTS);
      expect(extra).toEqual(
        Object.fromEntries(Object.entries(plain).filter(([key]) => !known.includes(key))),
      );
    },
  );
});

describe('a client from a .wcscfg', () => {
  it('takes sizes, times, addresses and retries from it', () => {
    const config = parseConfig(
      'access_key = ak\nsecret_key = sk\nput_url = up.example.com\nmgr_url = https://mgr.example.com:8443/\nget_url = {bucket}.example.com\n' +
        'block_size = 8388608\nbput_size = 1048576\nconcurrency = 0\nconnection_timeout = 5\nmkblk_retries = 7\ndeadline = 60\nisverify = no\n',
    );
    expect(clientOptionsOf(config)).toEqual({
      accessKey: 'ak',
      secretKey: 'sk',
      uploadUrl: 'up.example.com',
      managementUrl: 'https://mgr.example.com:8443/',
      downloadUrl: '{bucket}.example.com',
      https: false,
      verifyTls: false,
      retry: { limit: 7 },
      timeouts: { idle: 5000 },
      tokenLifetime: 60,
      blockSize: 8388608,
      chunkSize: 1048576,
      concurrency: 1,
      trafficLimit: 0,
      recordFolder: '/tmp/multipart/',
      defaults: { policy: {}, list: { pageSize: 1000 }, job: {} },
    });
  });

  it('is written where a link leads, and the link stays', async () => {
    const folder = temporaryFolder();
    const [link, real] = [join(folder, '.wcscfg'), join(folder, 'real')];
    for (const before of ['there', undefined]) {
      rmSync(real, { force: true });
      rmSync(link, { force: true });
      if (before !== undefined) writeFileSync(real, before, { mode: 0o644 });
      symlinkSync('real', link);
      await writeConfig({ settings: SETTING_DEFAULTS }, link);
      expect(readlinkSync(link)).toBe('real');
      expect(readFileSync(real, 'utf8')).toBe(formatConfig({ settings: SETTING_DEFAULTS }));
      expect(statSync(real).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder).sort()).toEqual(['.wcscfg', 'real']);
    }
  });

  it('names a number that is none', () => {
    expect(() => clientOptionsOf(parseConfig('block_size = big'))).toThrow(
      /block_size must be a whole number; got "big"/,
    );
  });

  it('needs keys only when a call needs them', async () => {
    const path = join(temporaryFolder(), '.wcscfg');
    writeFileSync(path, 'access_key = \nsecret_key = \n');
    await using wcs = await WcsClient.fromConfig(path, { managementUrl: '127.0.0.1:9' });
    await expect(wcs.buckets.list()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('secretKey'),
    });
  });
});
