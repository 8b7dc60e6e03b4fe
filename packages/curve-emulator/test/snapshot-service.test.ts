import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CurveEmulator } from '../src/index.js';
import { FileStatus, StatusCode } from '../src/proto/nameserver2_pb.js';
import { leaderOf, write } from './support/disk.js';
import { ask, ScenarioReplay, scenario } from './support/scenario.js';
import { startCluster } from './support/start.js';
import { GiB, User } from './support/user.js';

/** How long steps take that were seen half done: by their names, in milliseconds. */
const slow: Record<string, number> = {
  ...{
    DeleteObject: 150,
    PutObject: 50,
    CleanCloneTask: 150,
    CreateCloneFile: 20,
    CreateSnapShot: 10,
    GetOrAllocateSegment: 30,
  },
  ...{ SetCloneFileStatus: 60, RecoverChunk: 3, DeleteFile: 60 },
};

async function prepared(options = {}, delays = slow) {
  const cluster = await startCluster({
    snapshotPatience: 300,
    snapshotWait: 400,
    cloneScanInterval: 300,
    ...options,
  });
  for (const [method, ms] of Object.entries(delays))
    cluster.emulator.faults.add({
      match: { role: 'snapshotclone', service: 'tasks', method },
      do: `delay ${ms}ms`,
    });
  return cluster;
}

test.each([
  ['bad-requests', 131],
  ['lifecycle', 55],
  ['cancel', 15],
  ['create-errors', 18],
  ['clone-errors', 46],
  ['clone-from-snapshot', 72],
  ['clone-from-file', 16],
  ['recover', 37],
])('each recorded request of %s gets an answer of the recorded kind', async (name, compared) => {
  const { emulator } = await prepared({ cloneScanInterval: name === 'clone-from-file' ? 1000 : 60_000 });
  const foreign = /everything|what is left/;
  const replay = new ScenarioReplay(
    emulator,
    name === 'bad-requests' ? /Action=GetFileSnapshotList/ : foreign,
  );
  for (const step of scenario(name)) await replay.replay(step);
  expect(replay.compared).toBe(compared);
});

test('each recorded request about copies that cannot be made gets an answer of the recorded kind', async () => {
  const { RecoverChunk, ...others } = slow;
  const { emulator } = await prepared({}, others);
  const replay = new ScenarioReplay(emulator);
  const fault = {
    match: { role: 'snapshotclone', method: 'RecoverChunk' },
    do: [`delay ${RecoverChunk}ms`, 'failure unknown'],
  } as const;
  let works: (() => void) | undefined;
  for (const step of scenario('clone-failures')) {
    if (step.note === 'not lazy' || step.note?.startsWith('chunkservers cannot read'))
      works = emulator.faults.add(fault);
    if (step.note?.startsWith('same destination after')) works?.();
    if (step.body?.includes('"NextStep" : 7')) works?.();
    await replay.replay(step);
  }
  expect(replay.compared).toBe(29);
});

/** A request of ann; the answer's members. */
async function say(emulator: CurveEmulator, action: string, query: string, server = 0) {
  const address = emulator.snapshotAddresses[server] ?? '';
  const line = `GET /SnapshotCloneService?Action=${action}&Version=1&User=ann&${query} HTTP/1.1`;
  return JSON.parse((await ask(address, line)).body);
}

/** Until the only snapshot or task has come to this. */
const comesTo = (emulator: CurveEmulator, query: string, expected: object, server = 0) =>
  expect
    .poll(
      async () => {
        const action = query.startsWith('File') ? 'GetFileSnapshotInfo' : 'GetCloneTasks';
        const answer = await say(emulator, action, query, server).catch(error => error);
        return (answer.Snapshots ?? answer.TaskInfos)?.[0] ?? answer;
      },
      { interval: 5, timeout: 10_000 },
    )
    .toMatchObject(expected);

/** A volume of ann with some bytes in two segments. */
async function volumeOf(emulator: CurveEmulator, path: string): Promise<User> {
  const ann = new User(emulator, 'ann');
  await ann.create(path);
  await fill(emulator, path, [0, 3 * GiB]);
  return ann;
}

/** Writes a block at each of the offsets. */
async function fill(emulator: CurveEmulator, path: string, offsets: number[]): Promise<void> {
  const ann = new User(emulator, 'ann');
  const sn = (await ann.stat(path)).fileInfo?.seqNum ?? 0n;
  for (const offset of offsets) {
    const { pageFileSegment } = await ann.segment(path, offset, true);
    const [first] = pageFileSegment?.chunks ?? [];
    const place = { logicPoolId: 1, copysetId: first?.copysetID ?? 0, chunkId: first?.chunkID ?? 0n };
    await write(await leaderOf(emulator, place), place, Buffer.alloc(4096, 'a'), { sn });
  }
}

const small = { chunkSize: 2 ** 20, segmentSize: GiB / 16, minVolumeSize: GiB / 16 };

