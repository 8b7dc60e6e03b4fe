import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { startWcsEmulator, type WcsEmulator } from '@curve-wcs/wcs-emulator';
import { expect, onTestFinished, test } from 'vitest';
import { createViteServer } from 'vitest/node';
import { useChromium } from '../src/chromium.js';

const browser = useChromium();

/** What runs in the page: uploads by form and by blocks, with fetch alone. */
const PAGE = `
const results = {};
const run = async (name, work) => {
  results[name] = await work().catch(error => String(error));
};
globalThis.upload = async ({ url, form, blocks, blockKey }) => {
  await run('form', async () => {
    const body = new FormData();
    body.set('token', form);
    body.set('file', new Blob(['by form']), 'a.txt');
    const answer = await fetch(url + '/file/upload', { method: 'POST', body });
    return { status: answer.status, text: await answer.text(), id: answer.headers.get('x-reqid') };
  });
  const headers = { Authorization: blocks, UploadBatch: 'FROMPAGE' };
  const post = (path, body, type) =>
    fetch(url + path, { method: 'POST', body, headers: { ...headers, 'Content-Type': type } });
  await run('blocks', async () => {
    const bytes = 'application/octet-stream';
    const first = await (await post('/mkblk/8/0', new Blob(['by b']), bytes)).json();
    const whole = await (await post('/bput/' + first.ctx + '/4', new Blob(['lock']), bytes)).json();
    return (await post('/mkfile/8/key/' + blockKey, whole.ctx, 'text/plain')).json();
  });
  await run('refused', async () => (await post('/mkfile/8/key/' + blockKey, 'none', 'text/plain')).json());
  await run('control', async () => (await fetch(url + '/-/control/status')).status);
  return results;
};
`;

/** A development server with a page that can upload. */
async function startDevServer(): Promise<string> {
  const root = temporaryFolder();
  writeFileSync(join(root, 'index.html'), '<!doctype html><script type="module" src="/page.js"></script>');
  writeFileSync(join(root, 'page.js'), PAGE);
  const server = await createViteServer({
    root,
    configFile: false,
    cacheDir: join(root, 'cache'),
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0, ws: false },
  });
  await server.listen();
  onTestFinished(() => server.close());
  return server.resolvedUrls?.local[0] ?? '';
}

async function uploadFrom(page: string, emulator: WcsEmulator) {
  const context = await browser().newContext();
  onTestFinished(() => context.close());
  const tab = await context.newPage();
  await tab.goto(page);
  await tab.waitForFunction('globalThis.upload !== undefined');
  const parameters = {
    url: emulator.url,
    form: token(emulator, 'b1:form.txt'),
    blocks: token(emulator, 'b1'),
    blockKey: b64u('blocks.txt'),
  };
  return tab.evaluate(`upload(${JSON.stringify(parameters)})`);
}

test('a page of a development server uploads by form and by blocks, and steers nothing', async () => {
  const emulator = await startWcsEmulator({ buckets: ['b1'], durability: 'fast' });
  onTestFinished(() => emulator.close());
  expect(await uploadFrom(await startDevServer(), emulator)).toEqual({
    form: { status: 200, text: expect.stringMatching(/^[\w-]+=*$/), id: expect.any(String) },
    blocks: { key: 'blocks.txt', hash: expect.any(String) },
    refused: { code: 701, message: expect.any(String) },
    control: expect.stringContaining('Failed to fetch'),
  });
  for (const [key, text] of [
    ['form.txt', 'by form'],
    ['blocks.txt', 'by block'],
  ] as const) {
    expect(await (await fetch(emulator.downloadUrl('b1', key))).text()).toBe(text);
  }
});

function token({ accessKey, secretKey }: WcsEmulator, scope: string): string {
  const policy = b64u(JSON.stringify({ scope, deadline: Date.now() + 600_000 }));
  return `${accessKey}:${b64u(createHmac('sha1', secretKey).update(policy).digest('hex'))}:${policy}`;
}

function b64u(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
