import { PassThrough } from 'node:stream';
import { policyOf } from '@curve-wcs/wcs-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';

let bed: TestBed;
beforeEach(async () => {
  bed = await startTestBed();
});

/** What a command that works prints; never the secret key. */
async function printed(argv: string[], stdin = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await bed.wcscmd(['token', ...argv], { stdin });
  expect({ argv, exitCode, stderr }).toEqual({ argv, exitCode: ExitCode.success, stderr: '' });
  expect(stdout).not.toContain(bed.emulator.secretKey);
  return stdout;
}

/** Uploads with a token, as a page would. */
async function upload(token: string, key: string): Promise<number> {
  const form = new FormData();
  form.set('token', token.trim());
  form.set('key', key);
  form.set('file', new Blob(['hello']), 'file');
  return (await fetch(`${bed.emulator.url}/file/upload`, { method: 'POST', body: form })).status;
}

describe('token upload', () => {
  test('allows one key, or any of a bucket', async () => {
    const one = await printed(['upload', 'wcs://demo/a']);
    expect(await upload(one, 'a')).toBe(200);
    expect(await upload(one, 'a')).toBe(406);
    const any = await printed(['upload', 'wcs://demo', '--overwrite', '1']);
    expect([await upload(any, 'a'), await upload(any, 'b')]).toEqual([200, 200]);
  });

  test('says what the options of put say', async () => {
    const stdout = await printed([
      ...['upload', 'wcs://demo/a', '--json', '--deadline', '60', '--returnbody', 'k=$(key)'],
      ...['--persistentops', 'md5', '--persistentntyurl', 'http://127.0.0.1:1/', '--separate', '1'],
    ]);
    const { token, policy, expires } = JSON.parse(stdout);
    expect(policy).toEqual({
      scope: 'demo:a',
      deadline: Date.parse(expires),
      returnBody: 'k=$(key)',
      persistentOps: 'md5',
      persistentNotifyUrl: 'http://127.0.0.1:1/',
      separate: 1,
    });
    expect(policyOf(token)).toEqual(policy);
    expect(Date.parse(expires) - Date.now()).toBeLessThanOrEqual(60_000);
  });

  test('signs a policy to the letter', async () => {
    const json = `{ "scope": "demo:p" , "deadline": "${Date.now() + 60_000}", "later": null }`;
    bed.write('policy.json', `${json}\n`);
    const token = await printed(['upload', '--policy', 'policy.json']);
    expect(Buffer.from(token.split(':')[2] ?? '', 'base64url').toString()).toBe(json);
    expect(await printed(['upload', '--policy', '-'], json)).toBe(token);
    expect(await upload(token, 'p')).toBe(200);
  });

  test.each([
    ['{', 'policy.json is no JSON'],
    ['null', 'policy.json has no scope: a bucket, or BUCKET:KEY'],
    ['{"scope":"demo"}', 'policy.json needs a deadline in milliseconds since 1970'],
    ['{"scope":"demo","deadline":1700000000}', 'policy.json needs a deadline in milliseconds since 1970'],
  ])('refuses the policy %s', async (json, message) => {
    bed.write('policy.json', json);
    expect(await bed.wcscmd(['token', 'upload', '--policy', 'policy.json'])).toEqual({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr: `wcscmd: ${message}\n`,
    });
  });
});

describe('token manage', () => {
  test('signs a request', async () => {
    const get = async (path: string, authorization: string) =>
      (await fetch(bed.emulator.url + path, { headers: { authorization } })).status;
    const token = (await printed(['manage', '/bucket/list'])).trim();
    expect(await get('/bucket/list', token)).toBe(200);
    expect(await get('/list?bucket=demo', token)).toBe(401);
    expect(await printed(['manage', `${bed.emulator.url}/bucket/list`])).toBe(`${token}\n`);
  });

  test('signs a body with it, given or from stdin', async () => {
    const body = 'bucket=ZGVtbw==&key=YQ==&deadline=1';
    const token = await printed(['manage', '/setdeadline', body]);
    expect(await printed(['manage', '/setdeadline', '-'], body)).toBe(token);
    expect(JSON.parse(await printed(['manage', '/setdeadline', body, '--json']))).toEqual({
      token: token.trim(),
      path: '/setdeadline',
    });
    const { status } = await fetch(`${bed.emulator.url}/setdeadline`, {
      method: 'POST',
      headers: { authorization: token.trim() },
      body,
    });
    // The signature is right; the object is not there.
    expect(status).toBe(404);
  });
});

test.each([
  [['upload'], 'token upload takes wcs://BUCKET[/KEY], or --policy FILE'],
  [['upload', 'wcs://demo', '--policy', 'x'], 'token upload takes wcs://BUCKET[/KEY], or --policy FILE'],
  [['download', 'x'], 'token takes upload, or manage PATH [BODY]; see wcscmd token --help'],
  [['manage'], 'token takes upload, or manage PATH [BODY]; see wcscmd token --help'],
  [['manage', 'bucket/list'], 'PATH is the path and query of a request as it is sent, such as /bucket/list'],
])('%j is refused', async (argv, message) => {
  expect(await bed.wcscmd(['token', ...argv])).toEqual({
    exitCode: ExitCode.usage,
    stdout: '',
    stderr: `wcscmd: ${message}\n`,
  });
});

test.each([
  ['upload', '--policy', '-'],
  ['manage', '/x', '-'],
])('Ctrl-C ends the waiting for stdin: %s', async (...words) => {
  const abort = new AbortController();
  const run = bed.wcscmd(['token', ...words], { stdin: new PassThrough(), signal: abort.signal });
  setImmediate(() => abort.abort());
  expect(await run).toMatchObject({ exitCode: 130, stdout: '' });
});

test('runs as a program', async () => {
  const { exitCode, stdout } = await spawnCli('wcscmd', ['token', 'upload', 'wcs://demo/z'], {
    cwd: bed.folder,
  }).ended;
  expect(exitCode).toBe(0);
  expect(await upload(stdout, 'z')).toBe(200);
});
