import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startEmulator } from './support/start.js';
import { uploadToken } from './support/tokens.js';

const KiB = 1024;

describe('the control endpoint', () => {
  const paths = ['', 'page/main.js', 'status', 'requests', 'uploads', 'jobs', 'faults'];

  test.each(paths)('answers /-/control/%s to this machine only', async path => {
    const { emulator } = await startEmulator();
    const ask = (headers: Record<string, string>) => statusOf(`${emulator.url}/-/control/${path}`, headers);
    expect(await ask({})).toBe(200);
    expect(await ask({ Host: 'localhost:1' })).toBe(200);
    expect(await ask({ Host: `[::1]:${emulator.port}` })).toBe(200);
    // A name of somebody else's that leads here, and pages of somebody else's.
    expect(await ask({ Host: 'attacker.example' })).toBe(403);
    expect(await ask({ Origin: 'https://attacker.example' })).toBe(403);
    expect(await ask({ Origin: 'null' })).toBe(403);
  });

  test('signs for its page only', async () => {
    const { emulator } = await startEmulator();
    const sign = (headers: Record<string, string>) =>
      fetch(`${emulator.url}/-/control/sign`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ upload: { bucket: 'b1', key: 'a' } }),
      });
    expect((await sign({ Origin: emulator.url })).status).toBe(200);
    expect((await sign({ Origin: 'http://127.0.0.1:1' })).status).toBe(403);
  });

  test.each(['', 'null', '[]', '{"upload":{"bucket":1}}', 'x'])('does not sign %j', async body => {
    const { emulator } = await startEmulator();
    const { status } = await fetch(`${emulator.url}/-/control/sign`, { method: 'POST', body });
    expect(status).toBe(400);
  });

  test('gives tokens that the service takes', async () => {
    const { emulator } = await startEmulator();
    const sign = async (order: unknown) => {
      const answer = await fetch(`${emulator.url}/-/control/sign`, {
        method: 'POST',
        body: JSON.stringify(order),
      });
      return ((await answer.json()) as { token: string }).token;
    };
    const form = new FormData();
    form.set('token', await sign({ upload: { bucket: 'b1', key: '名前' } }));
    form.set('file', new Blob(['x']), 'x');
    expect((await fetch(`${emulator.url}/file/upload`, { method: 'POST', body: form })).status).toBe(200);
    const token = await sign({ management: { bucket: 'b1', target: '/list?bucket=b1' } });
    const list = await fetch(`${emulator.url}/list?bucket=b1`, { headers: { Authorization: token } });
    expect(await list.json()).toMatchObject({ items: [{ key: '名前' }] });
  });

  test('signs as the account that owns the bucket', async () => {
    const { emulator } = await startEmulator({
      credentials: [
        { accessKey: 'one', secretKey: 's1', buckets: ['b1'] },
        { accessKey: 'two', secretKey: 's2', buckets: ['b2'] },
      ],
    });
    const answer = await fetch(`${emulator.url}/-/control/sign`, {
      method: 'POST',
      body: JSON.stringify({ upload: { bucket: 'b2', key: 'a' } }),
    });
    expect(((await answer.json()) as { token: string }).token).toMatch(/^two:/);
  });

  test('tells of requests as they end, and of none of its own', async () => {
    const { emulator, client } = await startEmulator();
    const ask = async (query: string) =>
      (await (await fetch(`${emulator.url}/-/control/requests?${query}`)).json()) as {
        last: number;
        requests: { path: string; number: number }[];
      };
    expect(await ask('after=0')).toEqual({ last: 0, requests: [] });
    const waiting = ask('after=0&wait=20000');
    await client.stat('a');
    expect(await waiting).toMatchObject({ last: 1, requests: [{ path: expect.stringContaining('/stat/') }] });
    await client.delete('a');
    expect((await ask('after=1')).requests.map(({ number }) => number)).toEqual([2]);
  });

  test('ends those who wait for requests when the emulator closes', async () => {
    const { emulator } = await startEmulator();
    const waiting = fetch(`${emulator.url}/-/control/requests?after=0&wait=20000`).catch(() => 'ended');
    await expect.poll(() => emulator.requests.length).toBe(1);
    await emulator.close();
    await waiting;
  });

  test('tells of blocks that no object was made of', async () => {
    const { emulator, client } = await startEmulator();
    const uploads = async () => (await fetch(`${emulator.url}/-/control/uploads`)).json();
    await fetch(`${emulator.url}/mkblk/${8 * KiB}/1`, {
      method: 'POST',
      headers: { Authorization: uploadToken(emulator, { scope: 'b1' }), UploadBatch: 'mine' },
      body: new Uint8Array(KiB),
    });
    expect(await uploads()).toMatchObject({
      uploads: [{ bucket: 'b1', batch: 'mine', blocks: [{ index: 1, size: 8 * KiB, received: KiB }] }],
    });
    const contexts = await client.makeBlocks(new Uint8Array(KiB));
    expect(await uploads()).toMatchObject({ uploads: [{ batch: '' }, { batch: 'mine' }] });
    await client.makeFile(`${KiB}/key/${Buffer.from('k').toString('base64')}`, contexts);
    expect(await uploads()).toMatchObject({ uploads: [{ batch: 'mine' }] });
  });

  test('has a page that loads nothing from elsewhere', async () => {
    const { emulator } = await startEmulator();
    const page = await fetch(`${emulator.url}/-/control/`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(addresses.filter(address => !/^page\/[a-z.-]+$|^data:,$/.test(address))).toEqual([]);
    for (const name of ['../package.json', 'x.js', 'tsconfig.json', '..%2fpackage.json', 'constructor.js']) {
      expect((await fetch(`${emulator.url}/-/control/page/${name}`)).status).toBe(404);
    }
  });

  test('is out of reach for pages that are stored as objects', async () => {
    const { emulator, client } = await startEmulator();
    await client.upload('evil.html', '<script>fetch("/-/control/faults")</script>');
    const { headers } = await fetch(emulator.downloadUrl('b1', 'evil.html'));
    expect(headers.get('content-security-policy')).toBe('sandbox');
  });
});

/** fetch does not let its caller choose the host. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, response => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
