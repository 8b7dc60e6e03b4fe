import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { temporaryFolder } from '@curve-wcs/test-support';
import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { policyOf, WcsClient, type WcsClientOptions } from '../src/index.js';
import { rawServer, type SeenRequest } from './support/raw-server.js';
import { formOf } from './support/scripted.js';

/** A client made from a `.wcscfg` with these lines, for a server that takes everything. */
async function configured(lines: string[], overrides: WcsClientOptions = {}) {
  const { url, seen } = await rawServer((request, response) => {
    const listed = request.url.startsWith('/list');
    response.setHeader('x-wcs-next-append-position', 3);
    response.end(listed ? '{"items":[],"marker":""}' : '{"code":200,"persistentId":"job","hash":"h"}');
  });
  const path = join(temporaryFolder(), '.wcscfg');
  const account = ['access_key = ak', 'secret_key = sk', `put_url = ${url}`, `mgr_url = ${url}`];
  writeFileSync(path, [...account, ...lines, ''].join('\n'));
  const wcs = await WcsClient.fromConfig(path, { retry: { limit: 0 }, ...overrides });
  onTestFinished(() => wcs.close());
  return { wcs, seen };
}

const POLICY = [
  'overwrite = 1',
  'returnBody = size=$(fsize)',
  'callbackUrl = http://app.example.com/done',
  'callbackBody = key=$(key)',
  'persistentOps = vframe/jpg/offset/1',
  'persistentNotifyUrl = http://app.example.com/ops',
  'contentDetect = imagePorn',
  'detectNotifyURL = http://app.example.com/found',
  'detectNotifyRule = all',
  'hashAlgorithm = crc64ecma',
  'separate = 1',
];

const SIGNED = {
  scope: 'photos:k',
  overwrite: 1,
  returnBody: 'size=$(fsize)',
  callbackUrl: 'http://app.example.com/done',
  callbackBody: 'key=$(key)',
  persistentOps: 'vframe/jpg/offset/1',
  persistentNotifyUrl: 'http://app.example.com/ops',
  contentDetect: 'imagePorn',
  detectNotifyURL: 'http://app.example.com/found',
  detectNotifyRule: 'all',
  hashAlgorithm: 'crc64ecma',
  separate: 1,
  deadline: expect.any(Number),
};

const TINY = { bucket: 'photos', key: 'k', source: Buffer.from('abc'), verify: false };

async function signedIn(request: SeenRequest | undefined) {
  return policyOf(String((await formOf(request)).get('token')));
}

