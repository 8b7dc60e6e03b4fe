import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { etag } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { ExitCode } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';

const MEBI = 2 ** 20;

/** Compared as a whole: a mismatch of megabytes is not worth a listing. */
async function expectContent(bed: TestBed, key: string, expected: Uint8Array): Promise<void> {
  const response = await fetch(bed.emulator.downloadUrl('demo', key));
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).equals(expected)).toBe(true);
}

describe('put', () => {
  test('uploads, and prints what was stored', async () => {
    const bed = await startTestBed();
    const bytes = lcg(10_000);
    bed.write('a.bin', bytes);
    const { exitCode, stdout, stderr } = await bed.wcscmd(['put', 'wcs://demo/dir/a', 'a.bin']);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^bucket: demo\nkey: dir/a\nsize: 10000\netag: ${etag(bytes)}\nverified: yes\nrequest id: \\w+\n$`,
      ),
    );
    await expectContent(bed, 'dir/a', bytes);
  });

  test('prints JSON', async () => {
    const bed = await startTestBed();
    bed.write('a.bin', 'hello');
    const { stdout } = await bed.wcscmd(['--json', 'put', 'wcs://demo', 'a.bin']);
    expect(JSON.parse(stdout)).toMatchObject({
      bucket: 'demo',
      key: 'a.bin',
      size: 5,
      etag: etag(Buffer.from('hello')),
      verified: true,
      method: 'form',
      requestId: expect.any(String),
    });
  });

  test('works as a program', async () => {
    const bed = await startTestBed();
    bed.write('a.bin', 'hello');
    const { exitCode, stdout, stderr } = await spawnCli('wcscmd', ['put', 'wcs://demo', './a.bin'], {
      cwd: bed.folder,
    }).ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
    expect(stdout).toContain('key: a.bin\n');
    await expectContent(bed, 'a.bin', Buffer.from('hello'));
  });

  test('lets the service make the key with --savekey, and prints it', async () => {
    const bed = await startTestBed();
    bed.write('a.bin', 'hello');
    const hash = etag(Buffer.from('hello'));
    const put = (file: string, stdin = '') =>
      bed.wcscmd(['put', 'wcs://demo', file, '--savekey', 'in/$(fsize)-$(hash)'], { stdin });
    expect(await put('a.bin')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`key: in/5-${hash}\n`),
    });
    await expectContent(bed, `in/5-${hash}`, Buffer.from('hello'));
    expect(await put('-', 'world!')).toMatchObject({ stdout: expect.stringContaining('key: in/6-') });
    for (const wrong of [
      ['put', 'wcs://demo/k', 'a.bin', '--savekey', 'x'],
      ['put', '-r', 'wcs://demo', '.', '--savekey', 'x'],
      ['multiput', 'wcs://demo', 'a.bin', '--savekey', 'x'],
    ]) {
      const requests = bed.emulator.requests.length;
      expect(await bed.wcscmd(wrong)).toMatchObject({ exitCode: ExitCode.usage });
      expect(bed.emulator.requests).toHaveLength(requests);
    }
  });

  test('uploads stdin', async () => {
    const bed = await startTestBed();
    const bytes = lcg(5 * MEBI);
    const { exitCode } = await bed.wcscmd(['put', 'wcs://demo/in', '-'], { stdin: bytes });
    expect(exitCode).toBe(ExitCode.success);
    await expectContent(bed, 'in', bytes);
    const child = spawnCli('wcscmd', ['put', 'wcs://demo/in2', '-'], { cwd: bed.folder, stdin: 'piped' });
    expect((await child.ended).exitCode).toBe(ExitCode.success);
    await expectContent(bed, 'in2', Buffer.from('piped'));
  });

  test.each(['a b.txt', '中文/é.txt', '100%', 'a%2Fb', 'a+b', 'q?x=1#y', "it's"])(
    'takes the key %j literally',
    async key => {
      const bed = await startTestBed();
      bed.write('file', key);
      expect((await bed.wcscmd(['put', `wcs://demo/${key}`, 'file'])).exitCode).toBe(ExitCode.success);
      await expectContent(bed, key, Buffer.from(key));
      const list = await bed.wcscmd(['list', 'wcs://demo', '--json']);
      expect(JSON.parse(list.stdout).items).toEqual([expect.objectContaining({ key })]);
      const got = await bed.wcscmd(['get', `wcs://demo/${key}`, 'back', '--json']);
      expect(JSON.parse(got.stdout)).toMatchObject({ verified: true });
      expect(bed.read('back').toString()).toBe(key);
      expect((await bed.wcscmd(['del', `wcs://demo/${key}`])).exitCode).toBe(ExitCode.success);
      expect(JSON.parse((await bed.wcscmd(['list', 'wcs://demo', '--json'])).stdout).items).toEqual([]);
    },
  );

  test('replaces an object only when told to', async () => {
    const bed = await startTestBed();
    bed.write('a', 'first');
    await bed.wcscmd(['put', 'wcs://demo', 'a']);
    bed.write('a', 'second');
    const refused = await bed.wcscmd(['put', 'wcs://demo', 'a']);
    expect(refused).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(refused.stderr).toMatch(
      /^wcscmd: upload demo:a: .*\(HTTP 406, request \w+\); replace it with --overwrite 1\n$/,
    );
    expect((await bed.wcscmd(['put', 'wcs://demo', 'a', '--overwrite', '1'])).exitCode).toBe(
      ExitCode.success,
    );
    bed.write('a', 'third');
    bed.configure({ overwrite: '1' });
    expect((await bed.wcscmd(['put', 'wcs://demo', 'a'])).exitCode).toBe(ExitCode.success);
    expect((await bed.wcscmd(['put', 'wcs://demo', 'a', '--overwrite', '0'])).exitCode).toBe(ExitCode.failed);
    await expectContent(bed, 'a', Buffer.from('third'));
  });

  test('leaves out the address of a notification where nothing is to be notified', async () => {
    const bed = await startTestBed();
    bed.write('a.bin', 'hello');
    const command = ['put', 'wcs://demo', 'a.bin', '--persistentntyurl', 'http://127.0.0.1/'];
    expect((await bed.wcscmd([...command, '--callbackbody', 'key=$(key)'])).exitCode).toBe(ExitCode.success);
  });

  test('lets the returnbody decide what is answered', async () => {
    const bed = await startTestBed();
    bed.write('a', 'x');
    const { stdout } = await bed.wcscmd([
      'put',
      'wcs://demo',
      'a',
      '--returnbody',
      'name=$(key)&bytes=$(fsize)',
      '--json',
    ]);
    expect(JSON.parse(stdout).answer).toEqual({ name: 'a', bytes: '1' });
  });

  test('names what is wrong with a file', async () => {
    const bed = await startTestBed();
    const missing = await bed.wcscmd(['put', 'wcs://demo/a', 'nope']);
    expect(missing).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(missing.stderr).toContain('nope');
    expect((await bed.wcscmd(['put', 'wcs://demo/a', '.'])).stderr).toContain('folder');
    expect(bed.emulator.requests).toEqual([]);
  });

  test('says that the keys may be wrong', async () => {
    const bed = await startTestBed();
    bed.configure({ secret_key: 'not-the-secret' });
    bed.write('a', 'x');
    const { exitCode, stderr } = await bed.wcscmd(['put', 'wcs://demo', 'a', '--verbose']);
    expect(exitCode).toBe(ExitCode.failed);
    expect(stderr).toMatch(/HTTP 401, request \w+\); check access_key and secret_key/);
    expect(stderr).not.toContain('not-the-secret');
    expect(stderr).toMatch(/wcscmd: {5}at /);
  });

  test('says that the service cannot be reached', async () => {
    const bed = await startTestBed();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));
    bed.configure({ put_url: `127.0.0.1:${port}` });
    bed.write('a', 'x');
    const { exitCode, stderr } = await bed.wcscmd(['put', 'wcs://demo', 'a']);
    expect(exitCode).toBe(ExitCode.failed);
    expect(stderr).toMatch(/^wcscmd: .*ECONNREFUSED.*; check the connection and the address\n$/);
  });

  test("shows the service's words harmlessly", async () => {
    const bed = await startTestBed();
    bed.emulator.faults.add({
      do: {
        type: 'status',
        status: 403,
        body: JSON.stringify({ code: 403, message: 'no\u001b]0;owned\u0007\nwcscmd: done' }),
      },
    });
    bed.write('a', 'x');
    const { stderr } = await bed.wcscmd(['put', 'wcs://demo', 'a']);
    expect(stderr.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(stderr).toContain('\\u001b]0;owned');
  });

  test('draws progress on a terminal', async () => {
    const bed = await startTestBed();
    bed.write('a', lcg(3 * MEBI));
    const { stderr } = await bed.wcscmd(['put', 'wcs://demo', 'a'], { terminal: true });
    expect(stderr).toContain('100%  3.0 MiB of 3.0 MiB');
    for (const option of ['--no-progress', '--quiet']) {
      const silent = await bed.wcscmd(['put', `wcs://demo/${option}`, 'a', option], { terminal: true });
      expect(silent).toMatchObject({ exitCode: ExitCode.success, stderr: '' });
    }
  });

  test('ends at once when aborted', async () => {
    const bed = await startTestBed();
    bed.emulator.faults.add({ do: 'hang' });
    bed.write('a', 'x');
    const abort = new AbortController();
    const run = bed.wcscmd(['put', 'wcs://demo', 'a'], { signal: abort.signal });
    await expect.poll(() => bed.emulator.faults.list()[0]?.fired).toBe(1);
    abort.abort();
    expect(await run).toEqual({
      exitCode: ExitCode.interrupted,
      stdout: '',
      stderr: 'wcscmd: interrupted\n',
    });
  });
});

