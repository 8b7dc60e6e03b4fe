// Two processes do the same at the same time, to the same file, object or record, round after round: downloads, uploads,
// syncs both ways and exports. Whatever each says of its end, what can be seen must be one whole version, at every
// instant, and what said that it succeeded must be true. Not part of the tests, which run a few rounds.
//
//   pnpm --filter @curve-wcs/cli together [--rounds N] [--minutes N]      default: 1,000 rounds
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { CurveClient } from '@curve-wcs/curve-sdk';
import { script } from './measure.js';
import { content, Service } from './service.js';
import type { Order, Outcome } from './worker.js';

const MIB = 2 ** 20;

/** What a number of rounds came to. */
export interface TogetherResult {
  rounds: number;
  /** How often a process succeeded, and how often it said that it had not. */
  succeeded: number;
  failed: number;
  /** What was wrong; nothing should be. */
  wrong: string[];
}

/** Runs so many rounds, each of one kind after the other, or as many as there is time for. */
export async function together(rounds: number, until = Number.POSITIVE_INFINITY): Promise<TogetherResult> {
  await using service = await Service.start('connection_retries = 2\n');
  const cluster = await startCurveEmulator({
    durability: 'fast',
    chunkSize: MIB,
    segmentSize: 4 * MIB,
    minVolumeSize: 4 * MIB,
  });
  const workers = [0, 1].map(() => fork(script('worker.ts'), { execArgv: ['--import', 'tsx'] }));
  const result: TogetherResult = { rounds: 0, succeeded: 0, failed: 0, wrong: [] };
  try {
    const conf = cluster.clientConfPath;
    // A busy machine is no reason to ask twice: what was done the first time would be refused the second.
    writeFileSync(conf, cluster.clientConf.replace('mds.rpcTimeoutMS=500', 'mds.rpcTimeoutMS=3000'));
    const curve = await CurveClient.connect(conf, { user: 'alice' });
    await curve.createVolume('/v', { size: 12 * MIB });
    const pair = new Pair(service, workers, conf, curve, result);
    const kinds = [pair.download, pair.upload, pair.syncUp, pair.syncDown, pair.exported];
    for (let round = 0; round < rounds && Date.now() < until; round++) {
      await kinds[round % kinds.length]?.call(pair, round);
      result.rounds = round + 1;
    }
    await curve.close();
  } finally {
    for (const worker of workers) worker.disconnect();
    await cluster.close();
  }
  return result;
}

/** The two processes, and what they do. */
class Pair {
  readonly #service: Service;
  readonly #workers: ChildProcess[];
  readonly #conf: string;
  readonly #curve: CurveClient;
  readonly #result: TogetherResult;

  constructor(
    service: Service,
    workers: ChildProcess[],
    conf: string,
    curve: CurveClient,
    result: TogetherResult,
  ) {
    this.#service = service;
    this.#workers = workers;
    this.#conf = conf;
    this.#curve = curve;
    this.#result = result;
  }

