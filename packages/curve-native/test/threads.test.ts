import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { builtEntry, requireAsUser } from '@curve-wcs/test-support';
import { beforeAll, expect, test } from 'vitest';
import { alice, openVolume, startCluster } from './support/cluster.js';
import { FakeServer } from './support/fake-server.js';
import { mdsAnswer, plain } from './support/fake-volume.js';

// Only the end of a worker's or a process's environment shows whether its teardown is right, so these run the built
// package in real workers and child processes.
const name = '@curve-wcs/curve-native';
const built = pathToFileURL(builtEntry(name, import.meta.url)).href;
const builtCommonJs = requireAsUser(import.meta.url).resolve(name);

const busy = (address: string) => `
  const { createClient } = await import(${JSON.stringify(built)});
  const client = createClient({ 'mds.listen.addr': '${address}', 'mds.registerToMDS': false });
  const fd = await client.open('/v', { owner: 'alice' });
  const again = (offset, buffer, call) => call(fd, offset, buffer).then(() => again(offset, buffer, call), () => {});
  for (let i = 0; i < 16; i++) {
    again(i * 65536, Buffer.alloc(65536, i), client.write.bind(client));
    again(i * 65536, Buffer.alloc(65536, i), client.read.bind(client));
  }
  client.write(fd, 2 ** 33, Buffer.alloc(4096)).catch(() => {});
`;

function run(
  script: string,
  ...flags: string[]
): Promise<{ code: unknown; signal: unknown; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [...flags, '--input-type=module', '-e', script],
      { timeout: 20_000 },
      (error, _, stderr) => resolve({ code: error?.code ?? 0, signal: error?.signal ?? null, stderr }),
    );
  });
}

const clean = { code: 0, signal: null, stderr: '' };

beforeAll(async () => {
  await import(built).catch(() => {
    throw new Error('run the build first: these tests load dist');
  });
});

test('workers terminated with I/O in flight leave the others alone', async () => {
  await using cluster = await startCluster();
  const fd = await openVolume(cluster);
  const address = cluster.emulator.mdsAddresses[0] as string;
  for (let round = 0; round < 5; round++) {
    const workers = Array.from(
      { length: 4 },
      () =>
        new Worker(
          `(async () => { ${busy(address)}; require('node:worker_threads').parentPort.postMessage('busy') })()`,
          { eval: true },
        ),
    );
    await Promise.all(workers.map(worker => once(worker, 'message')));
    await new Promise(resolve => setTimeout(resolve, round * 10));
    await Promise.all(workers.map(worker => worker.terminate()));
  }
  expect(await cluster.client.write(fd, 0, Buffer.alloc(4096))).toBe(4096);
});

test('process.exit with I/O in flight', async () => {
  await using cluster = await startCluster();
  await openVolume(cluster);
  const address = cluster.emulator.mdsAddresses[0] as string;
  expect(await run(`${busy(address)} setTimeout(() => process.exit(0), 100);`)).toEqual(clean);
});

test('an open client does not keep the process alive, a pending call does', async () => {
  await using cluster = await startCluster();
  await cluster.client.create('/v', alice, { length: 10 * 2 ** 30 });
  const settings = JSON.stringify({ 'mds.listen.addr': cluster.emulator.mdsAddresses[0] });
  const script = `
    const { createClient } = await import(${JSON.stringify(built)});
    const client = createClient(${settings});
    const fd = await client.open('/v', { owner: 'alice' });
    if (await client.write(fd, 0, Buffer.alloc(4096)) !== 4096) process.exitCode = 3;
  `;
  expect(await run(script)).toEqual(clean);
});

test('clients dropped without uninit are collected with what they hold', async () => {
  await using cluster = await startCluster();
  await openVolume(cluster);
  const settings = JSON.stringify({ 'mds.listen.addr': cluster.emulator.mdsAddresses[0] });
  const script = `
    import { readdirSync } from 'node:fs';
    const { createClient } = await import(${JSON.stringify(built)});
    const threads = () => process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0;
    const before = threads();
    for (let i = 0; i < 50; i++) {
      await createClient(${settings}).open('/v', { owner: 'alice' });
      if (i % 10 === 9) {
        globalThis.gc();
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    }
    if (threads() > before + 20) throw new Error('threads left: ' + (threads() - before));
  `;
  expect(await run(script, '--expose-gc')).toEqual(clean);
});

