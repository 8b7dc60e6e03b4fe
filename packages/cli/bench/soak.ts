// Uploads, downloads and syncs random trees for as long as it is told, through the command in this process, to an
// emulator that fails at random; compares every byte, and watches memory. Not part of the tests.
//
//   pnpm --filter @curve-wcs/cli soak [--minutes N] [--seed N]      default: an hour
//
// It ends with status 1 if a byte is wrong, a run does not succeed however often it is repeated, or memory grows.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { WcsClient } from '@curve-wcs/wcs-sdk';
import { runWcscmd } from '../dist/index.js';
import { script } from './measure.js';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 60);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
/** Of the random numbers. */
let state = seed >>> 0;
/** What a run may take on top of what the first minute took, before it counts as growth. */
const GROWTH = 64 * 2 ** 20;
/** Runs of one command until it must have succeeded: a good many requests fail. */
const MOST_TRIES = 60;

const FAULTS = [
  { match: { probability: 0.01 }, do: 'reset' },
  { match: { probability: 0.01 }, do: 'status 503' },
  { match: { probability: 0.005 }, do: 'drop' },
  { match: { probability: 0.02 }, do: 'delay 30ms' },
  { match: { probability: 0.01, method: 'GET' }, do: 'truncate' },
  { match: { probability: 0.01, path: '/-/' }, do: 'corrupt' },
  { match: { probability: 0.01, method: 'POST' }, do: 'reset during 5000' },
];

type Tree = Map<string, Buffer>;

const counts = { rounds: 0, runs: 0, failed: 0, interrupted: 0, comparisons: 0, bytes: 0 };
const wrong: string[] = [];
const memory: number[] = [];

const home = mkdtempSync(join(tmpdir(), 'curve-wcs-soak-'));
const emulator = fork(script('emulator.ts'), { execArgv: ['--import', 'tsx'] });
try {
  const [config] = (await once(emulator, 'message')) as [string];
  writeFileSync(
    join(home, '.wcscfg'),
    `${config}connection_retries = 1\nmkblk_retries = 1\nbput_retries = 1\n`,
  );
  await using client = await WcsClient.fromConfig(join(home, '.wcscfg'));
  await soak(client);
} finally {
  emulator.disconnect();
  rmSync(home, { recursive: true, force: true });
}
report();

async function soak(client: WcsClient): Promise<void> {
  console.log(`seed ${seed}, ${minutes} minutes`);
  const tree: Tree = new Map();
  const end = Date.now() + minutes * 60_000;
  for (let sampled = 0; Date.now() < end && wrong.length === 0; counts.rounds++) {
    change(tree);
    write(tree, join(home, 'site'));
    await fail(emulator, FAULTS);
    await repeated(['sync', 'site', 'wcs://demo/tree', '--delete', '--yes']);
    await fail(emulator, []);
    compare('the prefix', tree, await stored(client, 'tree/'));
    await fail(emulator, FAULTS);
    await repeated(['sync', 'wcs://demo/tree', 'copy', '--delete', '--yes']);
    compare('the folder', tree, read(join(home, 'copy')));
    await oneFile();
    if (Date.now() - sampled < 10_000) continue;
    sampled = Date.now();
    globalThis.gc?.();
    memory.push(process.memoryUsage.rss());
  }
}

/** A file alone, some of them in blocks. */
async function oneFile(): Promise<void> {
  const content = bytes(chance(0.3) ? 21 * 2 ** 20 + integer(12 * 2 ** 20) : integer(300_000));
  writeFileSync(join(home, 'file'), content);
  await repeated(['put', 'wcs://demo/file', 'file', '--overwrite', '1']);
  await repeated(['get', 'wcs://demo/file', 'file.back']);
  compare(
    'the file',
    new Map([['file', content]]),
    new Map([['file', readFileSync(join(home, 'file.back'))]]),
  );
}

/** Runs a command until it succeeds; interrupts it now and then. */
async function repeated(argv: string[]): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const abort = new AbortController();
    const timer = chance(0.2) ? setTimeout(() => abort.abort(), integer(600)) : undefined;
    const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
    const talk: string[] = [];
    const stderr = new Writable({ write: (chunk, _encoding, done) => done(void talk.push(String(chunk))) });
    const io = {
      stdin: Readable.from([]),
      stdout: sink(),
      stderr,
      env: { HOME: home },
      cwd: home,
      signal: abort.signal,
    };
    const status = await runWcscmd([...argv, '--quiet'], io);
    clearTimeout(timer);
    counts.runs++;
    if (status === 0) return;
    if (status === 130) counts.interrupted++;
    else if (status === 1) counts.failed++;
    else wrong.push(`wcscmd ${argv.join(' ')} ended with ${status}: ${talk.join('')}`);
    if (tries === MOST_TRIES - 1) wrong.push(`wcscmd ${argv.join(' ')} does not succeed: ${talk.join('')}`);
  }
}