describe('multiput', () => {
  test('goes in blocks whatever the size, and says how to resume', async () => {
    const bed = await startTestBed();
    bed.write("it's", 'small');
    const { exitCode, stdout, stderr } = await bed.wcscmd(['multiput', 'wcs://demo/a', "it's", '--json']);
    expect(exitCode).toBe(ExitCode.success);
    expect(JSON.parse(stdout)).toMatchObject({ method: 'blocks', size: 5, verified: true });
    const [, id] =
      /^wcscmd: upload ID (\w{32}), 1 block; if it breaks off, resume with: (?:.*) --upload-id (?:\w{32})\n$/.exec(
        stderr,
      ) ?? [];
    expect(stderr).toContain(`wcscmd multiput wcs://demo/a 'it'\\''s' --upload-id ${id}\n`);
    expect(bed.emulator.requests.map(({ path }) => path.split('/')[1])).toEqual(['mkblk', 'mkfile']);
  });

  test('what it says resumes in the same account, to the same end', async () => {
    const bed = await startTestBed();
    bed.write('-a', 'small');
    bed.write('.wcscfg-work', bed.read('.wcscfg'));
    const words = ['--profile', 'work', '--overwrite=1', '-s', '--callbackurl', 'http://h/a b', '--quiet'];
    bed.emulator.faults.add({ match: { path: '/mkblk/' }, do: 'status 500' });
    const { stderr } = await bed.wcscmd(['multiput', ...words, 'wcs://demo/a', '--', '-a']);
    const command = `wcscmd --profile work --overwrite 1 --ssl --callbackurl 'http://h/a b' multiput wcs://demo/a ./-a`;
    expect(stderr).toContain(`; resume with: ${command} --upload-id `);
  });

  test('sends an empty file in one request', async () => {
    const bed = await startTestBed();
    bed.write('empty', '');
    const { exitCode, stdout } = await bed.wcscmd(['multiput', 'wcs://demo', 'empty', '--json']);
    expect(exitCode).toBe(ExitCode.success);
    expect(JSON.parse(stdout)).toMatchObject({ method: 'form', size: 0, verified: true });
  });

  test('sends stdin in blocks, without promising to resume', async () => {
    const bed = await startTestBed();
    const { exitCode, stderr } = await bed.wcscmd(['multiput', 'wcs://demo/a', '-'], {
      stdin: lcg(9 * MEBI),
    });
    expect(exitCode).toBe(ExitCode.success);
    expect(stderr).toMatch(/^wcscmd: upload ID \w{32}\n$/);
    await expectContent(bed, 'a', lcg(9 * MEBI));
  });

  test('obeys block_size and bput_size', async () => {
    const bed = await startTestBed();
    bed.configure({ block_size: String(8 * MEBI), bput_size: String(4 * MEBI) });
    bed.write('a', lcg(9 * MEBI));
    expect((await bed.wcscmd(['multiput', 'wcs://demo', 'a'])).exitCode).toBe(ExitCode.success);
    const paths = bed.emulator.requests.map(({ path }) => path.split('/').slice(1, 3).join('/'));
    expect(paths).toEqual(expect.arrayContaining([`mkblk/${8 * MEBI}`, `mkblk/${MEBI}`]));
    expect(paths.filter(path => path.startsWith('bput'))).toHaveLength(1);
  });

  test('goes on after a failure: with the ID, and without it', async () => {
    const bed = await startTestBed();
    bed.configure({ concurrency: '1' });
    bed.write('a', lcg(10 * MEBI));
    for (const withId of [true, false]) {
      const fault = bed.emulator.faults.add({ match: { path: `/mkblk/${2 * MEBI}/2` }, do: 'status 500' });
      const failed = await bed.wcscmd(['multiput', `wcs://demo/${withId}`, 'a']);
      expect(failed).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
      const [, id = ''] = /resume with: .* --upload-id (\w+)\n$/.exec(failed.stderr) ?? [];
      expect(id).toMatch(/^\w{32}$/);
      fault();
      const before = bed.emulator.requests.length;
      const resumed = await bed.wcscmd([
        'multiput',
        `wcs://demo/${withId}`,
        'a',
        '--json',
        ...(withId ? ['--upload-id', id] : []),
      ]);
      expect(resumed.stderr).toContain(`wcscmd: upload ${id} goes on: 2 of 3 blocks were sent before\n`);
      expect(JSON.parse(resumed.stdout)).toMatchObject({ resumed: 8 * MEBI, verified: true });
      expect(bed.emulator.requests.slice(before).map(({ path }) => path.split('/')[1])).toEqual([
        'mkblk',
        'mkfile',
      ]);
    }
  });

  test('refuses an ID of a file that has changed', async () => {
    const bed = await startTestBed();
    bed.configure({ concurrency: '1' });
    bed.write('a', lcg(6 * MEBI));
    const fault = bed.emulator.faults.add({ match: { path: '/mkfile/' }, do: 'status 500' });
    const failed = await bed.wcscmd(['multiput', 'wcs://demo', 'a']);
    fault();
    const [, id = ''] = /--upload-id (\w+)\n$/.exec(failed.stderr) ?? [];
    bed.write('a', lcg(7 * MEBI, 2));
    const refused = await bed.wcscmd(['multiput', 'wcs://demo', 'a', '--upload-id', id]);
    expect(refused.exitCode).toBe(ExitCode.failed);
    expect(refused.stderr).toMatch(
      /cannot be resumed: the file changed since; upload it again, without --upload-id\n$/,
    );
    expect((await bed.wcscmd(['multiput', 'wcs://demo', 'a'])).exitCode).toBe(ExitCode.success);
    await expectContent(bed, 'a', lcg(7 * MEBI, 2));
  });

  test('starts afresh with an ID that is not known', async () => {
    const bed = await startTestBed();
    bed.write('a', 'x');
    const { exitCode, stderr } = await bed.wcscmd(['multiput', 'wcs://demo', 'a', '--upload-id', 'unknown0']);
    expect(exitCode).toBe(ExitCode.success);
    expect(stderr).toContain(
      'wcscmd: no finished block of upload unknown0 is known: it starts from the beginning\n',
    );
  });

  test('does not promise to resume what is refused for good', async () => {
    const bed = await startTestBed();
    bed.write('a', 'x');
    await bed.wcscmd(['put', 'wcs://demo', 'a']);
    const { exitCode, stderr } = await bed.wcscmd(['multiput', 'wcs://demo', 'a', '--quiet']);
    expect(exitCode).toBe(ExitCode.failed);
    expect(stderr).toMatch(/^wcscmd: mkfile demo:a: .*; replace it with --overwrite 1\n$/);
  });

  test('quiet says nothing but results', async () => {
    const bed = await startTestBed();
    bed.write('a', 'x');
    expect(await bed.wcscmd(['multiput', 'wcs://demo', 'a', '--quiet'])).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });
});

