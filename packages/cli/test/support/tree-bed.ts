import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WcsEmulatorOptions } from '@curve-wcs/wcs-emulator';
import { WcsClient } from '@curve-wcs/wcs-sdk';
import { onTestFinished } from 'vitest';
import { startTestBed, type TestBed } from './test-bed.js';

/** Contents by path. */
export type Tree = Record<string, string>;

/** A bed for commands on trees of files. */
export interface TreeBed extends TestBed {
  client: WcsClient;
  /** Writes files of a folder, an hour old unless `age` says otherwise (in milliseconds). */
  plant(folder: string, tree: Tree, options?: { age?: number }): void;
  /** What is in a folder; leaves out nothing. */
  tree(folder: string): Tree;
  /** Stores objects below a prefix. */
  store(prefix: string, tree: Tree): Promise<void>;
  /** What is below a prefix, read from the service. */
  objects(prefix?: string): Promise<Tree>;
  /** Requests that change or fetch content, since the last call. */
  transfers(): string[];
}

/** Starts one. */
export async function startTreeBed(options: WcsEmulatorOptions = {}): Promise<TreeBed> {
  const bed = await startTestBed(options);
  const { emulator, folder } = bed;
  const client = new WcsClient({
    accessKey: emulator.accessKey,
    secretKey: emulator.secretKey,
    uploadUrl: emulator.url,
    managementUrl: emulator.url,
    downloadUrl: `${emulator.url}/-/{bucket}`,
  });
  onTestFinished(() => client.close());
  let seen = 0;
  return {
    ...bed,
    client,
    plant(name, tree, { age = 3_600_000 } = {}) {
      const root = join(folder, name);
      mkdirSync(root, { recursive: true });
      for (const [path, content] of Object.entries(tree)) {
        const file = join(root, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
        const time = (Date.now() - age) / 1000;
        utimesSync(file, time, time);
      }
    },
    tree: name => filesIn(join(folder, name)),
    async store(prefix, tree) {
      for (const [path, content] of Object.entries(tree)) {
        const key = `${prefix}${path}`;
        await client.upload({ bucket: 'demo', key, source: Buffer.from(content), overwrite: true });
      }
    },
    async objects(prefix = '') {
      const tree: Tree = {};
      for await (const { key } of client.listObjects('demo', { prefix })) {
        const { data } = await client.download({ bucket: 'demo', key });
        tree[key.slice(prefix.length)] = data.toString();
      }
      seen = emulator.requests.length;
      return tree;
    },
    transfers() {
      const fresh = emulator.requests.slice(seen);
      seen = emulator.requests.length;
      return fresh
        .filter(({ method, path }) => method === 'POST' || path.startsWith('/-/'))
        .map(({ method, path }) => `${method} ${path}`);
    },
  };
}

/** Contents of all files below a folder, by path. */
export function filesIn(root: string): Tree {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter(name => statSync(join(root, name)).isFile());
  return Object.fromEntries(files.map(name => [name, readFileSync(join(root, name), 'utf8')]));
}