/** Adds, changes and removes files. */
function change(tree: Tree): void {
  for (const path of [...tree.keys()]) if (chance(0.2)) tree.delete(path);
  for (let file = integer(40); file >= 0; file--) {
    const path = Array.from(
      { length: 1 + integer(3) },
      () => `${'abcdé文'.charAt(integer(6))}${integer(5)}`,
    ).join('/');
    const collides = [...tree.keys()].some(
      other => other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
    );
    if (collides) continue;
    const size = chance(0.02)
      ? 20 * 2 ** 20 + integer(8 * 2 ** 20)
      : chance(0.1)
        ? integer(2 ** 20)
        : integer(20_000);
    // A change that leaves the size alone is the hardest to see.
    tree.set(path, bytes(chance(0.5) ? (tree.get(path)?.length ?? size) : size));
  }
}

/** Makes a folder what a tree is, and leaves alone the files that are right. */
function write(tree: Tree, root: string): void {
  mkdirSync(root, { recursive: true });
  const found = read(root);
  for (const path of found.keys()) if (!tree.has(path)) rmSync(join(root, path));
  const folders = readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isDirectory(),
  );
  for (const { parentPath, name } of folders.reverse()) {
    const path = join(parentPath, name);
    if (readdirSync(path).length === 0) rmSync(path, { recursive: true });
  }
  for (const [path, content] of tree) {
    if (found.get(path)?.equals(content)) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

function read(root: string): Tree {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const paths = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(path => !/\.wcs-part/.test(path));
  return new Map(paths.map(path => [relative(root, path), readFileSync(path)]));
}

async function stored(client: WcsClient, prefix: string): Promise<Tree> {
  const tree: Tree = new Map();
  for await (const { key } of client.listObjects('demo', { prefix })) {
    const { data } = await client.download({ bucket: 'demo', key });
    tree.set(key.slice(prefix.length), data);
  }
  return tree;
}

function compare(what: string, expected: Tree, actual: Tree): void {
  for (const path of new Set([...expected.keys(), ...actual.keys()])) {
    const [right, found] = [expected.get(path), actual.get(path)];
    counts.comparisons++;
    counts.bytes += found?.length ?? 0;
    if (!right || !found)
      wrong.push(`round ${counts.rounds}: ${path} of ${what} is ${right ? 'missing' : 'too much'}`);
    else if (!right.equals(found)) wrong.push(`round ${counts.rounds}: ${path} of ${what} has wrong bytes`);
  }
}

async function fail(emulator: ChildProcess, rules: unknown[]): Promise<void> {
  emulator.send(rules);
  await once(emulator, 'message');
}

function report(): void {
  const mebibytes = (bytes: number | undefined) => `${((bytes ?? Number.NaN) / 2 ** 20).toFixed(0)} MiB`;
  // What Node.js compiles, and the first large file, are paid for by then.
  const first = memory[Math.min(5, memory.length - 1)];
  const last = memory.at(-1);
  console.table({
    ...counts,
    bytes: mebibytes(counts.bytes),
    'RSS first': mebibytes(first),
    'RSS last': mebibytes(last),
  });
  if (!globalThis.gc) console.log('without --expose-gc, memory says little');
  else if ((last ?? 0) - (first ?? 0) > GROWTH)
    wrong.push(`memory grew from ${mebibytes(first)} to ${mebibytes(last)}`);
  for (const line of wrong) console.error(line);
  console.log(wrong.length === 0 ? 'every byte was right' : `${wrong.length} things were wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

/** A whole number below a limit: the same ones for the same seed. */
function integer(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

function chance(share: number): boolean {
  return integer(1_000_000) < share * 1_000_000;
}

function bytes(length: number): Buffer {
  const content = Buffer.alloc(length, `${integer(1_000_000)} `);
  for (let at = 0; at < length; at += 4096) content.writeUInt8(integer(256), at);
  return content;
}
