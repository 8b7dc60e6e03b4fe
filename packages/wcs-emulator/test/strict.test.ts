import { describe, expect, test } from 'vitest';
import type { WcsEmulatorOptions } from '../src/index.js';
import { startEmulator } from './support/start.js';
import type { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

/** Runs the same against an emulator of each kind; the statuses of the loose and of the strict one. */
async function statuses(
  act: (client: TestClient) => Promise<{ status: number; text: string }>,
  options: WcsEmulatorOptions = {},
): Promise<[number, number]> {
  const loose = await startEmulator(options);
  const strict = await startEmulator({ ...options, strict: true });
  const refusal = await act(strict.client);
  if (refusal.status === 400) expect(JSON.parse(refusal.text).message).toMatch(/^strict: /);
  return [(await act(loose.client)).status, refusal.status];
}

describe('what only a strict emulator refuses', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an unknown member', { callbackurl: 'http://127.0.0.1/' }],
    ['a switch that is none', { overwrite: 2 }],
    ['a text that is none', { returnBody: 5 }],
    ['a number in words', { lastModifiedTime: '1e3' }],
    ['a variable in returnBody', { returnBody: 'a=$(nope)' }],
    ['a variable in saveKey', { saveKey: '$(Key)' }],
    ['a variable without a name', { callbackBody: '$()' }],
  ])('in a put policy: %s', async (_name, policy) => {
    expect(await statuses(client => client.upload('a', 'x', { policy }))).toEqual([200, 400]);
    const block = async (client: TestClient) => client.makeBlock(1, 0, Buffer.from('x'), policy);
    expect(await statuses(block)).toEqual([200, 400]);
  });

  test('in a put policy: a callback beside a returnUrl', async () => {
    const faults = [
      { match: { outbound: 'any' as const }, do: { type: 'status' as const, status: 200, body: '{}' } },
    ];
    const policy = { returnUrl: 'http://127.0.0.1:1/', callbackUrl: 'http://127.0.0.1:1/' };
    expect(await statuses(client => client.upload('a', 'x', { policy }), { faults })).toEqual([200, 400]);
  });

  test.each<[string, Record<string, string>]>([
    ['an unknown field', { mimetype: 'x/y' }],
    ['an & in a custom variable', { 'x:a': '1&b=2' }],
  ])('in a form: %s', async (_name, fields) => {
    expect(await statuses(client => client.upload('a', 'x', { fields }))).toEqual([200, 400]);
  });

  test('in the path of mkfile: an & in a custom variable', async () => {
    const act = async (client: TestClient) => {
      const contexts = await client.makeBlocks(Buffer.from('x'));
      return client.makeFile(`1/x:a/${b64u('1&b=2')}`, contexts, { policy: { scope: 'b1:a' } });
    };
    expect(await statuses(act)).toEqual([200, 400]);
  });

  test.each([
    ['GET', '/list?bucket=b1&Limit=5'],
    ['GET', '/bucket/list?x'],
    ['POST', '/setdeadline', `bucket=${b64u('b1')}&key=${b64u('a')}&deadline=1&more=1`],
    ['POST', '/fops', `bucket=${b64u('b1')}&key=${b64u('a')}&fops=${b64u('md5')}&Force=1`],
    ['POST', '/fmgr/delete', `fops=bucket/${b64u('b1')}/key/${b64u('a')}&x=1`],
    ['POST', '/imageDetect', `bucket=b1&image=${b64u('http://x/')}&type=porn&x=1`],
    ['GET', '/wslive/list?channelname=c&bucket=b1&startTime=20231110000000&endTime=20231110000000&x=1'],
  ])('in the parameters of %s %s', async (method, target, body?: string) => {
    const act = async (client: TestClient) => {
      await client.upload('a', 'x');
      return client.manage(method, target, body);
    };
    expect(await statuses(act)).toEqual([200, 400]);
  });
});

describe('what neither refuses', () => {
  test('is what the documents know', async () => {
    const policy = {
      overwrite: '1',
      separate: 0,
      instant: '0',
      fsizeLimit: '1000',
      deadline: '4000000000000',
      returnBody: 'k=$(key)&x=$(x:any)',
      callbackUrl: null,
      contentDetect: 'imagePorn',
    };
    const fields = { 'x:any': '中', mimeType: 'x/y', deadline: '1', desc: 'local', key: 'ignored' };
    expect(await statuses(client => client.upload('a', 'x', { policy, fields }))).toEqual([200, 200]);
    const list = async (client: TestClient) => client.manage('GET', '/list?bucket=b1&limit=5&prefix=&mode=0');
    expect(await statuses(list)).toEqual([200, 200]);
    const stat = async (client: TestClient) => client.send('GET', '/-/b1/none?anything=1');
    expect(await statuses(stat)).toEqual([404, 404]);
  });
});

test('both check signatures', async () => {
  const act = async (client: TestClient) =>
    client.send('GET', '/bucket/list', { token: 'wcs-emulator:wrong' });
  expect(await statuses(act)).toEqual([401, 401]);
});