describe('a process that is ended half way', () => {
  test.each([
    ['SIGKILL', 137, ''],
    ['SIGINT', 130, 'wcscmd: interrupted; resume with: wcscmd multiput wcs://demo/a a.bin --upload-id '],
    ['SIGTERM', 143, 'wcscmd: interrupted; resume with: wcscmd multiput wcs://demo/a a.bin --upload-id '],
  ] as const)('by %s can be resumed', async (signal, exitCode, message) => {
    const bed = await startTestBed();
    bed.configure({ concurrency: '2' });
    const bytes = lcg(22 * MEBI);
    bed.write('a.bin', bytes);
    const fault = bed.emulator.faults.add({ match: { path: `/mkblk/${2 * MEBI}/5` }, do: 'hang' });
    const child = spawnCli('wcscmd', ['multiput', 'wcs://demo/a', 'a.bin'], { cwd: bed.folder });
    // The last block hangs: all others are sent, and in the record.
    await expect
      .poll(
        () =>
          bed.emulator.requests.filter(({ path, status }) => path.startsWith('/mkblk/') && status === 200)
            .length,
      )
      .toBe(5);
    await expect.poll(() => bed.emulator.faults.list()[0]?.fired).toBe(1);
    child.process.kill(signal);
    const ended = await child.ended;
    expect(ended).toMatchObject({ exitCode, stdout: '' });
    expect(ended.stderr).toContain(message);
    fault();

    const [, id = ''] = /^wcscmd: upload ID (\w{32})/.exec(ended.stderr) ?? [];
    const before = bed.emulator.requests.length;
    const resumed = await spawnCli(
      'wcscmd',
      ['multiput', 'wcs://demo/a', 'a.bin', '--upload-id', id, '--json'],
      { cwd: bed.folder },
    ).ended;
    expect(resumed.exitCode).toBe(ExitCode.success);
    expect(resumed.stderr).toContain(`upload ${id} goes on`);
    const result = JSON.parse(resumed.stdout);
    expect(result).toMatchObject({ size: bytes.length, etag: etag(bytes), verified: true });
    // A kill may lose the line of the last block that was finished, and no more than that.
    expect(result.resumed).toBeGreaterThanOrEqual(16 * MEBI);
    expect(
      bed.emulator.requests.slice(before).filter(({ path }) => path.startsWith('/mkblk/')).length,
    ).toBeLessThanOrEqual(2);
    await expectContent(bed, 'a', bytes);
  });
});
