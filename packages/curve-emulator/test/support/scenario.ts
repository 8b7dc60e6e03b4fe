import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect } from 'vitest';
import type { CurveEmulator } from '../../src/index.js';
import { ChunkOpStatus, ChunkOpType, ChunkService } from '../../src/proto/chunk_pb.js';
import { StatusCode } from '../../src/proto/nameserver2_pb.js';
import { leaderOf } from './disk.js';
import { call } from './rpc-client.js';
import { User } from './user.js';

/** A recorded request to the real snapshot service, or something that was done meanwhile. */
export interface ScenarioStep {
  request?: string;
  status: number;
  body: string;
  note: string;
  event?: string;
  lc?: string | string[];
  ours?: string | string[];
}

/** An answer of the service. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export function scenario(name: string): ScenarioStep[] {
  const file = new URL(`../vectors/curve-snapshot/snapshot-${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { steps: ScenarioStep[] }).steps;
}

/** Sends a request line as it is. */
export function ask(address: string, line: string): Promise<HttpAnswer> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path: Buffer.from(path).toString('latin1'), agent: false });
    sent.on('error', reject);
    sent.on('response', response => {
      const pieces: Buffer[] = [];
      response.on('data', piece => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(pieces).toString() });
      });
    });
    sent.end();
  });
}

/** What `unlink /v => -7 [UNDER_SNAPSHOT]` says that the MDS answered. */
const refusals: Record<string, StatusCode> = {
  UNDER_SNAPSHOT: StatusCode.kFileUnderSnapShot,
  DELETE_BEING_CLONED: StatusCode.kDeleteFileBeingCloned,
  NOTEXIST: StatusCode.kFileNotExists,
};
const units: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
const bytesOf = (text: string) => Number.parseInt(text, 10) * (units[text.at(-1) ?? ''] ?? 1);

/** Repeats what was done at a real service: requests with our ids in the place of the recorded ones, and commands. */
export class ScenarioReplay {
  readonly #emulator: CurveEmulator;
  readonly #ids = new Map<string, string>();
  readonly #foreign: RegExp;
  #opened = '';
  compared = 0;

  /** @param foreign - lists that had something of other scenarios in them */
  constructor(emulator: CurveEmulator, foreign = /^$/) {
    this.#emulator = emulator;
    this.#foreign = foreign;
  }

  async replay(step: ScenarioStep): Promise<void> {
    if (step.request !== undefined) return this.#compare(step, step.request);
    const isOurs = /=> (ok|\{)/;
    const texts = [step.lc ?? '', step.ours ?? ''].flat();
    let user = this.#user(step.event?.startsWith('bob') ? 'bob' : 'ann');
    for (const line of texts.flatMap(text => text.split('\n'))) {
      const [, command = '', told = ''] = /^(\w+.*?) => (.*)$/.exec(line) ?? [];
      const words = command.split(' ');
      if (told.startsWith('CurveError')) continue;
      if (words[0] === 'user') user = this.#user(words[1] ?? '', words[2]);
      else await this.#run(user, words, isOurs.test(line) ? '0' : told);
    }
  }

  #user(name: string, password = ''): User {
    return new User(this.#emulator, name, password);
  }

  async #compare(step: ScenarioStep, line: string): Promise<void> {
    const address = this.#emulator.snapshotAddresses[0] ?? '';
    const what = `${line} [${step.note}]`;
    // The real server's page of itself.
    if (line.startsWith('GET / ')) return;
    const foreign = this.#foreign.test(what);
    // Which record is on which page depends on their ids.
    const isPage = /[&](Limit=(?!100)|Offset=)/.test(line);
    const kindOf = (body: string) => (foreign ? codeOf(body) : isPage ? pageOf(body) : wholeKindOf(body));
    const send = async () => {
      const ours = await ask(address, this.#translated(line));
      this.#learn(step.body, ours.body);
      return { status: ours.status, kind: kindOf(this.#translated(step.body)), ours: kindOf(ours.body) };
    };
    // What a task has come to is waited for, as it was recorded.
    const waits = /Action=(GetFileSnapshot|GetCloneTask)/.test(line);
    const matches = async () => {
      const { status, kind, ours } = await send();
      return JSON.stringify([status, ours]) === JSON.stringify([step.status, kind]);
    };
    if (waits)
      await expect
        .poll(matches, { interval: 10, timeout: 20_000 })
        .toBe(true)
        .catch(() => {});
    if (waits && (await matches())) this.compared += 1;
    else {
      const { status, kind, ours } = await send();
      expect({ status, ours }, what).toEqual({ status: step.status, ours: kind });
      this.compared += 1;
    }
  }

  #translated(text: string): string {
    return text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, id => this.#ids.get(id) ?? id);
  }

  /** Which of our ids stands for a recorded one. */
  #learn(recorded: string, ours: string): void {
    const idIn = (text: string) => /^\t"UUID" : "([^"]+)"/m.exec(text)?.[1];
    const [theirs, mine] = [idIn(recorded), idIn(ours)];
    if (theirs === undefined || mine === undefined) return;
    expect(this.#ids.get(theirs) ?? mine).toBe(mine);
    this.#ids.set(theirs, mine);
  }

