// Ends commands with SIGKILL at any moment, over and over, and looks at what can be seen then: every file and every
// object is a whole version. The next run must finish, and leave nothing behind. Not part of the tests, which run a few
// rounds.
//
//   pnpm --filter @curve-wcs/cli killed [--rounds N] [--minutes N] [--kinds put,get…]      default: 200 of each kind
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { script } from './measure.js';
import { content, Service } from './service.js';

const MIB = 2 ** 20;
/** Found from here: commands run elsewhere. */
const TSX = createRequire(import.meta.url).resolve('tsx');
const WCSCMD = fileURLToPath(new URL('../bin/wcscmd.js', import.meta.url));

/** What a number of rounds of one kind came to. */
export interface KilledResult {
  kind: string;
  rounds: number;
  /** How often the command was killed before its end. */
  killed: number;
  /** How often it had left something to finish. */
  unfinished: number;
  /** What was wrong; nothing should be. */
  wrong: string[];
}

/** How a run ended. */
interface Ended {
  status: number | null;
  killed: boolean;
  talk: string;
  milliseconds: number;
}

type Round = (bed: Killing, number: number) => Promise<void>;

/** What can be killed. */
export const KINDS: Record<string, Round> = {
  put,
  multiput,
  get,
  'sync up': syncUp,
  'sync down': syncDown,
  append,
};

/** Runs so many rounds of a kind, or as many as there is time for. */
export async function killed(
  kind: string,
  rounds: number,
  until = Number.POSITIVE_INFINITY,
): Promise<KilledResult> {
  await using service = await Service.start('connection_retries = 2\n');
  const result: KilledResult = { kind, rounds: 0, killed: 0, unfinished: 0, wrong: [] };
  const bed = new Killing(service, result);
  for (let round = 0; round < rounds && Date.now() < until; round++) {
    bed.round = round;
    await KINDS[kind]?.(bed, round);
    result.rounds = round + 1;
  }
  return result;
}

/** Runs commands, and ends them. */
class Killing {
  readonly service: Service;
  readonly result: KilledResult;
  /** How long the command takes when nothing ends it, in milliseconds. */
  #usual = 400;
  round = 0;

  constructor(service: Service, result: KilledResult) {
    this.service = service;
    this.result = result;
  }

  /** Ends a process at some moment of its life. */
  async kill(argv: string[]): Promise<Ended> {
    const ended = await this.run(argv, Math.random() * this.#usual * 1.1);
    if (ended.killed) this.result.killed++;
    return ended;
  }

  /** Lets the next run finish; `also` tells of other ends that are as good. */
  async finish(argv: string[], also: (ended: Ended) => Promise<boolean> = async () => false): Promise<void> {
    const ended = await this.run(argv);
    this.#usual = 0.7 * this.#usual + 0.3 * ended.milliseconds;
    if (ended.status !== 0 && !(await also(ended))) {
      this.wrong(`the next run ended with ${ended.status}: ${ended.talk}`);
    }
  }

  async run(argv: string[], after?: number): Promise<Ended> {
    const started = performance.now();
    const child = spawn(process.execPath, argv, {
      cwd: this.service.home,
      env: this.service.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const talk: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => talk.push(chunk));
    const timer = after === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), after);
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
    clearTimeout(timer);
    const milliseconds = performance.now() - started;
    return { status, killed: signal === 'SIGKILL', talk: Buffer.concat(talk).toString(), milliseconds };
  }

  wrong(what: string): void {
    this.result.wrong.push(`${this.result.kind}, round ${this.round}: ${what}`);
  }

  /** Whether an object is one of these versions, or not there. */
  async checkObject(key: string, versions: Buffer[]): Promise<boolean> {
    const found = await this.service.content(key);
    if (found && !versions.some(version => version.equals(found))) this.wrong(`${key} is no whole version`);
    return found !== undefined;
  }