test('whichever server leads next goes on with what was under way', async () => {
  const { emulator } = await startCluster({ ...small, snapshotServers: 2, snapshotWait: 0 });
  await volumeOf(emulator, '/v');
  let leader = 0;
  /** Holds a step up. What it returns stops the server that leads as soon as that step is under way. */
  const holdAt = (method: string) => {
    const before = emulator.faults.list().length;
    const done = emulator.faults.add({ match: { role: 'snapshotclone', method }, do: 'delay 10s' });
    return async () => {
      await expect.poll(() => emulator.faults.list()[before]?.fired, { interval: 5 }).toBeGreaterThan(0);
      done();
      await emulator.stopSnapshotServer(leader);
      const asked = say(emulator, 'GetCloneTasks', '', leader);
      await expect(asked).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await emulator.startSnapshotServer(leader);
      leader = 1 - leader;
    };
  };
  for (const step of [
    'CreateSnapShot',
    'GetChunkInfo',
    'PutObject',
    'DeleteSnapShot',
    'CheckSnapShotStatus',
  ]) {
    await fill(emulator, '/v', [0]);
    const stop = holdAt(step);
    const { UUID } = await say(emulator, 'CreateSnapshot', `File=/v&Name=${step}`, leader);
    await stop();
    await comesTo(emulator, `File=/v&UUID=${UUID}`, { Status: 0, Progress: 100 }, leader);
  }
  const { Snapshots } = await say(emulator, 'GetFileSnapshotInfo', 'File=/v', leader);
  const [source] = Snapshots;
  for (const step of [
    'CreateCloneFile',
    'GetOrAllocateSegment',
    'CreateCloneChunk',
    'RecoverChunk',
    'RenameFile',
  ]) {
    const stop = holdAt(step);
    const query = `Source=${source.UUID}&Destination=/${step}&Lazy=false`;
    const { UUID } = await say(emulator, 'Clone', query, leader);
    await stop();
    await comesTo(emulator, `UUID=${UUID}`, { TaskStatus: 0, NextStep: 8 }, leader);
    expect((await new User(emulator, 'ann').stat(`/${step}`)).fileInfo?.fileStatus).toBe(
      FileStatus.kFileCloned,
    );
  }
  const { UUID: lazy } = await say(emulator, 'Clone', 'Source=/v&Destination=/lazy&Lazy=true', leader);
  const stop = holdAt('RecoverChunk');
  await say(emulator, 'Flatten', `UUID=${lazy}`, leader);
  await stop();
  await comesTo(emulator, `UUID=${lazy}`, { TaskStatus: 0 }, leader);
  const stopDeletion = holdAt('DeleteObject');
  for (const { UUID } of Snapshots) await say(emulator, 'DeleteSnapshot', `UUID=${UUID}`, leader);
  await stopDeletion();
  await comesTo(emulator, 'File=/v', { TotalCount: 0 }, leader);
  expect(readdirSync(join(emulator.dataDir, 'objects'), { recursive: true })).toHaveLength(1);
  expect(await new User(emulator, 'ann').unlink('/v')).toBe(StatusCode.kOK);
});

test('without a server, a volume that clones may need stays', async () => {
  const { emulator } = await startCluster({ ...small });
  const ann = await volumeOf(emulator, '/v');
  await say(emulator, 'Clone', 'Source=/v&Destination=/lazy&Lazy=true');
  expect(await ann.unlink('/v')).toBe(StatusCode.kDeleteFileBeingCloned);
  await emulator.stopSnapshotServer(0);
  expect(await ann.unlink('/v')).toBe(StatusCode.KInternalError);
  await emulator.startSnapshotServer(0);
  expect(await ann.unlink('/lazy')).toBe(StatusCode.kOK);
  expect(await ann.unlink('/v')).toBe(StatusCode.kOK);
});

test('a snapshot waits for those that have the volume open, and for nobody else', async () => {
  const { emulator } = await startCluster({ ...small, snapshotWait: 60_000 });
  const ann = await volumeOf(emulator, '/closed');
  await say(emulator, 'CreateSnapshot', 'File=/closed&Name=s');
  await comesTo(emulator, 'File=/closed', { Status: 0 });
  await ann.create('/open');
  await ann.open('/open');
  await say(emulator, 'CreateSnapshot', 'File=/open&Name=s');
  await comesTo(emulator, 'File=/open', { Status: 1, SeqNum: 1, Progress: 0 });
  await say(emulator, 'CancelSnapshot', 'File=/open&UUID=x');
  const { Snapshots } = await say(emulator, 'GetFileSnapshotInfo', 'File=/open');
  await say(emulator, 'DeleteSnapshot', `UUID=${Snapshots[0].UUID}`);
  await comesTo(emulator, 'File=/open', { TotalCount: 0 });
  expect(await ann.unlink('/open')).toBe(StatusCode.kOK);
});

test('requests meet faults by their action, and are in the log', async () => {
  const { emulator } = await startCluster();
  const match = { role: 'snapshotclone', method: 'GetCloneTasks' } as const;
  emulator.faults.add({ match: { ...match, nth: 1 }, do: 'status -4' });
  emulator.faults.add({ match: { ...match, nth: 2 }, do: 'reset' });
  emulator.faults.add({ match: { ...match, nth: 3 }, do: 'truncate frame' });
  emulator.faults.add({ match: { ...match, nth: 4 }, do: 'slow' });
  expect(await say(emulator, 'GetCloneTasks', 'File=é')).toMatchObject({ Code: '-4' });
  await expect(say(emulator, 'GetCloneTasks', '')).rejects.toThrow('ECONNRESET');
  await expect(say(emulator, 'GetCloneTasks', '')).rejects.toThrow();
  expect(await say(emulator, 'GetCloneTasks', '')).toMatchObject({
    Code: '0',
    TaskInfos: null,
    TotalCount: 0,
  });
  const calls = emulator.requests.filter(({ role }) => role === 'snapshotclone');
  expect(calls.map(({ status }) => status)).toEqual([-4, undefined, 0, 0]);
  expect(calls[0]).toMatchObject({ method: 'GetCloneTasks', request: { User: 'ann', File: 'é' } });
});