  async #run(user: User, [command, ...args]: string[], told: string): Promise<void> {
    const [path = '', other = ''] = args;
    const deed: Record<string, () => Promise<StatusCode>> = {
      create: () => user.create(path, bytesOf(other)),
      mkdir: () => user.mkdir(path),
      unlink: () => user.unlink(path),
      delforce: () => user.unlink(path, true),
      extend: () => user.extend(path, bytesOf(other)),
      rename: () => user.rename(path, other),
      chown: () => user.chown(path, other),
    };
    if (command === 'open') {
      this.#opened = path;
      await user.open(path);
    }
    if (command === 'write') await this.#write(user, args);
    const work = deed[command ?? ''];
    // Nobody has anything open here for longer than a command takes.
    if (!work || told.includes('[FILE_OCCUPIED]')) return;
    const refusal = /\[(\w+)\]/.exec(told)?.[1];
    const expected = refusal === undefined ? StatusCode.kOK : refusals[refusal];
    // A rename that was refused there as the volume was open leads nowhere afterwards, there and here.
    expect(await work(), `${command} ${args.join(' ')} => ${told}`).toBe(expected);
  }

  async #write(user: User, [, at = '', length = '', seed = '']: string[]): Promise<void> {
    const path = this.#opened;
    const offset = bytesOf(at);
    const { fileInfo, cloneSourceSegment } = await user.open(path);
    const [segmentSize, chunkSize] = [fileInfo?.segmentSize ?? 1, fileInfo?.chunkSize ?? 1];
    const { pageFileSegment } = await user.segment(path, offset - (offset % segmentSize), true);
    const chunk = pageFileSegment?.chunks[Math.floor((offset % segmentSize) / chunkSize)];
    const place = {
      logicPoolId: pageFileSegment?.logicalPoolID ?? 0,
      copysetId: chunk?.copysetID ?? 0,
      chunkId: chunk?.chunkID ?? 0n,
    };
    const data = Buffer.alloc(bytesOf(length), seed);
    const origin = cloneSourceSegment && {
      cloneFileSource: fileInfo?.cloneSource ?? '',
      cloneFileOffset: BigInt(offset - (offset % chunkSize)),
    };
    const request = {
      ...{ opType: ChunkOpType.CHUNK_OP_WRITE, ...place, offset: offset % chunkSize, size: data.length },
      ...{ sn: fileInfo?.seqNum ?? 0n, ...origin },
    };
    const leader = await leaderOf(this.#emulator, place);
    expect((await call(leader, ChunkService.method.writeChunk, request, data)).status).toBe(
      ChunkOpStatus.SUCCESS,
    );
  }
}

/** Whether an answer is one of success, or which other. */
function codeOf(body: string): unknown {
  const { Code, Message } = JSON.parse(body);
  return { Code, Message };
}

/** How many records there are, and how many of them on this page. */
function pageOf(body: string): unknown {
  const { Code, TotalCount, Snapshots, TaskInfos } = JSON.parse(body);
  return {
    Code,
    TotalCount,
    lists: [Snapshots, TaskInfos].map(list => (Array.isArray(list) ? list.length : list)),
  };
}

/** What an answer says, apart from ids, times and how far work has come. */
function wholeKindOf(body: string): unknown {
  if (!body.startsWith('{')) return body.replace(/\d+/g, '0');
  const { RequestId, UUID, ...rest } = JSON.parse(body);
  expect(RequestId).toMatch(/^[0-9a-f-]{36}$/);
  const kinds = (list: Record<string, unknown>[]) =>
    list
      .map(({ Progress, NextStep, Time, SeqNum, FileLength, Inode, UUID: id, ...item }) => ({
        ...item,
        numbers: [
          typeof Progress,
          typeof NextStep,
          typeof Time,
          typeof SeqNum,
          typeof FileLength,
          typeof Inode,
        ],
        hasId: id !== undefined,
      }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return Object.fromEntries(
    Object.entries({ ...rest, hasId: UUID !== undefined, failedTask: Boolean(UUID) }).map(([name, value]) => [
      name,
      Array.isArray(value) ? kinds(value) : value,
    ]),
  );
}
