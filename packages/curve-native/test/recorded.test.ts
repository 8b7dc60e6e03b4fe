import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClient, type NativeClient, type NativeUser } from '../src/index.js';
import { field } from './support/protobuf.js';
import { type RecordedCall, ScriptedServer } from './support/scripted-server.js';

// The client is made to repeat what libcurve was recorded doing against a real cluster (test/vectors), and must send
// the same requests.
const folder = join(import.meta.dirname, 'vectors');

interface Recording {
  api: string[];
  calls: RecordedCall[];
}

/**
 * Not repeatable: random offsets (18), a chunkserver that dies between the recorded calls (35), and calls of the
 * MDS to chunkservers (36). What was recorded of whole clusters is not of this kind.
 */
const excluded = /^(18_|35_|36_|cluster-)/;
const recordings = readdirSync(folder).filter(name => !excluded.test(name));

const root = { owner: 'root', password: 'root_password' };

const units: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const size = (text: string) => Number.parseFloat(text) * (units[text.at(-1) ?? ''] ?? 1);

/** Runs a line of the transcript language and returns libcurve's integer for it. */
class Runner {
  user: NativeUser = { owner: '' };
  fd = -1;
  lastId = 0n;
  readonly passwords: Record<string, string> = {};

  constructor(readonly client: NativeClient) {}

  async run(line: string): Promise<number> {
    const [command = '', ...words] = line.split(' ');
    try {
      return await this.#call(command, words);
    } catch (error) {
      const { libcurveCode } = error as { libcurveCode?: number };
      if (libcurveCode === undefined) throw error;
      return libcurveCode;
    }
  }

  async #call(command: string, [a = '', b = '', c = '', d = '', e = '']: string[]): Promise<number> {
    const { client, user } = this;
    const fd = a === 'fd' ? this.fd : Number(a);
    const done = async (call: Promise<unknown>) => {
      const value = await call;
      return typeof value === 'number' ? value : 0;
    };
    const qemu = () => {
      const [, path = '', owner = ''] = /^(.*)_([^_]*)_[^_]*$/.exec(a) ?? [];
      return [path, { owner }] as const;
    };
    const open = async (path: string, by: NativeUser) => {
      this.fd = await client.open(path, by);
      return this.fd;
    };
    const transfer = (write: boolean) => {
      const buffer = new Uint8Array(size(c));
      return done(write ? client.write(fd, size(b), buffer) : client.read(fd, size(b), buffer));
    };
    switch (command) {
      case 'init':
      case 'poolsets':
      case 'sleep':
        if (command === 'sleep') await new Promise(resolve => setTimeout(resolve, Math.min(size(a), 500)));
        return command === 'poolsets' ? (await client.listPoolset()).length : 0;
      case 'user':
        this.user = { owner: a === '-' ? '' : a, password: b };
        return 0;
      case 'clusterid':
        return done(client.clusterId().then(() => 0));
      case 'create':
        return done(client.create(a, user, { length: size(b) }));
      case 'create2':
        return done(
          client.create(a, user, { length: size(b), stripeUnit: size(c), stripeCount: size(d), poolset: e }),
        );
      case 'stat':
        this.lastId = (await client.stat(a, user)).id;
        return 0;
      case 'ls':
        return done(client.list(a, user));
      case 'mkdir':
        return done(client.mkdir(a, user));
      case 'rmdir':
        return done(client.rmdir(a, user));
      case 'unlink':
        return done(client.unlink(a, user));
      case 'delforce':
        return done(client.deleteForce(a, user));
      case 'recover':
        return done(client.recover(a, user, b === 'lastid' ? this.lastId : size(b)));
      case 'rename':
        return done(client.rename(a, b, user));
      case 'extend':
        return done(client.extend(a, user, size(b)));
      case 'chown':
        return done(client.changeOwner(a, b, user));
      case 'incepoch':
        return done(client.increaseEpoch(...qemu()).then(() => 0));
      case 'open':
        return open(a, user);
      case 'open4qemu':
        return open(...qemu());
      case 'close':
        return done(client.close(fd));
      case 'write':
      case 'aiowrite':
        return (await transfer(true)) * (command === 'write' ? 1 : 0);
      case 'read':
      case 'aioread':
        return (await transfer(false)) * (command === 'read' ? 1 : 0);
      case 'discard':
        return done(client.discard(fd, size(b), size(c)));
      default:
        throw new Error(`unknown command ${command}`);
    }
  }
}

test.each(recordings)('%s', async name => {
  const { api, calls } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recording;
  await using server = await ScriptedServer.start(calls);
  const client = createClient({
    'mds.listen.addr': server.mdsAddress,
    'mds.maxRetryMS': 1000,
    'discard.taskDelayMs': 100,
  });
  const runner = new Runner(client);
  const passwords = new Set([root.password]);
  let repeat = false;
  for (const line of api) {
    // Two comments tell of calls that the recording has besides.
    if (line.includes('lists /RecycleBin')) await client.list('/RecycleBin', root);
    if (line.startsWith('# stat as root repeated')) repeat = true;
    if (!/^[a-z]/.test(line)) continue;
    const [command = '', answer = ''] = line.split(' => ');
    const expected = Number.parseInt(answer, 10);
    const [verb, , password] = command.split(' ');
    if (verb === 'user' && password) passwords.add(password);
    let code = await runner.run(command);
    while (repeat && verb === 'stat' && code === 0) code = await runner.run(command);
    expect(`${command} => ${code}`).toBe(`${command} => ${expected}`);
  }
  await client.uninit({ deadline: 1000 }).catch(() => {});
  expect(server.unexpected).toEqual([]);
  // How often a lease is refreshed and who is asked for a leader depend on the clock; chunks are deleted by the MDS.
  const byOthers = ['RefreshSession', 'GetLeader', 'DeleteChunk'];
  // Where libcurve asks again for a second descriptor, this client knows.
  if (name.startsWith('21_')) byOthers.push('GetOrAllocateSegment', 'GetChunkServerListInCopySets');
  expect(server.missing.filter(method => !byOthers.includes(method))).toEqual([]);
  for (const { method, message } of server.received) checkSignature(method, message, passwords);
});

const signatureFields: Record<string, readonly [owner: number, date: number, signature: number]> = {
  GetFileInfo: [2, 4, 3],
  ListDir: [2, 4, 3],
  DeleteFile: [2, 4, 3],
  RecoverFile: [2, 4, 3],
  ChangeOwner: [3, 5, 4],
};

function checkSignature(method: string, message: Buffer, passwords: Set<string>) {
  const places = signatureFields[method];
  if (!places) return;
  const [owner, date, signature] = places.map(place => field(message, place));
  const signed = signature?.body?.toString();
  const who = owner?.body?.toString();
  const made = [...passwords].map(password =>
    createHmac('sha256', password).update(`${date?.value}:${who}`).digest('base64'),
  );
  expect(who === 'root' ? ['', ...made] : ['']).toContain(signed);
  expect(Math.abs(Number(date?.value) / 1000 - Date.now())).toBeLessThan(15_000);
}
