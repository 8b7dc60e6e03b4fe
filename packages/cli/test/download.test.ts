import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ExitCode, runWcscmd } from '../src/index.js';
import { lastSegment, safeFileName } from '../src/wcscmd/safe-file-name.js';
import { readPipe } from './support/read-pipe.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';
import { runTool } from './support/test-io.js';

const MEBI = 2 ** 20;

async function upload(bed: TestBed, key: string, content: string | Uint8Array): Promise<void> {
  const { exitCode } = await bed.wcscmd(['put', `wcs://demo/${key}`, '-', '--overwrite', '1'], {
    stdin: content,
  });
  expect(exitCode).toBe(ExitCode.success);
}

/** A service that answers every path with the same text. */
async function startAnswering(text: string): Promise<string> {
  const server = createServer((_request, response) => response.end(text)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise(resolve => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('get', () => {
  test('goes through the proxy of the environment, but not to hosts below those of NO_PROXY', async () => {
    const bed = await startTestBed();
    const proxy = await startAnswering('by proxy');
    const get = async (env: Record<string, string>) => {
      const argv = ['get', 'http://files.example.invalid/a.txt'];
      await spawnCli('wcscmd', argv, { cwd: bed.folder, env }).ended;
      return bed.has('a.txt') ? String(bed.read('a.txt')) : undefined;
    };
    expect(await get({ HTTP_PROXY: proxy, NO_PROXY: 'example.invalid' })).toBeUndefined();
    expect(await get({ HTTP_PROXY: proxy })).toBe('by proxy');
  });

  test('keeps to --limit-rate, and refuses one that is none', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a.txt', 'hello');
    const get = (rate: string) => bed.wcscmd(['get', 'wcs://demo/a.txt', '--limit-rate', rate]);
    expect((await get('10M')).exitCode).toBe(ExitCode.success);
    expect(String(bed.read('a.txt'))).toBe('hello');
    for (const rate of ['0', '4095', 'fast', '-1']) expect((await get(rate)).exitCode).toBe(ExitCode.usage);
    expect((await bed.wcscmd(['stat', 'wcs://demo/a.txt', '--limit-rate', '1M'])).exitCode).toBe(
      ExitCode.usage,
    );
  });

  test('and other commands do not fail for settings that they do not use', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a.txt', 'hello');
    bed.configure({
      mkblk_retries: '-',
      mkfile_retries: 'many',
      deadline: 'soon',
      overwrite: 'maybe',
    });
    for (const argv of [['stat', 'wcs://demo/a.txt'], ['get', 'wcs://demo/a.txt'], ['listbucket']]) {
      expect((await bed.wcscmd(argv)).exitCode).toBe(ExitCode.success);
    }
    bed.write('b.txt', 'b');
    expect((await bed.wcscmd(['put', 'wcs://demo', 'b.txt'])).exitCode).toBe(ExitCode.config);
  });

  test('writes where a link leads, which stays a link, and keeps the mode of the file', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a.txt', 'hello');
    chmodSync(bed.write('real', 'before'), 0o600);
    symlinkSync('real', join(bed.folder, 'link'));
    symlinkSync('new', join(bed.folder, 'dangling'));
    for (const [name, target] of [
      ['link', 'real'],
      ['dangling', 'new'],
    ] as const) {
      expect((await bed.wcscmd(['get', 'wcs://demo/a.txt', name])).exitCode).toBe(ExitCode.success);
      expect(lstatSync(join(bed.folder, name)).isSymbolicLink()).toBe(true);
      expect(String(bed.read(target))).toBe('hello');
    }
    expect(statSync(join(bed.folder, 'real')).mode & 0o777).toBe(0o600);
    await bed.wcscmd(['list', 'wcs://demo', 'link']);
    expect(lstatSync(join(bed.folder, 'link')).isSymbolicLink()).toBe(true);
    expect(String(bed.read('real'))).toContain('"a.txt"');
    expect(statSync(join(bed.folder, 'real')).mode & 0o777).toBe(0o600);
  });

  test('follows redirections', async () => {
    const bed = await startTestBed();
    const there = await startAnswering('there');
    const here = createServer((_, response) => response.writeHead(302, { location: `${there}/b` }).end());
    await new Promise<void>(resolve => here.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void here.close());
    const run = await bed.wcscmd(['get', `http://127.0.0.1:${(here.address() as AddressInfo).port}/a.txt`]);
    expect(run.exitCode).toBe(ExitCode.success);
    expect(String(bed.read('a.txt'))).toBe('there');
  });

  test('downloads a URL, and prints where to', async () => {
    const bed = await startTestBed();
    await upload(bed, 'dir/a.txt', 'hello');
    const { exitCode, stdout, stderr } = await bed.wcscmd([
      'get',
      bed.emulator.downloadUrl('demo', 'dir/a.txt'),
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^file: ${join(bed.folder, 'a.txt')}\nsize: 5\netag: ${etag(Buffer.from('hello'))}\nverified: yes\n`,
      ),
    );
    expect(bed.read('a.txt').toString()).toBe('hello');
  });

  test('needs no configuration for a URL', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a.txt', 'hello');
    const folder = temporaryFolder();
    const url = bed.emulator.downloadUrl('demo', 'a.txt');
    expect((await runTool(runWcscmd, ['get', url], { cwd: folder })).exitCode).toBe(ExitCode.success);
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });

  test('downloads by bucket and key, compared with the stored hash', async () => {
    const bed = await startTestBed();
    await upload(bed, 'dir/a b%2F', 'hello');
    const { stdout } = await bed.wcscmd(['get', 'wcs://demo/dir/a b%2F', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ file: join(bed.folder, 'a b%2F'), size: 5, verified: true });
    expect(bed.emulator.requests.slice(-2).map(({ path }) => path.split('/')[1])).toEqual(['stat', '-']);
  });

  test('downloads by bucket and key without being allowed to ask for the hash', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a', 'hello');
    bed.emulator.faults.add({ match: { path: '/stat/' }, do: 'status 403' });
    expect((await bed.wcscmd(['get', 'wcs://demo/a'])).exitCode).toBe(ExitCode.success);
    bed.configure({ access_key: '""', secret_key: '""' });
    expect((await bed.wcscmd(['get', 'wcs://demo/a', 'b'])).exitCode).toBe(ExitCode.success);
    expect(bed.read('b').toString()).toBe('hello');
  });

  test('says which setting a bucket and key need', async () => {
    const bed = await startTestBed();
    bed.configure({ get_url: '' });
    const { exitCode, stderr } = await bed.wcscmd(['get', 'wcs://demo/a']);
    expect(exitCode).toBe(ExitCode.config);
    expect(stderr).toMatch(
      /^wcscmd: get_url not set in .*\.wcscfg; get_url = HOST in that file names the download domain/,
    );
  });

  test('replaces a file of the same name, and takes another name', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a', 'new');
    bed.write('a', 'old and longer');
    mkdirSync(join(bed.folder, 'sub'));
    expect((await bed.wcscmd(['get', 'wcs://demo/a'])).exitCode).toBe(ExitCode.success);
    expect((await bed.wcscmd(['get', 'wcs://demo/a', 'sub/b'])).exitCode).toBe(ExitCode.success);
    expect([bed.read('a').toString(), bed.read('sub/b').toString()]).toEqual(['new', 'new']);
    expect((await bed.wcscmd(['get', 'wcs://demo/a', 'none/b'])).exitCode).toBe(ExitCode.failed);
    expect((await bed.wcscmd(['get', 'wcs://demo/a', 'sub'])).stderr).toContain('it is a folder');
  });

  test.each([5, MEBI])('writes %d bytes into a pipe, which stays one', async size => {
    const bed = await startTestBed();
    await upload(bed, 'a', lcg(size));
    const pipe = join(bed.folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [run, received] = await Promise.all([bed.wcscmd(['get', 'wcs://demo/a', 'pipe']), readPipe(pipe)]);
    expect(run).toMatchObject({
      exitCode: ExitCode.success,
      stdout: expect.stringContaining('verified: yes'),
    });
    expect(received.equals(lcg(size))).toBe(true);
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  test('leaves a device where it is', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a', 'hello');
    symlinkSync('/dev/null', join(bed.folder, 'null'));
    expect((await bed.wcscmd(['get', 'wcs://demo/a', 'null'])).exitCode).toBe(ExitCode.success);
    expect(lstatSync(join(bed.folder, 'null')).isSymbolicLink()).toBe(true);
  });

  test('downloads to stdout, and leaves it open', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a', 'hello');
    const here = await bed.wcscmd(['get', 'wcs://demo/a', '-']);
    expect(here).toEqual({ exitCode: ExitCode.success, stdout: 'hello', stderr: 'wcscmd: 5 B, verified\n' });
    const bytes = lcg(3 * MEBI);
    await upload(bed, 'big', bytes);
    const child = spawnCli('wcscmd', ['get', 'wcs://demo/big', '-', '--quiet'], { cwd: bed.folder });
    const chunks: Buffer[] = [];
    child.process.stdout.on('data', chunk => chunks.push(chunk));
    expect(await child.ended).toMatchObject({ exitCode: ExitCode.success, stderr: '' });
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  test('ends quietly when its reader has seen enough', async () => {
    const bed = await startTestBed();
    await upload(bed, 'big', lcg(3 * MEBI));
    const child = spawnCli('wcscmd', ['get', 'wcs://demo/big', '-'], { cwd: bed.folder });
    child.process.stdout.once('data', () => child.process.stdout.destroy());
    expect(await child.ended).toMatchObject({ exitCode: 141, stderr: '' });
  });

  test('refuses content that is not what it should be', async () => {
    const bed = await startTestBed();
    await upload(bed, 'a', lcg(1000));
    const fault = bed.emulator.faults.add({ match: { path: '/-/' }, do: 'corrupt' });
    const { exitCode, stderr } = await bed.wcscmd(['get', 'wcs://demo/a']);
    expect(exitCode).toBe(ExitCode.failed);
    expect(stderr).toMatch(/has etag .*; try again; --no-verify transfers without comparing\n$/);
    expect(bed.has('a')).toBe(false);
    const unchecked = await bed.wcscmd(['get', 'wcs://demo/a', '--no-verify']);
    expect(unchecked.exitCode).toBe(ExitCode.success);
    expect(unchecked.stdout).toContain('verified: no\n');
    fault();
  });

  test('goes on with what has arrived', async () => {
    const bed = await startTestBed();
    bed.configure({ concurrency: '1' });
    const bytes = lcg(20 * MEBI);
    await upload(bed, 'a', bytes);
    const fault = bed.emulator.faults.add({ match: { path: '/-/', nth: [3, 4, 5] }, do: 'status 503' });
    const failed = await bed.wcscmd(['get', 'wcs://demo/a']);
    expect(failed).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(failed.stderr).toMatch(/; try again later; the same command goes on with what has arrived\n$/);
    expect(bed.has('a')).toBe(false);
    fault();
    const { stdout } = await bed.wcscmd(['get', 'wcs://demo/a', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ resumed: 16 * MEBI, verified: true });
    expect(bed.read('a').equals(bytes)).toBe(true);
  });

  test('keeps the query of a URL to itself', async () => {
    const bed = await startTestBed();
    const { exitCode, stderr } = await bed.wcscmd([
      'get',
      `${bed.emulator.downloadUrl('demo', 'none')}?token=very-secret`,
      '--verbose',
    ]);
    expect(exitCode).toBe(ExitCode.failed);
    expect(stderr).toContain('HTTP 404');
    expect(stderr).not.toContain('very-secret');
  });

  test.each([
    ['/a.txt?v=/1', 'a.txt'],
    ['/dir/b.bin?x=1', 'b.bin'],
    ['/c%20d.txt', 'c d.txt'],
    ['/what%3Fis%23this', 'what?is#this'],
    ['/..%2F..%2Fetc%2Fpasswd', '.._.._etc_passwd'],
    ['/..%5C..%5Cevil', '.._.._evil'],
    ['/nul%00byte', 'nul_byte'],
    ['/%zz', '%zz'],
    ['/%E4%B8%AD', '中'],
  ])('calls %s %s', async (path, name) => {
    const url = await startAnswering('text');
    const folder = join(temporaryFolder(), 'inner');
    mkdirSync(folder);
    const { exitCode, stdout } = await runTool(runWcscmd, ['get', `${url}${path}`, '--json'], {
      cwd: folder,
    });
    expect(exitCode).toBe(ExitCode.success);
    expect(JSON.parse(stdout).file).toBe(join(folder, name));
    expect(readdirSync(folder)).toEqual([name]);
    expect(readdirSync(dirname(folder))).toEqual(['inner']);
  });

  property.prop([fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true }))])(
    'makes no name that leaves the folder',
    text => {
      const segment = URL.canParse(text) ? lastSegment(new URL(text)) : text;
      const name = safeFileName(segment);
      if (name !== undefined) expect(dirname(join('/folder', name))).toBe('/folder');
      expect(name ?? '').not.toMatch(/[/\\\0]/);
    },
  );
});

test.runIf(process.platform === 'linux')(
  'a file that cannot be written whole is a failure in plain words',
  async () => {
    const bed = await startTestBed();
    bed.write('source', lcg(600_000));
    expect(await bed.wcscmd(['put', 'wcs://demo/large', 'source'])).toMatchObject({ exitCode: 0 });
    // What a full disk does to a write, a limit to the size of files does without one.
    const program = fileURLToPath(new URL('../bin/wcscmd.js', import.meta.url));
    const limited = `trap '' XFSZ; ulimit -f 200; exec "$@"`;
    const run = spawn(
      'sh',
      ['-c', limited, 'sh', process.execPath, program, 'get', 'wcs://demo/large', 'back'],
      {
        cwd: bed.folder,
        env: { ...process.env, HOME: bed.folder },
      },
    );
    const [talk, [status]] = await Promise.all([text(run.stderr), once(run, 'close')]);
    expect(talk).toMatch(/cannot write .*back: the file would be larger than is allowed here\n$/);
    expect(status).toBe(ExitCode.failed);
    expect(bed.files()).not.toContain('back');
    expect(bed.files().filter(name => name.endsWith('.wcs-part'))).toEqual([]);
  },
);