test('a client that only its call under way knows of is not collected before that has settled', async () => {
  // Answered when there has been time to collect.
  await using server = await FakeServer.start({
    answer: call => mdsAnswer({ geometry: plain, copysets: 1, chunkservers: [1] }, call),
    hold: send => void setTimeout(send, 200),
  });
  const settings = JSON.stringify({ 'mds.listen.addr': server.address(0), 'mds.registerToMDS': false });
  const script = `
    const { createClient } = await import(${JSON.stringify(built)});
    const opening = createClient(${settings}).open('/v', { owner: 'alice' });
    for (let i = 0; i < 10; i++) {
      globalThis.gc();
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    if (await opening !== 0) process.exitCode = 3;
  `;
  expect(await run(script, '--expose-gc')).toEqual(clean);
});

test('what is left of a call that passed its deadline does not meet a later one', async () => {
  await using cluster = await startCluster();
  await cluster.client.create('/v', alice, { length: 10 * 2 ** 30 });
  // CloseFile is answered while the later call waits.
  cluster.emulator.faults.add({ match: { method: 'CloseFile', times: 1 }, do: 'delay 300ms' });
  cluster.emulator.faults.add({ match: { method: 'GetFileInfo' }, do: 'delay 400ms' });
  const settings = JSON.stringify({ 'mds.listen.addr': cluster.emulator.mdsAddresses[0] });
  const script = `
    const { createClient } = await import(${JSON.stringify(built)});
    const client = createClient(${settings});
    const fd = client.openSync('/v', { owner: 'alice' });
    try {
      client.closeSync(fd, { deadline: 50 });
    } catch {}
    if (client.statSync('/v', { owner: 'alice' }).length !== 10n * 2n ** 30n) process.exitCode = 3;
  `;
  expect(await run(script)).toEqual(clean);
});

test("an RPC of the caller's own making can be waited for", async () => {
  await using cluster = await startCluster();
  const settings = JSON.stringify({ 'mds.listen.addr': cluster.emulator.mdsAddresses[0] });
  const script = `
    const { createClient } = await import(${JSON.stringify(built)});
    const call = { service: 'curve.chunkserver.ChunkServerService', method: 'ChunkServerStatus', message: Buffer.alloc(0) };
    const { message: answer } = createClient(${settings}).unarySync({ ...call, server: '${cluster.emulator.chunkserverAddresses[0]}' });
    if (answer.length !== 2 || answer[1] !== 1) process.exitCode = 3;
  `;
  expect(await run(script)).toEqual(clean);
});

test('reads that are begun while their volume is being closed are refused or done', async () => {
  await using cluster = await startCluster();
  await openVolume(cluster);
  const settings = JSON.stringify({ 'mds.listen.addr': cluster.emulator.mdsAddresses[0] });
  const script = `
    const { createClient } = await import(${JSON.stringify(built)});
    const client = createClient(${settings});
    for (let i = 0; i < 30; i++) {
      const fd = await client.open('/v', { owner: 'alice' });
      let closed = false;
      const closing = client.close(fd).finally(() => { closed = true; });
      const reads = [];
      while (!closed) {
        for (let k = 0; k < 50; k++) {
          const aborts = new AbortController();
          reads.push(client.read(fd, 0, Buffer.alloc(4096), aborts).catch(error => error));
          if (k % 2) aborts.abort();
        }
        await new Promise(setImmediate);
      }
      await closing;
      for (const result of await Promise.all(reads)) {
        if (result !== 4096 && result.libcurveCode !== -23 && result.kind !== 'canceled') throw result;
      }
    }
  `;
  expect(await run(script)).toEqual(clean);
});

test('programs that the process starts get none of its sockets', async () => {
  await using cluster = await startCluster();
  const settings = JSON.stringify({
    'mds.listen.addr': cluster.emulator.mdsAddresses[0],
    'mds.registerToMDS': true,
  });
  const script = `
    import { execFileSync } from 'node:child_process';
    import { existsSync } from 'node:fs';
    const { createClient } = await import(${JSON.stringify(built)});
    const inherited = () =>
      existsSync('/proc/self/fd') ? execFileSync('ls', ['-l', '/proc/self/fd']).toString().split('socket:').length : 0;
    const before = inherited();
    const client = createClient(${settings});
    await client.clusterId();
    if (inherited() !== before) process.exitCode = 3;
  `;
  expect(await run(script)).toEqual(clean);
});

test('CommonJS loads it too, and a bad override is explained', async () => {
  const script = `
    import { createRequire } from 'node:module';
    const { createClient } = createRequire(import.meta.url)(${JSON.stringify(builtCommonJs)});
    createClient({ 'mds.listen.addr': '127.0.0.1:1' });
  `;
  expect(await run(script)).toEqual(clean);
  const failing = await run(
    `process.env.CURVE_NATIVE_ADDON = '/nowhere.node'; await import(${JSON.stringify(built)});`,
  );
  expect(failing.stderr).toContain('/nowhere.node: not there');
});
