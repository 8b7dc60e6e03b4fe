import { execFile } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { startCluster } from './support/cluster.js';

// Of a process of its own, since this one needs its descriptors; with the built package.
const built = new URL('../dist/index.js', import.meta.url).href;

beforeAll(async () => {
  await import(built).catch(() => {
    throw new Error('run the build first: these tests load dist');
  });
});

/** Has at most 100 descriptors; `use()` takes all that are left, `give()` gives them back. */
const shortage = `
  import { execFileSync } from 'node:child_process';
  import { closeSync, openSync } from 'node:fs';
  execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=100']);
  const taken = [];
  const use = () => {
    try {
      for (;;) taken.push(openSync('/dev/null'));
    } catch {}
  };
  const give = (count = taken.length) => taken.splice(0, count).forEach(fd => closeSync(fd));
`;

function run(address: string, script: string): Promise<Record<string, unknown>> {
  const settings = JSON.stringify({
    ...{ 'mds.listen.addr': address, 'mds.maxRetryMS': 300, 'mds.rpcRetryIntervalUS': 10_000 },
    'chunkserver.opRetryIntervalUS': 10_000,
  });
  const program = `${shortage}
    const { createClient } = await import(${JSON.stringify(built)});
    const settings = ${settings};
    const alice = { owner: 'alice' };
    const outcome = work => work.then(value => ({ value: typeof value }), ({ kind, message }) => ({ kind, message }));
    const found = {};
    ${script}
    give();
    console.log(JSON.stringify(found));`;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { timeout: 30_000 },
      (error, stdout, stderr) =>
        error ? reject(new Error(stderr, { cause: error })) : resolve(JSON.parse(stdout)),
    );
  });
}

test('without descriptors there is no client, and the reason is told, however few are missing', async () => {
  await using cluster = await startCluster();
  const { reasons, made, stat } = await run(
    cluster.emulator.mdsAddresses[0] as string,
    `use();
    found.reasons = [];
    for (let left = 0; left < 8 && !found.made; left++) {
      try {
        const client = createClient(settings);
        give();
        found.made = left;
        await client.create('/v', alice, { length: 10 * 2 ** 30 });
        found.stat = await outcome(client.stat('/v', alice));
        await client.uninit();
      } catch (error) {
        found.reasons.push([error.kind, error.message]);
        give(1);
      }
    }`,
  );
  expect(made).toBeGreaterThan(0);
  expect(stat).toEqual({ value: 'object' });
  for (const reason of reasons as unknown[]) {
    expect(reason).toEqual(['client', expect.stringMatching(/open files/i)]);
  }
});

test('calls that find no descriptor fail or wait, and go on when there are some again', async () => {
  await using cluster = await startCluster();
  const { short, late, written, read } = await run(
    cluster.emulator.mdsAddresses[0] as string,
    `const client = createClient(settings);
    use();
    found.short = await outcome(client.stat('/', alice));
    give();
    await client.create('/v', alice, { length: 10 * 2 ** 30 });
    const fd = await client.open('/v', alice);
    use();
    const write = outcome(client.write(fd, 0, Buffer.alloc(4096)));
    found.late = await outcome(client.write(fd, 0, Buffer.alloc(4096), { deadline: 300 }));
    give();
    found.written = await write;
    found.read = await outcome(client.read(fd, 0, Buffer.alloc(4096)));
    await client.uninit();`,
  );
  expect(short).toMatchObject({ kind: 'rpc' });
  expect(late).toMatchObject({ kind: 'timeout' });
  expect({ written, read }).toEqual({ written: { value: 'number' }, read: { value: 'number' } });
});
