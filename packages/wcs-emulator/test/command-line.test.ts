import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run, serve, stop } from './support/command.js';
import { startReceiver } from './support/receiver.js';
import { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

describe('the command', () => {
  test('prints the settings of a client as a .wcscfg and serves the buckets', async () => {
    const { server, settings } = await serve(
      '--bucket',
      'one',
      '--bucket',
      'two',
      '--access-key',
      'ak',
      '--secret-key',
      'sk',
    );
    expect(settings).toMatch(
      /^# WCS emulator at (http:\/\/127\.0\.0\.1:\d+), data in .+\n\[default\]\naccess_key = ak\nsecret_key = sk\nput_url = \1\nmgr_url = \1\nget_url = \1\/-\/\{bucket\}\n$/,
    );
    const answer = await new TestClient(server, 'one').manage('GET', '/bucket/list');
    expect(JSON.parse(answer.text).buckets).toEqual([{ name: 'one' }, { name: 'two' }]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with status 0 on %s, also while it is busy',
    async signal => {
      const { child, server } = await serve('--data-dir', temporaryFolder());
      const client = new TestClient(server, 'demo');
      await client.send('POST', '/-/control/faults', { body: '{"match":{"path":"/list"},"do":"hang"}' });
      const hanging = expect(fetch(`${server.url}/list`)).rejects.toThrow();
      await expect
        .poll(async () => JSON.parse((await client.send('GET', '/-/control/faults')).text).faults[0].fired)
        .toBe(1);
      expect(await stop(child, signal)).toEqual([0, null]);
      await hanging;
    },
  );

  test('keeps its secret key and its objects in the data folder', async () => {
    const dataDir = temporaryFolder();
    const first = await serve('--data-dir', dataDir);
    expect(first.server.secretKey).toHaveLength(32);
    expect(statSync(join(dataDir, 'secret-key')).mode & 0o777).toBe(0o600);
    await new TestClient(first.server, 'demo').upload('a', 'kept');
    await stop(first.child, 'SIGTERM');
    const second = await serve('--data-dir', dataDir);
    expect(second.server.secretKey).toBe(first.server.secretKey);
    expect(await new TestClient(second.server, 'demo').stat('a')).toMatchObject({ status: 200 });
  });

  test('makes its secret key again where the disk was full the first time', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'secret-key'), '');
    const first = await serve('--data-dir', dataDir);
    expect(first.server.secretKey).toHaveLength(32);
    await stop(first.child, 'SIGTERM');
    expect((await serve('--data-dir', dataDir)).server.secretKey).toBe(first.server.secretKey);
  });

  test('explains itself', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--data-dir FOLDER'),
      stderr: '',
    });
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/),
    });
  });

  test('takes several accounts, each with its buckets', async () => {
    const file = join(temporaryFolder(), 'accounts.json');
    writeFileSync(file, JSON.stringify([{ accessKey: 'three', secretKey: 's3' }]));
    const { server } = await serve(
      '--account',
      'one:s1:b1,both',
      '--account',
      'two:s2:both',
      '--accounts-file',
      file,
    );
    expect(server).toMatchObject({ accessKey: 'one', secretKey: 's1' });
    const bucketsOf = async (accessKey: string, secretKey: string) => {
      const client = new TestClient({ url: server.url, accessKey, secretKey });
      const { text } = await client.manage('GET', '/bucket/list');
      return JSON.parse(text).buckets.map(({ name }: { name: string }) => name);
    };
    expect(await bucketsOf('one', 's1')).toEqual(['b1', 'both']);
    expect(await bucketsOf('two', 's2')).toEqual(['both']);
    expect(await bucketsOf('three', 's3')).toEqual(['b1', 'both']);
  });

  test('is strict where that is asked for', async () => {
    const target = '/bucket/list?unknown=1';
    for (const [flag, status] of [
      ['--strict', 400],
      ['--loose', 200],
    ] as const) {
      const { server } = await serve(flag);
      expect(await new TestClient(server, 'demo').manage('GET', target)).toMatchObject({ status });
    }
  });

  test('mirrors the origins that are named, and unpacks no more than it may', async () => {
    const source = await startReceiver(() => ({ body: gzipSync('x'.repeat(101)) }));
    const mirrors = ['--mirror', `demo=${source.url}`, '--mirror', `other=${source.url}/a=b`];
    const { server } = await serve(...mirrors, '--max-unpacked-bytes', '100');
    const client = new TestClient(server, 'demo');
    const answer = await client.manage('POST', `/prefetch/${b64u(`demo:${b64u('a.gz')}`)}`);
    expect(JSON.parse(answer.text).items).toMatchObject([{ key: 'a.gz', code: 200 }]);
    const parts = [`fetchURL/${b64u(`${source.url}/a.gz`)}`, `bucket/${b64u('demo')}`, 'decompression/gzip'];
    const { items } = await client.run('fetch', `${parts.join('/')}`, '&force=1');
    expect(items).toMatchObject([{ error: 'the archive unpacks to more than 100 bytes' }]);
    for (const [option, value] of [
      ['--mirror', 'demo'],
      ['--mirror', 'demo=ftp://a'],
      ['--max-unpacked-bytes', '1k'],
    ] as const) {
      const stderr = expect.stringContaining(value.replace('demo=', ''));
      expect(await run(option, value)).toMatchObject({ code: 2, stdout: '', stderr });
    }
  });

  test('never prints a secret that it cannot use', async () => {
    const file = join(temporaryFolder(), 'accounts.json');
    writeFileSync(file, '{"secretKey":"hush"}');
    for (const args of [
      ['--account', 'a:hush:'],
      ['--account', 'hush'],
      ['--accounts-file', file],
      ['--accounts-file', `${file}x`],
      ['--account', 'a:hush', '--secret-key', 'hush'],
    ]) {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).not.toContain('hush');
    }
  });

  test('loads what a file says', async () => {
    const file = join(temporaryFolder(), 'data.json');
    const detection = { image: 'demo:a', type: 'porn', label: 1 };
    writeFileSync(file, JSON.stringify({ detections: [detection] }));
    const { server } = await serve(
      '--load',
      file,
      '--outbound-host',
      'a.test',
      '--cors-origin',
      'https://a.test',
      '--ffprobe',
      'none',
      '--ffmpeg',
      'none',
    );
    const loaded = await fetch(`${server.url}/-/control/detections`);
    expect(await loaded.json()).toEqual([detection]);
    for (const text of ['[]', '{', '{"detections":{}}', '{"faults":[]}', '{"detections":[{}]}']) {
      writeFileSync(file, text);
      expect(await run('--load', file)).toMatchObject({ code: 2, stdout: '' });
    }
    expect(await run('--load', `${file}x`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${file}x`),
    });
  });

  test.each([
    ['an unknown option', ['--nonsense'], 'nonsense'],
    ['two kinds of strictness', ['--strict', '--loose'], '--loose'],
    ['a port that is none', ['--port', 'x'], '--port x'],
    ['a port out of range', ['--port', '70000'], '70000'],
    ['a bucket name that is none', ['--bucket', 'A B'], 'A B'],
  ])('refuses %s with status 2', async (_name, args, word) => {
    expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(word) });
  });

  test('says that a port is in use, with status 1', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    expect(await run('--port', String(port))).toEqual({
      code: 1,
      stdout: '',
      stderr: `wcs-emulator: port ${port} of 127.0.0.1 is in use\n`,
    });
  });

  test('says that it cannot write in a folder, with status 1', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { code, stderr } = await run('--data-dir', join(file, 'data'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`cannot keep data in ${file}`),
    });
  });

  test('warns when other machines can reach it', async () => {
    const { child } = await serve('--host', '0.0.0.0');
    const [warning] = await once(child.stderr, 'data');
    expect(String(warning)).toContain('other machines can reach');
  });
});