  /** Of an object that becomes another meanwhile, now and then. */
  async download(round: number): Promise<void> {
    const { client, home } = this.#service;
    const versions = [content(9 * MIB), content(9 * MIB)];
    await client.upload({ bucket: 'demo', key: 'big', source: versions[0] ?? '', overwrite: true });
    const folder = this.#folder('down');
    const file = join(folder, 'file');
    const replaced =
      round % 3 === 0 &&
      client.upload({ bucket: 'demo', key: 'big', source: versions[1] ?? '', overwrite: true });
    const outcomes = await this.#both('wcscmd', ['get', 'wcs://demo/big', file], () =>
      this.#check(round, file, versions),
    );
    await replaced;
    if (outcomes.some(({ status }) => status === 0)) this.#check(round, file, versions, { there: true });
    for (const name of readdirSync(folder)) {
      if (name !== 'file' && name !== '.file.wcs-part') this.#wrong(round, `${name} is left in ${home}`);
    }
  }

  /** Of one file with one record. */
  async upload(round: number): Promise<void> {
    const source = content(9 * MIB);
    writeFileSync(join(this.#service.home, 'source'), source);
    const overwrite = round % 2 === 0 ? ['--overwrite', '1'] : [];
    const key = `up/${round}`;
    const outcomes = await this.#both('wcscmd', ['multiput', `wcs://demo/${key}`, 'source', ...overwrite]);
    const stored = await this.#service.content(key);
    if (!stored?.equals(source)) this.#wrong(round, `the object is not the file: ${talkOf(outcomes)}`);
    if (!outcomes.some(({ status }) => status === 0))
      this.#wrong(round, `neither succeeded: ${talkOf(outcomes)}`);
    await this.#service.client.delete({ bucket: 'demo', key });
  }

  async syncUp(round: number): Promise<void> {
    const folder = this.#folder('site');
    const files = this.#tree(folder, round);
    const outcomes = await this.#both('wcscmd', ['sync', 'site', 'wcs://demo/tree', '--delete', '--yes']);
    if (!outcomes.some(({ status }) => status === 0))
      this.#wrong(round, `neither succeeded: ${talkOf(outcomes)}`);
    for (const [name, source] of files) {
      if (!(await this.#service.content(`tree/${name}`))?.equals(source))
        this.#wrong(round, `tree/${name} is wrong`);
    }
  }

  async syncDown(round: number): Promise<void> {
    const files = new Map<string, Buffer>();
    for await (const { key } of this.#service.client.listObjects('demo', { prefix: 'tree/' })) {
      files.set(key.slice(5), (await this.#service.content(key)) ?? Buffer.alloc(0));
    }
    const folder = this.#folder('copy');
    const outcomes = await this.#both('wcscmd', ['sync', 'wcs://demo/tree', 'copy', '--delete', '--yes']);
    if (!outcomes.some(({ status }) => status === 0))
      this.#wrong(round, `neither succeeded: ${talkOf(outcomes)}`);
    for (const name of new Set([...files.keys(), ...readdirSync(folder)])) {
      const right = files.get(name);
      if (!right || !readFileSync(join(folder, name)).equals(right))
        this.#wrong(round, `copy/${name} is wrong`);
    }
  }

  async exported(round: number): Promise<void> {
    const volume = await this.#curve.open('/v');
    const image = content(12 * MIB);
    await volume.import(image);
    await volume.close();
    const file = join(this.#folder('export'), 'image');
    const check = () => this.#check(round, file, [image]);
    const outcomes = await this.#both('curvecmd', ['export', '/v', file], check);
    if (!outcomes.some(({ status }) => status === 0))
      this.#wrong(round, `neither succeeded: ${talkOf(outcomes)}`);
    this.#check(round, file, [image], { there: true });
  }

  /** Runs a command in both processes, and looks at what can be seen meanwhile. */
  async #both(tool: Order['tool'], argv: string[], look = () => {}): Promise<Outcome[]> {
    const { home, env } = this.#service;
    const order: Order = {
      tool,
      argv,
      cwd: home,
      env: { ...env, CURVE_CONF: this.#conf, CURVE_USER: 'alice' },
    };
    const looking = setInterval(look, 15);
    const ended = this.#workers.map(async worker => {
      worker.send(order);
      return ((await once(worker, 'message')) as [Outcome])[0];
    });
    const outcomes = await Promise.all(ended);
    clearInterval(looking);
    for (const { status } of outcomes) this.#result[status === 0 ? 'succeeded' : 'failed']++;
    return outcomes;
  }

  /** A file that can be seen is a whole version. */
  #check(round: number, file: string, versions: Buffer[], { there = false } = {}): void {
    let found: Buffer | undefined;
    try {
      found = readFileSync(file);
    } catch {
      if (there) this.#wrong(round, `${file} is not there`);
    }
    if (found && !versions.some(version => found.equals(version)))
      this.#wrong(round, `${file} is no whole version`);
  }

  /** Some files, of which some are as they were. */
  #tree(folder: string, round: number): Map<string, Buffer> {
    const sizes = [0, 1, 5000, 200_000, round % 20 === 2 ? 21 * MIB : MIB];
    const files = new Map(sizes.map((size, index) => [`f${index}-${round % 3}`, content(size)]));
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    return files;
  }

  #folder(name: string): string {
    const folder = join(this.#service.home, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return folder;
  }

  #wrong(round: number, what: string): void {
    this.#result.wrong.push(`round ${round}: ${what}`);
  }
}

function talkOf(outcomes: Outcome[]): string {
  return outcomes.map(({ status, talk }) => `${status}: ${talk.trim()}`).join(' | ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: 'Infinity' },
    },
  });
  const { wrong, ...counts } = await together(
    Number(values.rounds),
    Date.now() + Number(values.minutes) * 60_000,
  );
  console.table(counts);
  for (const line of wrong) console.error(line);
  console.log(wrong.length === 0 ? 'everything was true' : `${wrong.length} things were wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
