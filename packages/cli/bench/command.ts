// Runs one thing in a process of its own, so that its time, CPU and memory are its own, and prints them as JSON:
//
//   wcscmd ARGUMENT...            the built command
//   walk-and-list FOLDER URL      what no comparison can do without: lstat of every file, and the listing
//   upload-many FOLDER URL KEYS   uploadMany of the SDK, with the files of the folder
import { lstat, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { WcsClient } from '@curve-wcs/wcs-sdk';
import { processIo, runWcscmd } from '../dist/index.js';

const [kind = '', ...operands] = process.argv.slice(2);
let most = 0;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 20);
const cpu = process.cpuUsage();
const started = performance.now();
const kinds: Record<string, () => Promise<number>> = {
  wcscmd,
  'walk-and-list': walkAndList,
  'upload-many': uploadMany,
};
const count = await kinds[kind]?.();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
most = Math.max(most, process.memoryUsage.rss());
process.send?.({ seconds, cpuSeconds: (user + system) / 1e6, most, count });

async function wcscmd(): Promise<number> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const status = await runWcscmd(operands, { ...processIo(), stdout: nowhere });
  if (status !== 0) throw new Error(`wcscmd ${operands.join(' ')} ended with ${status}`);
  return status;
}

async function walkAndList(): Promise<number> {
  const [root = '', prefix = ''] = operands;
  await using wcs = await client();
  const walk = async (folder: string): Promise<number> => {
    const entries = await readdir(folder, { withFileTypes: true });
    let files = 0;
    // As many at a time as the command asks for.
    for (let at = 0; at < entries.length; at += 64) {
      const counts = entries.slice(at, at + 64).map(async entry => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? walk(path) : (await lstat(path)).size >= 0 ? 1 : 0;
      });
      for (const count of await Promise.all(counts)) files += count;
    }
    return files;
  };
  const list = async () => {
    let objects = 0;
    for await (const { size } of wcs.listObjects('demo', { prefix })) if (size >= 0) objects++;
    return objects;
  };
  const [files, objects] = await Promise.all([walk(root), list()]);
  if (files !== objects) throw new Error(`${files} files, ${objects} objects`);
  return files;
}

async function uploadMany(): Promise<number> {
  const [root = '', prefix = ''] = operands;
  await using wcs = await client();
  const names = (await readdir(root, { recursive: true, withFileTypes: true })).filter(entry =>
    entry.isFile(),
  );
  const items = names.map(({ parentPath, name }) => {
    const source = join(parentPath, name);
    return { key: `${prefix}${source.slice(root.length + 1)}`, source };
  });
  const { stored, failed } = await wcs
    .uploadMany({ bucket: 'demo', items, overwrite: true, concurrency: 16 })
    .summary();
  if (failed.length > 0) throw failed[0]?.error;
  return stored;
}

function client(): Promise<WcsClient> {
  return WcsClient.fromConfig(join(process.env['HOME'] ?? homedir(), '.wcscfg'));
}
