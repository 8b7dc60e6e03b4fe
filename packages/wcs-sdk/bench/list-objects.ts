// Lists a bucket, in a process of its own so that its memory and CPU are its own. Prints JSON. A first, short listing
// pays for what Node.js compiles on the way; memory is compared with what it was after that.
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { WcsClient } from '../dist/index.js';

const [kind = '', portText = '', objectsText = ''] = process.argv.slice(2);
const [port, objects] = [Number(portText), Number(objectsText)];
const agent = new Agent({ keepAlive: true });
await using wcs = new WcsClient({
  accessKey: 'bench',
  secretKey: 'bench',
  managementUrl: `http://127.0.0.1:${port}`,
});

const list = { bare, objects: byObject, pages: byPage }[kind];
if (!list) throw new Error(`unknown kind ${kind}`);

let found = 0;
await list(String(Math.max(0, objects - 50_000)));
globalThis.gc?.();
const before = process.memoryUsage.rss();
// The most of each half of the listing: what grows with it is larger in the second.
const peaks = [before, before];
const watch = setInterval(() => {
  const half = found < objects / 2 ? 0 : 1;
  peaks[half] = Math.max(peaks[half] ?? 0, process.memoryUsage.rss());
}, 20);
const cpu = process.cpuUsage();
const started = performance.now();
found = 0;
await list('0');
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
if (found !== objects) throw new Error(`${found} objects were listed, not ${objects}`);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, before, peaks }));
agent.destroy();

/** node:http and JSON.parse, and nothing else. */
async function bare(marker: string): Promise<void> {
  for (let next = marker; next !== ''; ) {
    const path = `/list?bucket=photos&marker=${next}&limit=1000`;
    const body = await new Promise<string>((resolve, reject) => {
      get({ agent, host: '127.0.0.1', port, path }, response => text(response).then(resolve, reject)).on(
        'error',
        reject,
      );
    });
    const page = JSON.parse(body) as { marker: string; items: { fsize: number }[] };
    for (const { fsize } of page.items) if (fsize >= 0) found++;
    next = page.marker;
  }
}

async function byObject(marker: string): Promise<void> {
  for await (const { size } of wcs.listObjects('photos', { marker })) if (size >= 0) found++;
}

async function byPage(marker: string): Promise<void> {
  for await (const { items } of wcs.listObjects('photos', { marker }).pages())
    for (const { size } of items) if (size >= 0) found++;
}
