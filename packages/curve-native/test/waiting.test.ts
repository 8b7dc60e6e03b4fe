import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { builtEntry } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { alice, count, GiB, startCluster, type TestCluster } from './support/cluster.js';

// Calls that come one after the other are made on JavaScript's thread where that can be, whether it waits for them or for
// other things, too. These need a process that the emulator does not live in.
const built = pathToFileURL(builtEntry('@curve-wcs/curve-native', import.meta.url)).href;

/** Runs `script` with an open volume, and gives what it says. */
async function program({ emulator, client }: TestCluster, script: string): Promise<unknown> {
  await client.create('/v', alice, { length: 10 * GiB });
  const settings = {
    ...{ 'mds.listen.addr': emulator.mdsAddresses.join(','), 'mds.refreshTimesPerLease': 50 },
    ...{ 'chunkserver.opRetryIntervalUS': 10_000 },
  };
  const prelude = `
    const { createClient } = await import(${JSON.stringify(built)});
    const client = createClient(${JSON.stringify(settings)});
    const fd = client.openSync('/v', { owner: 'alice' });
    const block = byte => Buffer.alloc(4096, byte);
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', prelude + script],
    { timeout: 30_000 },
  );
  return JSON.parse(stdout);
}

/** The script of a worker that reads for ever. */
const oneAfterTheOther = (addon: string, address: string) => `
  (async () => {
    const { createClient } = await import('${addon}');
    const client = createClient({ 'mds.listen.addr': '${address}', 'mds.registerToMDS': false });
    const fd = await client.open('/v', { owner: 'alice' });
    await client.read(fd, 0, Buffer.alloc(4096));
    require('node:worker_threads').parentPort.postMessage('begun');
    for (;;) await client.read(fd, 0, Buffer.alloc(4096));
  })();
`;

test('calls that are waited for and calls under way do not keep each other from ending', async () => {
  await using cluster = await startCluster();
  const wrong = await program(
    cluster,
    `
    let wrong = 0;
    for (let round = 0; round < 50; round++) {
      const written = Array.from({ length: round % 5 }, (_, i) => client.write(fd, i * 4096, block(round + i)));
      for (let i = 8; i < 12; i++) client.writeSync(fd, i * 4096, block(round + i));
      await Promise.all(written);
      for (const i of [...written.keys(), 8, 9, 10, 11]) {
        const [now, later] = [block(0), block(0)];
        client.readSync(fd, i * 4096, now);
        await client.read(fd, i * 4096, later);
        if (!now.equals(block(round + i)) || !later.equals(now)) wrong++;
      }
    }
    client.uninitSync();
    console.log(wrong);
    `,
  );
  expect(wrong).toBe(0);
});

test('a lease is refreshed while a program does nothing but wait for calls', async () => {
  await using cluster = await startCluster();
  const refreshes = () => count(cluster.emulator, 'RefreshSession');
  const ended = program(
    cluster,
    `
    // 50 refreshes for each lease, of the emulator's 20 s.
    for (const end = Date.now() + 2000; Date.now() < end; ) client.readSync(fd, 0, block(0));
    console.log(client.writeSync(fd, 0, block(1)));
    client.closeSync(fd);
    `,
  );
  expect(await ended).toBe(4096);
  expect(refreshes()).toBeGreaterThan(1);
});

test('faults are seen by a caller who waits as by any other', async () => {
  await using cluster = await startCluster();
  const { faults } = cluster.emulator;
  faults.add({ match: { method: 'ReadChunk', times: 2 }, do: 'reset' });
  faults.add({ match: { method: 'WriteChunk', times: 2 }, do: 'overload' });
  faults.add({ match: { method: 'GetFileInfo' }, do: 'hang' });
  const outcomes = await program(
    cluster,
    `
    const failed = call => { try { return call(); } catch (error) { return [error.kind, error.status]; } };
    const outcomes = [
      client.writeSync(fd, 0, block(7)),
      client.readSync(fd, 0, block(0)),
      failed(() => client.statSync('/v', { owner: 'alice' }, { deadline: 150 })),
      failed(() => client.unlinkSync('/none', { owner: 'alice' })),
      client.writeSync(fd, 0, block(7)),
      Number(client.statistics().retries) > 0,
    ];
    client.closeSync(fd);
    outcomes.push(failed(() => client.readSync(fd, 0, block(0)))[0]);
    console.log(JSON.stringify(outcomes));
    `,
  );
  expect(outcomes).toEqual([4096, 4096, ['timeout', 0], ['mds', 102], 4096, true, 'client']);
});

test('a client that has nothing to do leaves the processor alone', async () => {
  await using cluster = await startCluster();
  const used = await program(
    cluster,
    `
    await client.read(fd, 0, block(0));
    client.readSync(fd, 0, block(0));
    const before = process.cpuUsage();
    await new Promise(resolve => setTimeout(resolve, 1000));
    const { user, system } = process.cpuUsage(before);
    client.uninitSync();
    console.log((user + system) / 1e6);
    `,
  );
  expect(used).toBeLessThan(0.3);
});

test('what arrives while JavaScript is busy is there afterwards', async () => {
  await using cluster = await startCluster();
  const wrong = await program(
    cluster,
    `
    const busy = ms => { for (const end = Date.now() + ms; Date.now() < end; ); };
    let wrong = 0;
    for (let i = 0; i < 30; i++) {
      const writing = client.write(fd, 0, block(i));
      busy(i % 10);
      await writing;
      const found = block(0);
      const reading = client.read(fd, 0, found);
      busy(i % 7);
      await reading;
      if (!found.equals(block(i))) wrong++;
    }
    await client.uninit();
    console.log(wrong);
    `,
  );
  expect(wrong).toBe(0);
});

test('threads that make one call after the other may end at any time', async () => {
  await using cluster = await startCluster();
  const ended = await program(
    cluster,
    `
    const { once } = await import('node:events');
    const { Worker } = await import('node:worker_threads');
    const script = ${JSON.stringify(oneAfterTheOther(built, cluster.emulator.mdsAddresses[0] ?? ''))};
    for (let round = 0; round < 20; round++) {
      const worker = new Worker(script, { eval: true, execArgv: [] });
      await once(worker, 'message');
      await client.read(fd, 0, block(0));
      await new Promise(resolve => setTimeout(resolve, round));
      await worker.terminate();
    }
    console.log(await client.write(fd, 0, block(1)));
    setTimeout(() => process.exit(), 50);
    for (;;) await client.read(fd, 0, block(0));
    `,
  );
  expect(ended).toBe(4096);
});

test('a call that is refused at once is over at once, whoever waits for it', async () => {
  await using cluster = await startCluster();
  const refused = await program(
    cluster,
    `
    let refused = 0;
    for (let round = 0; round < 2000; round++) {
      client.clusterIdSync();
      for (let i = 0; i < 5; i++) try { client.discardSync(999, 0, 4096); } catch { refused++; }
    }
    client.uninitSync();
    console.log(refused);
    `,
  );
  expect(refused).toBe(10_000);
});

test('a lease is refreshed while all that a program asks for is refused at once', async () => {
  await using cluster = await startCluster();
  const refused = await program(
    cluster,
    `
    let refused = 0;
    for (const end = Date.now() + 4000; Date.now() < end; await new Promise(setImmediate)) {
      await client.read(999, 0, block(0)).catch(() => refused++);
    }
    await client.close(fd);
    console.log(refused > 0);
    `,
  );
  expect(refused).toBe(true);
  // Ten times the 0.4 s from one to the next.
  expect(count(cluster.emulator, 'RefreshSession')).toBeGreaterThan(6);
});