describe('the put policy of a .wcscfg', () => {
  it('is that of every upload', async () => {
    const { wcs, seen } = await configured(POLICY);
    await wcs.upload(TINY);
    await wcs.uploadMany({ bucket: 'photos', items: [TINY] }).summary();
    const source = await rawServer((_, response) => response.end('abc'));
    await wcs.uploadFromUrl({ bucket: 'photos', key: 'k', url: source.url, verify: false });
    for (const request of seen) expect(await signedIn(request)).toEqual(SIGNED);
    expect(seen).toHaveLength(3);
  });

  it('gives way, member by member, to what a call says', async () => {
    const { wcs, seen } = await configured(POLICY);
    await wcs.upload({
      ...TINY,
      overwrite: false,
      policy: { detectNotifyRule: 'some', hashAlgorithm: undefined },
    });
    const { hashAlgorithm: _, ...others } = SIGNED;
    expect(await signedIn(seen[0])).toEqual({ ...others, overwrite: 0, detectNotifyRule: 'some' });
  });

  it('leaves out what the policy of a call excludes, or has no use for', async () => {
    const { wcs, seen } = await configured(POLICY);
    const policy = {
      returnUrl: 'http://page.example.com/',
      persistentOps: undefined,
      contentDetect: undefined,
    };
    await wcs.upload({ ...TINY, policy });
    expect(await signedIn(seen[0])).toEqual({
      scope: 'photos:k',
      deadline: expect.any(Number),
      overwrite: 1,
      returnBody: 'size=$(fsize)',
      returnUrl: 'http://page.example.com/',
      hashAlgorithm: 'crc64ecma',
      separate: 1,
    });
  });

  it('completes what a call begins', async () => {
    const { wcs, seen } = await configured(['callbackBody = key=$(key)', 'persistentNotifyUrl = http://x/']);
    await wcs.upload(TINY);
    await wcs.upload({ ...TINY, policy: { callbackUrl: 'http://app.example.com/done' } });
    expect(await signedIn(seen[0])).toEqual({ scope: 'photos:k', deadline: expect.any(Number) });
    expect(await signedIn(seen[1])).toMatchObject({ callbackBody: 'key=$(key)' });
  });

  it('does nothing to the tokens of a caller, to appends and to tokens for pages', async () => {
    const { wcs, seen } = await configured(POLICY);
    await wcs.upload({ ...TINY, token: 'ak:signature:e30=' });
    await wcs.append({ ...TINY, position: 0 });
    expect(String((await formOf(seen[0])).get('token'))).toBe('ak:signature:e30=');
    expect(await signedIn(seen[1])).toEqual({ scope: 'photos:k', deadline: expect.any(Number) });
    const { fields } = wcs.browserUpload({ bucket: 'photos', key: 'k', maxSize: 1 });
    expect(policyOf(fields['token'] ?? '')).not.toHaveProperty('callbackUrl');
  });

  it('stays out with defaults: false', async () => {
    const { wcs, seen } = await configured([...POLICY, 'limit = 7', 'force = 1'], { defaults: false });
    await wcs.upload(TINY);
    await wcs.listObjects('photos').pages().next();
    await wcs.fmgr.delete(['photos:k']);
    expect(await signedIn(seen[0])).toEqual({ scope: 'photos:k', deadline: expect.any(Number) });
    expect(seen[1]?.url).toBe('/list?bucket=photos&limit=1000');
    expect(String(seen[2]?.body)).not.toMatch(/force|separate|notify/);
  });

  it('that makes no sense is told by the upload, and by nothing else', async () => {
    const { wcs, seen } = await configured(['overwrite = maybe', 'limit = many', 'mode = other']);
    await wcs.delete({ bucket: 'photos', key: 'k' });
    expect(seen).toHaveLength(1);
    await expect(wcs.upload(TINY)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('overwrite'),
    });
    expect(() => wcs.listObjects('photos')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('the settings for listings', () => {
  const LIST = ['limit = +60', 'prefix = 2026/', 'mode = 1', 'marker = m1'];

  it('are those of every listing', async () => {
    const { wcs, seen } = await configured(LIST);
    await wcs.listObjects('photos').pages().next();
    expect(seen[0]?.url).toBe('/list?bucket=photos&marker=m1&limit=60&prefix=MjAyNi8=&mode=1');
  });

  it('give way to what a call says, also that there is to be none', async () => {
    const { wcs, seen } = await configured(LIST);
    const options = { prefix: undefined, mode: 0, marker: '', pageSize: 5 } as const;
    await wcs.listObjects('photos', options).pages().next();
    expect(seen[0]?.url).toBe('/list?bucket=photos&limit=5&mode=0');
  });

  it.each([['limit = 0'], ['mode = 3']])('leave what is none to the service: %s', async line => {
    const { wcs, seen } = await configured([line]);
    await wcs.listObjects('photos').pages().next();
    expect(seen[0]?.url).toBe('/list?bucket=photos&limit=1000');
  });
});

it('the settings for jobs are those of every job, unless a call says otherwise', async () => {
  const { wcs, seen } = await configured([
    'notifyurl = http://app.example.com/n',
    'separate = 1',
    'force = 1',
  ]);
  await wcs.fmgr.delete(['photos:k']);
  await wcs.fops.execute({ bucket: 'photos', key: 'k', fops: 'vframe/jpg/offset/1' });
  await wcs.fmgr.delete(['photos:k'], { notifyUrl: undefined, force: false });
  for (const request of seen.slice(0, 2)) {
    const parameters = new Map(
      String(request.body)
        .split('&')
        .map(pair => pair.split(/=(.*)/s) as [string, string]),
    );
    expect(Buffer.from(urlSafeBase64Decode(parameters.get('notifyURL') ?? '')).toString()).toBe(
      'http://app.example.com/n',
    );
    expect(parameters.get('separate')).toBe('1');
    expect(parameters.get('force')).toBe('1');
  }
  expect(String(seen[2]?.body)).toMatch(/&separate=1$/);
});

it('an upload by configuration does at the service what the configuration says', async () => {
  await using emulator = await startWcsEmulator({ buckets: ['photos'], durability: 'fast' });
  const path = join(temporaryFolder(), '.wcscfg');
  writeFileSync(path, `${emulator.clientConfig}\noverwrite = 1\nreturnBody = sum=$(hash)&bytes=$(fsize)\n`);
  await using wcs = await WcsClient.fromConfig(path);
  const object = { bucket: 'photos', key: 'k', source: Buffer.from('abc') };
  await wcs.upload({ ...object, source: Buffer.from('a') });
  const requests = emulator.requests.length;
  expect(await wcs.upload(object)).toMatchObject({ verified: true, answer: { bytes: '3' } });
  // Under whatever name the hash is in the answer, it is found there, and nothing more is asked.
  expect(emulator.requests.length).toBe(requests + 1);
});