  /** An empty folder. */
  folder(name: string): string {
    const path = join(this.service.home, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    return path;
  }
}

async function put(bed: Killing, round: number): Promise<void> {
  const bytes = content(Math.floor(Math.random() * 3 * MIB));
  await upload(bed, ['put', `wcs://demo/put/${round}`, 'source'], `put/${round}`, bytes);
}

async function multiput(bed: Killing, round: number): Promise<void> {
  const bytes = content(9 * MIB + Math.floor(Math.random() * 8 * MIB));
  await upload(bed, ['multiput', `wcs://demo/put/${round}`, 'source'], `put/${round}`, bytes);
}

async function upload(bed: Killing, argv: string[], key: string, bytes: Buffer): Promise<void> {
  writeFileSync(join(bed.service.home, 'source'), bytes);
  const { status } = await bed.kill([WCSCMD, ...argv]);
  const there = await bed.checkObject(key, [bytes]);
  if (!there) bed.result.unfinished++;
  // What was killed when all was done has nothing left that tells whose object it is.
  if (status !== 0) await bed.finish([WCSCMD, ...argv], async ({ talk }) => there && talk.includes('exists'));
  if (!(await bed.checkObject(key, [bytes]))) bed.wrong('the object is not there');
  const records = readdirSync(join(bed.service.home, 'records')).filter(name => name.endsWith('.upload'));
  if (records.length > 0 && !there) bed.wrong(`records stay: ${records.join()}`);
  for (const name of records) rmSync(join(bed.service.home, 'records', name));
  await bed.service.client.delete({ bucket: 'demo', key });
}

async function get(bed: Killing): Promise<void> {
  const bytes = content(9 * MIB + Math.floor(Math.random() * 12 * MIB));
  await bed.service.client.upload({ bucket: 'demo', key: 'get', source: bytes, overwrite: true });
  const folder = bed.folder('down');
  const argv = [WCSCMD, 'get', 'wcs://demo/get', join(folder, 'file')];
  await bed.kill(argv);
  const names = readdirSync(folder);
  if (names.includes('file')) checkFile(bed, join(folder, 'file'), [bytes]);
  else bed.result.unfinished++;
  await bed.finish(argv);
  checkFile(bed, join(folder, 'file'), [bytes]);
  if (readdirSync(folder).length !== 1) bed.wrong(`something is left: ${readdirSync(folder).join()}`);
}

async function syncUp(bed: Killing, round: number): Promise<void> {
  const folder = join(bed.service.home, 'site');
  const before = filesIn(folder);
  mkdirSync(folder, { recursive: true });
  const after = tree(round);
  for (const name of before.keys()) if (!after.has(name)) rmSync(join(folder, name));
  for (const [name, bytes] of after) writeFileSync(join(folder, name), bytes);
  const argv = [WCSCMD, 'sync', 'site', 'wcs://demo/site', '--delete', '--yes'];
  await bed.kill(argv);
  let right = 0;
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const versions = [before.get(name), after.get(name)].filter(version => version !== undefined);
    if (await bed.checkObject(`site/${name}`, versions)) right++;
  }
  if (right < after.size) bed.result.unfinished++;
  await bed.finish(argv);
  const keys: string[] = [];
  for await (const { key } of bed.service.client.listObjects('demo', { prefix: 'site/' }))
    keys.push(key.slice(5));
  if (keys.toSorted().join() !== [...after.keys()].toSorted().join()) bed.wrong(`objects are ${keys.join()}`);
  for (const [name, bytes] of after) await bed.checkObject(`site/${name}`, [bytes]);
}

async function syncDown(bed: Killing, round: number): Promise<void> {
  const { client } = bed.service;
  const folder = join(bed.service.home, 'copy');
  mkdirSync(folder, { recursive: true });
  const before = filesIn(folder);
  const after = tree(round);
  for await (const { key } of client.listObjects('demo', { prefix: 'from/' })) {
    if (!after.has(key.slice(5))) await client.delete({ bucket: 'demo', key });
  }
  for (const [name, source] of after) {
    await client.upload({ bucket: 'demo', key: `from/${name}`, source, overwrite: true });
  }
  const argv = [WCSCMD, 'sync', 'wcs://demo/from', 'copy', '--delete', '--yes'];
  await bed.kill(argv);
  for (const name of readdirSync(folder).filter(name => !name.endsWith('.wcs-part'))) {
    const versions = [before.get(name), after.get(name)].filter(version => version !== undefined);
    checkFile(bed, join(folder, name), versions);
  }
  if (filesIn(folder).size < after.size) bed.result.unfinished++;
  await bed.finish(argv);
  if (readdirSync(folder).toSorted().join() !== [...after.keys()].toSorted().join()) {
    bed.wrong(`files are ${readdirSync(folder).join()}`);
  }
  for (const [name, bytes] of after) checkFile(bed, join(folder, name), [bytes]);
}

async function append(bed: Killing, round: number): Promise<void> {
  const [key, size, pieces] = [`append/${round}`, 100_000, 6];
  const argv = (from: number) => [
    ...['--import', TSX, script('appender.ts')],
    ...[join(bed.service.home, '.wcscfg'), key, String(size), String(from), String(pieces)],
  ];
  const all = Buffer.concat(
    Array.from({ length: pieces }, (_, piece) => Buffer.alloc(size, `piece ${piece} `)),
  );
  const prefixes = Array.from({ length: pieces + 1 }, (_, count) => all.subarray(0, count * size));
  await bed.kill(argv(0));
  await bed.checkObject(key, prefixes);
  const there = (await bed.service.content(key))?.length ?? 0;
  if (there < all.length) bed.result.unfinished++;
  await bed.finish(argv(there / size));
  if (!(await bed.checkObject(key, [all]))) bed.wrong('the object is not there');
}

/** Files, of which two in three are others than the time before. */
function tree(round: number): Map<string, Buffer> {
  const sizes = [0, 1, 5000, 100_000, 200_000, 2 * MIB, round % 5 === 0 ? 21 * MIB : 9 * MIB];
  return new Map(sizes.map((size, index) => [`${(round + index) % 9}`, content(size)]));
}

function filesIn(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  try {
    for (const name of readdirSync(folder).filter(name => !name.endsWith('.wcs-part'))) {
      files.set(name, readFileSync(join(folder, name)));
    }
  } catch {
    // It is not there yet.
  }
  return files;
}

function checkFile(bed: Killing, path: string, versions: Buffer[]): void {
  let found: Buffer | undefined;
  try {
    found = readFileSync(path);
  } catch {
    bed.wrong(`${path} is not there`);
  }
  if (found && !versions.some(version => version.equals(found))) bed.wrong(`${path} is no whole version`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '200' },
      minutes: { type: 'string', default: 'Infinity' },
      kinds: { type: 'string', default: Object.keys(KINDS).join() },
    },
  });
  let wrongs = 0;
  for (const kind of values.kinds.split(',')) {
    const { wrong, ...counts } = await killed(
      kind,
      Number(values.rounds),
      Date.now() + Number(values.minutes) * 60_000,
    );
    console.table([counts]);
    for (const line of wrong) console.error(line);
    wrongs += wrong.length;
  }
  console.log(wrongs === 0 ? 'every file and object was right' : `${wrongs} things were wrong`);
  process.exitCode = wrongs === 0 ? 0 : 1;
}
