// Puts or gets many small objects, one round for each message, in a process of its own so that its CPU and memory are
// its own. Each kind is a process that lives through all rounds.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { Agent, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { WcsClient } from '../dist/index.js';

const [kind = '', folder = '', portText = '', objectsText = ''] = process.argv.slice(2);
const [port, objects] = [Number(portText), Number(objectsText)];
const CONCURRENCY = 16;
const url = `http://127.0.0.1:${port}`;
const agent = new Agent({ keepAlive: true });
const wcs = new WcsClient({ accessKey: 'bench', secretKey: 'bench', uploadUrl: url, downloadUrl: url });

// As long as the form that the SDK posts.
const boundary = `curve-wcs-${'b'.repeat(36)}`;
const formHead = Buffer.from(
  `--${boundary}\r\nContent-Disposition: form-data; name="token"\r\n\r\n${'t'.repeat(108)}\r\n` +
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="00000"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n',
);
const formTail = Buffer.from(`\r\n--${boundary}--\r\n`);
const formType = { 'content-type': `multipart/form-data; boundary=${boundary}` };

const ROUNDS: Record<string, () => Promise<void>> = {
  'put bare': () => each(barePut),
  'put plain': () => putMany(false),
  'put verified': () => putMany(true),
  'get bare': () => each(async name => void (await bareGet(name))),
  'get plain': () => each(name => sdkGet(name, false)),
  'get verified': () => each(name => sdkGet(name, true)),
  'file bare': () => each(bareGetFile),
  'file plain': () => each(name => sdkGetFile(name, false)),
  'file verified': () => each(name => sdkGetFile(name, true)),
};
const round = ROUNDS[kind];
if (!round) throw new Error(`unknown kind ${kind}`);

process.on('message', async () => {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await round();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({ seconds, cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

function* names(): Generator<string> {
  for (let index = 0; index < objects; index++) yield String(index).padStart(5, '0');
}

async function each(work: (name: string) => Promise<void>): Promise<void> {
  const all = names();
  const worker = async () => {
    for (const name of all) await work(name);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

function exchange(options: RequestOptions, body?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, agent, host: '127.0.0.1', port }, response => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function barePut(name: string): Promise<void> {
  const body = Buffer.concat([formHead, await readFile(join(folder, name)), formTail]);
  const headers = { ...formType, 'content-length': body.length };
  await exchange({ method: 'POST', path: '/file/upload', headers }, body);
}

async function bareGet(name: string): Promise<Buffer> {
  return await exchange({ path: `/${name}` });
}

async function bareGetFile(name: string): Promise<void> {
  const path = join(folder, 'got', name);
  await writeFile(`${path}.part`, await bareGet(name));
  await rename(`${path}.part`, path);
}

async function putMany(verify: boolean): Promise<void> {
  const items = (function* () {
    for (const name of names()) yield { source: join(folder, name) };
  })();
  const { stored } = await wcs
    .uploadMany({ bucket: 'bench', items, verify, concurrency: CONCURRENCY })
    .summary();
  if (stored !== objects) throw new Error(`${stored} of ${objects} were stored`);
}

async function sdkGet(key: string, verify: boolean): Promise<void> {
  check(await wcs.download({ bucket: 'bench', key, verify }), verify);
}

async function sdkGetFile(key: string, verify: boolean): Promise<void> {
  check(await wcs.download({ bucket: 'bench', key, verify, to: join(folder, 'got', key) }), verify);
}

function check({ verified }: { verified: boolean }, wanted: boolean): void {
  if (verified !== wanted) throw new Error('verified is not what it should be');
}
