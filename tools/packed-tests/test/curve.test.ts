import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finishedSnapshots, runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packed, program } from './support/packed.js';
import { type PackedEmulator, startPackedEmulator } from './support/packed-emulator.js';

const { curve } = packed;
let emulator: PackedEmulator;

beforeAll(async () => {
  emulator = await startPackedEmulator();
});

afterAll(async () => emulator[Symbol.asyncDispose]());

/** Writes a mebibyte through both packages to a volume of its own, and reads it with the other one. */
const EXCHANGE = `
  async function exchange({ createClient }, { CurveClient }) {
    const path = '/' + crypto.randomUUID();
    const config = { 'mds.listen.addr': process.env.MDS };
    const curve = await CurveClient.connect(config, { user: 'alice' });
    const { length } = await curve.createVolume(path, { size: 10 * 2 ** 30 });
    const native = createClient(config);
    const fd = await native.open(path, { owner: 'alice' });
    const volume = await curve.open(path);
    const content = crypto.randomBytes(2 ** 20);
    await volume.write(content, { offset: 4096 });
    const copy = Buffer.alloc(content.length);
    await native.read(fd, 4096, copy);
    await native.write(fd, length - content.length, copy);
    const { data } = await volume.read({ offset: length - content.length, length: content.length });
    await volume.close();
    await native.close(fd);
    await curve.remove(path);
    await curve.close();
    await native.uninit();
    return content.equals(data) ? 'the same' : 'something else';
  }`;

const ESM = `
  import crypto from 'node:crypto';
  import * as native from '@curve-wcs/curve-native';
  import * as sdk from '@curve-wcs/curve-sdk';
  ${EXCHANGE}
  console.log(await exchange(native, sdk));`;

const COMMON_JS = `
  const crypto = require('node:crypto');
  const native = require('@curve-wcs/curve-native');
  const sdk = require('@curve-wcs/curve-sdk');
  ${EXCHANGE}
  exchange(native, sdk).then(console.log);`;

/** Two threads and the program itself, at the same time; then a thread that is ended while it works. */
const THREADS = `
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';
  const done = ['esm.mjs', 'common.cjs'].map(file => once(new Worker(new URL(file, import.meta.url)), 'exit'));
  await import('./esm.mjs');
  console.log((await Promise.all(done)).join());
  const cut = new Worker(new URL('esm.mjs', import.meta.url));
  await once(cut, 'online');
  console.log(await cut.terminate());
  await import('./esm.mjs?again');`;

/** Another installation of the addon in the same process, and each of them as both kinds of module. */
const COPIES = `
  import crypto from 'node:crypto';
  import { createRequire } from 'node:module';
  import * as sdk from '@curve-wcs/curve-sdk';
  ${EXCHANGE}
  const require = createRequire(import.meta.url);
  const copies = [];
  for (const folder of ['.', './copy']) {
    copies.push(await import(folder + '/node_modules/@curve-wcs/curve-native/dist/index.js'));
    copies.push(require(folder + '/node_modules/@curve-wcs/curve-native'));
  }
  console.log(new Set(copies.map(({ createClient }) => createClient)).size);
  console.log((await Promise.all(copies.map(native => exchange(native, sdk)))).join());`;

describe.each(['20', '22', '24'])('where there is no compiler, on Node.js %s', node => {
  const use = (name: string, code: string) =>
    program(curve, name, code, { node, env: { MDS: emulator.mdsAddress } });

  it('it is that version', async () => {
    expect(await use('version.mjs', 'console.log(process.versions.node)')).toMatch(new RegExp(`^${node}\\.`));
  });

  it('ES modules read and write', async () => {
    expect(await use('esm.mjs', ESM)).toBe('the same\n');
  });

  it('CommonJS reads and writes', async () => {
    expect(await use('common.cjs', COMMON_JS)).toBe('the same\n');
  });

  it('threads do, side by side', async () => {
    writeFileSync(join(curve, 'esm.mjs'), ESM);
    writeFileSync(join(curve, 'common.cjs'), COMMON_JS);
    const lines = (await use('threads.mjs', THREADS)).trim().split('\n');
    expect(lines.sort()).toEqual(['0,0', '1', 'the same', 'the same', 'the same', 'the same']);
  });

  it('two installations do, in one process', async () => {
    const name = 'node_modules/@curve-wcs/curve-native';
    mkdirSync(join(curve, 'copy'), { recursive: true });
    cpSync(join(curve, name), join(curve, 'copy', name), { recursive: true });
    expect(await use('copies.mjs', COPIES)).toBe('4\nthe same,the same,the same,the same\n');
  });
});

it('nothing of it runs when it is installed', () => {
  const lock = JSON.parse(readFileSync(join(curve, 'package-lock.json'), 'utf8'));
  const installed = Object.entries<{ hasInstallScript?: boolean }>(lock.packages);
  expect(installed.map(([path]) => path)).toContain('node_modules/@curve-wcs/curve-native');
  expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
});

it('a Node.js that is too old is told so', async () => {
  const code = `import('@curve-wcs/curve-native').catch(({ code, message }) => console.log(code, message));`;
  const said = await program(curve, 'old.mjs', code, { node: '16' });
  expect(said).toMatch(
    /^NODE_TOO_OLD .*Node\.js 16\..* has Node-API 8, and Node-API 9 is needed\nInstall Node\.js 20/,
  );
});

it.each(['curve-native', 'curve-sdk'])('the examples in the README of %s run', async name => {
  // Each README begins with an empty cluster.
  await using emulator = await startPackedEmulator();
  await using snapshots = await finishedSnapshots();
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'client.conf'), emulator.clientConf);
  writeFileSync(join(cwd, 'disk.img'), Buffer.alloc(3_000_000, 7));
  const examples = await runReadmeExamples(join(curve, 'node_modules', '@curve-wcs', name), {
    cwd,
    env: {
      ...{ MDS_ADDRESS: emulator.mdsAddress, SNAPSHOT_CLONE: snapshots.address },
      PATH: packed.bareBin,
    },
    importFrom: curve,
  });
  expect(examples).toBeGreaterThan(0);
});
