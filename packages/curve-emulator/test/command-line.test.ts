import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Exit, exitOf, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChunkOpStatus } from '../src/proto/chunk_pb.js';
import { StatusCode } from '../src/proto/nameserver2_pb.js';
import { leaderOf, read, write } from './support/disk.js';
import { User } from './support/user.js';
import { firstChunk } from './support/volume.js';

const binary = fileURLToPath(new URL('../bin/curve-emulator.js', import.meta.url));

type Process = ChildProcessByStdio<null, Readable, Readable>;

function start(...args: string[]): Process {
  const child = spawn(process.execPath, [binary, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Runs to the end. */
async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(...args);
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

/** Starts a cluster, and reads what it says about itself. */
async function serve(...args: string[]) {
  const child = start(...args);
  let text = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (/^chunkservers: .*\n/m.test(text)) break;
  }
  const line = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1] ?? '';
  const cluster = {
    mdsAddresses: line('mds').split(' '),
    chunkserverAddresses: line('chunkservers').split(' '),
  };
  return { child, cluster, conf: line('client.conf'), control: line('control') };
}

async function end(child: Process, signal: NodeJS.Signals): Promise<Exit> {
  child.kill(signal);
  return exitOf(child);
}

describe('the command', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, and takes its folder away', async signal => {
    const { child, cluster, conf, control } = await serve('--mds', '2', '--chunkservers', '1');
    expect(cluster.mdsAddresses).toHaveLength(2);
    expect(cluster.chunkserverAddresses).toHaveLength(1);
    expect(readFileSync(conf, 'utf8')).toContain(`mds.listen.addr=${cluster.mdsAddresses.join(',')}\n`);
    expect(await new User(cluster, 'u1').create('/v')).toBe(StatusCode.kOK);
    expect(await (await fetch(`${control}/faults`)).json()).toEqual({ faults: [] });
    expect(await end(child, signal)).toEqual([0, null]);
    expect(existsSync(conf)).toBe(false);
  });

  test('helps, and tells its version', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: curve-emulator/),
    });
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test.each([
    [['--nothing'], /--nothing/],
    [['--mds', 'two'], /--mds two is not a whole number/],
    [['--chunkservers', '0'], /chunkservers is 0/],
    [['--host', 'localhost'], /host is localhost/],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });
});

test('what was acknowledged survives kill -9', async () => {
  const dataDir = temporaryFolder();
  const first = await serve('--data-dir', dataDir);
  const before = new User(first.cluster, 'u1');
  const acknowledged = new Map<string, number>();
  let killed = false;

  /** Creates and writes one volume after the other, until the cluster is gone. */
  const work = async (worker: number) => {
    for (let i = 0; !killed; i++) {
      const path = `/w${worker}-${i}`;
      if ((await before.create(path)) !== StatusCode.kOK) throw new Error(`cannot create ${path}`);
      const chunk = await firstChunk(before, path);
      const leader = await leaderOf(first.cluster, chunk);
      const byte = 1 + ((worker * 50 + i) % 255);
      const status = await write(leader, chunk, Buffer.alloc(8192, byte), { offset: 4096 });
      if (status === ChunkOpStatus.SUCCESS) acknowledged.set(path, byte);
    }
  };
  const workers = [0, 1, 2, 3].map(worker =>
    work(worker).catch(error => {
      if (!killed) throw error;
    }),
  );
  await expect.poll(() => acknowledged.size).toBeGreaterThan(20);
  killed = true;
  await end(first.child, 'SIGKILL');
  await Promise.all(workers);

  const second = await serve('--data-dir', dataDir);
  const after = new User(second.cluster, 'u1');
  const chunks = new Set<bigint>();
  for (const [path, byte] of acknowledged) {
    const chunk = await firstChunk(after, path);
    chunks.add(chunk.chunkId);
    const { attachment } = await read(await leaderOf(second.cluster, chunk), chunk, 4096, 8192);
    expect(attachment.equals(Buffer.alloc(8192, byte)), path).toBe(true);
  }
  expect(chunks.size).toBe(acknowledged.size);
  // No id is given twice.
  expect(await after.create('/new')).toBe(StatusCode.kOK);
  expect((await after.stat('/new')).fileInfo?.id).toBeGreaterThanOrEqual(1003n);
  expect(chunks).not.toContain((await firstChunk(after, '/new')).chunkId);
});
