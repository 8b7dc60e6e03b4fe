import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Server, TestClient } from './support/test-client.js';

const binary = fileURLToPath(new URL('../bin/wcs-emulator.js', import.meta.url));

type Process = ChildProcessByStdio<null, Readable, Readable>;

function start(...args: string[]): Process {
  const child = spawn(process.execPath, [binary, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Runs to the end. */
async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(...args);
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Starts a server, and reads what it says about itself. */
async function serve(...args: string[]): Promise<{ child: Process; server: Server; settings: string }> {
  const child = start(...args);
  let settings = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    settings += String(chunk);
    if (settings.includes('mgr_url')) break;
  }
  const setting = (name: string) => new RegExp(`^${name} = (.+)$`, 'm').exec(settings)?.[1] ?? '';
  const server = {
    url: setting('mgr_url'),
    accessKey: setting('access_key'),
    secretKey: setting('secret_key'),
  };
  return { child, server, settings };
}

async function stop(child: Process, signal: NodeJS.Signals): Promise<unknown[]> {
  const exit = once(child, 'exit');
  child.kill(signal);
  return exit;
}

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

test('no acknowledged object is lost or broken by kill -9, and nothing else is left', async () => {
  const dataDir = temporaryFolder();
  const contentOf = (key: string) => lcg(200_000, Number(key));
  const acknowledged = new Map<string, boolean>();
  let next = 0;
  for (let round = 0; round < 4; round++) {
    const { child, server } = await serve('--data-dir', dataDir);
    const client = new TestClient(server, 'demo');
    const goal = acknowledged.size + 15;
    let killed = false;
    const work = Array.from({ length: 6 }, async (_, worker) => {
      while (!killed) {
        const key = String(next++);
        const stored = worker % 2 === 0 ? uploadByForm(client, key) : uploadByBlocks(client, key);
        if ((await stored.catch(() => 0)) === 200) acknowledged.set(key, true);
        if (acknowledged.size >= goal && !killed) {
          killed = true;
          await stop(child, 'SIGKILL');
        }
      }
    });
    await Promise.all(work);
  }

  const { server } = await serve('--data-dir', dataDir);
  const client = new TestClient(server, 'demo');
  const listed = new Map((await client.list()).items.map(item => [item.key, item]));
  expect([...acknowledged.keys()].filter(key => !listed.has(key))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThanOrEqual(60);
  // What was not acknowledged may be there or not, but never in part.
  for (const [key, item] of listed) {
    const body = Buffer.from(await (await fetch(`${server.url}/-/demo/${key}`)).arrayBuffer());
    expect(body.equals(contentOf(key)), key).toBe(true);
    expect(item.fsize).toBe(body.length);
  }

  async function uploadByForm(client: TestClient, key: string): Promise<number> {
    return (await client.upload(key, contentOf(key))).status;
  }

  async function uploadByBlocks(client: TestClient, key: string): Promise<number> {
    const contexts = await client.makeBlocks(contentOf(key));
    return (await client.makeFile('200000', contexts, { policy: { scope: `demo:${key}` } })).status;
  }
});
