import type { CurveEmulatorOptions } from '@curve-wcs/curve-emulator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CurveClient, CurveError, type Snapshot, type Volume } from '../src/index.js';
import { BLOCK, CHUNK, SEGMENT, SIZE, smallCluster } from './support/connect.js';

const quick = { interval: 5 };

/** An emulated cluster with its snapshot service, and clients of it. */
async function world(options: CurveEmulatorOptions = {}) {
  const { cluster } = await smallCluster({ snapshotWait: 0, cloneScanInterval: 100, ...options });
  const connect = async (user: string, keys: Record<string, string | number | boolean> = {}) => {
    const config = { 'mds.listen.addr': cluster.mdsAddresses.join(','), 'mds.maxRetryMS': 1000, ...keys };
    const snapshotClone = cluster.snapshotAddresses;
    const curve = await CurveClient.connect(config, { user, snapshotClone });
    onTestFinished(() => curve.close({ deadline: 1000 }));
    return curve;
  };
  const curve = await connect('ann');
  /** Slows a step of the service's tasks, until it is told that this is enough. */
  const slow = (method: string, ms = 10_000) =>
    cluster.faults.add({ match: { role: 'snapshotclone', service: 'tasks', method }, do: `delay ${ms}ms` });
  return { cluster, connect, curve, snapshots: curve.snapshots, slow };
}

async function fill(curve: CurveClient, path: string, byte: string, offset = 0, length = BLOCK) {
  await using volume = await curve.open(path);
  await volume.write(Buffer.alloc(length, byte), { offset });
}

async function snapshotOf(curve: CurveClient, path: string, name = 'n'): Promise<Snapshot> {
  return (await curve.snapshots.create(path, { name })).wait(quick);
}

async function byteAt(curve: CurveClient, path: string, offset = 0): Promise<string> {
  await using volume = await curve.open(path);
  return byteOf(volume, offset);
}

async function byteOf(volume: Volume, offset = 0): Promise<string> {
  const { data } = await volume.read({ offset, length: BLOCK });
  expect(data.every(byte => byte === data[0])).toBe(true);
  return data[0] === 0 ? 'none' : String.fromCharCode(data[0] ?? 0);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const failure = (promise: Promise<unknown>): Promise<CurveError> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    error => {
      expect(error).toBeInstanceOf(CurveError);
      return error;
    },
  );
const code = async (promise: Promise<unknown>) => (await failure(promise)).code;

describe('a snapshot', () => {
  test('is made, found, listed and deleted', async () => {
    const { curve, snapshots, connect } = await world();
    await curve.createVolume('/快照+%', { size: SIZE });
    await fill(curve, '/快照+%', 'a');
    const seen: string[] = [];
    const creation = await snapshots.create('/快照+%', { name: 'before=é' });
    const made = await creation.wait({ ...quick, onProgress: ({ status }) => seen.push(status) });
    expect(made).toMatchObject({
      ...{ id: creation.id, name: 'before=é', volume: '/快照+%', user: 'ann', status: 'done', progress: 100 },
      ...{ sequence: 1, length: SIZE },
    });
    expect(Math.abs(Date.now() - Number(made.createdAt))).toBeLessThan(60_000);
    expect(seen.at(-1)).toBe('done');
    expect(await snapshots.get(creation.id)).toEqual(made);
    expect(await all(snapshots.list('/快照+%', { status: 'done' }))).toEqual([made]);
    expect(await all(snapshots.list('/other'))).toEqual([]);
    const bob = await connect('bob');
    expect(await all(bob.snapshots.list())).toEqual([]);
    expect(await all(bob.snapshots.list(undefined, { allUsers: true }))).toEqual([made]);
    expect(await code(bob.snapshots.get(made.id))).toBe('AUTHFAIL');
    expect(await code(bob.snapshots.create('/快照+%', { name: 'b' }))).toBe('AUTHFAIL');
    await (await snapshots.delete(made)).wait(quick);
    expect(await code(snapshots.get(made.id))).toBe('NOTEXIST');
    expect(await code(snapshots.delete(made))).toBe('NOTEXIST');
  });

  test('holds the bytes of its moment while an open volume is written to', async () => {
    const { curve, connect, slow } = await world({ snapshotWait: 300 });
    const quickly = await connect('ann', { 'mds.refreshTimesPerLease': 50 });
    await curve.createVolume('/v', { size: SIZE });
    await using volume = await quickly.open('/v');
    const offsets = [0, CHUNK, SEGMENT, 2 * SEGMENT + BLOCK];
    const write = async (byte: string) => {
      for (const offset of offsets) await volume.write(Buffer.alloc(BLOCK, byte), { offset });
    };
    await write('a');
    const later = slow('PutObject', 500);
    const creation = await curve.snapshots.create('/v', { name: 'n' });
    await expect.poll(async () => (await creation.status()).progress, quick).toBeGreaterThan(5);
    await write('b');
    await volume.write(Buffer.alloc(BLOCK, 'c'), { offset: 3 * SEGMENT });
    expect(await code(curve.remove('/v'))).toBe('UNDER_SNAPSHOT');
    later();
    const snapshot = await creation.wait({ interval: 50 });
    await write('d');
    await (await curve.snapshots.clone(snapshot, '/c')).wait(quick);
    for (const offset of offsets) expect(await byteAt(curve, '/c', offset)).toBe('a');
    expect(await byteAt(curve, '/c', 3 * SEGMENT)).toBe('none');
    for (const offset of offsets) expect(await byteOf(volume, offset)).toBe('d');
  });

  test('is cancelled, also while others wait behind it, but not once it has ended or is being deleted', async () => {
    const { curve, snapshots, slow } = await world();
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a');
    const later = slow('PutObject', 300);
    const first = await snapshots.create('/v', { name: '1' });
    const second = await snapshots.create('/v', { name: '2' });
    expect((await snapshots.create('/v', { name: '2' })).id).toBe(second.id);
    await expect.poll(async () => (await first.status()).progress, quick).toBeGreaterThan(5);
    const waiting = failure(first.wait(quick));
    await snapshots.cancel(first.id);
    expect((await waiting).code).toBe('NOTEXIST');
    later();
    const made = await second.wait(quick);
    expect(await code(snapshots.cancel(made))).toBe('STATUS_NOT_MATCH');
    slow('DeleteObject', 300);
    const deletion = await snapshots.delete(made);
    expect(await code(snapshots.cancel(made))).toBe('STATUS_NOT_MATCH');
    await deletion.wait(quick);
  });

  test('that fails says so, and is cleared away by the next one', async () => {
    const { cluster, curve, snapshots } = await world({ snapshotPatience: 50 });
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a');
    const fails = cluster.faults.add({ match: { method: 'PutObject' }, do: 'status -1' });
    const failed = await snapshots.create('/v', { name: 'n' });
    expect(await failure(failed.wait(quick))).toMatchObject({
      code: 'FAILED',
      hint: expect.stringContaining('delete it'),
    });
    expect(await code(curve.remove('/v'))).toBe('UNDER_SNAPSHOT');
    fails();
    const made = await snapshotOf(curve, '/v');
    expect(await code(snapshots.get(failed.id))).toBe('NOTEXIST');
    const undeletable = cluster.faults.add({ match: { method: 'DeleteObject' }, do: 'status -1' });
    expect((await failure((await snapshots.delete(made)).wait(quick))).code).toBe('DELETE_ERROR');
    undeletable();
    await (await snapshots.delete(made)).wait(quick);
    await curve.remove('/v');
  });

  test('of a directory, of nothing, of a lazy clone or of a source of one is none', async () => {
    const { cluster, curve, snapshots } = await world();
    await curve.mkdir('/d');
    await curve.createVolume('/v', { size: SIZE });
    expect(await code(snapshots.create('/d', { name: 'n' }))).toBe('INVALID_ARGUMENT');
    expect(await code(snapshots.create('/', { name: 'n' }))).toBe('INVALID_ARGUMENT');
    expect(await code(snapshots.create('/none', { name: 'n' }))).toBe('NOTEXIST');
    expect(cluster.requests.filter(({ role }) => role === 'snapshotclone')).toEqual([]);
    await snapshots.clone('/v', '/lazy', { lazy: true });
    expect(await code(snapshots.create('/lazy', { name: 'n' }))).toBe('STATUS_NOT_MATCH');
    expect(await code(snapshots.create('/v', { name: 'n' }))).toBe('STATUS_NOT_MATCH');
  });
});

describe('a clone', () => {
  test('of a snapshot outlives its volume, and keeps the snapshot until it is whole', async () => {
    const { curve, snapshots, connect } = await world();
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a', SEGMENT);
    const snapshot = await snapshotOf(curve, '/v');
    await curve.remove('/v');
    const bob = await connect('bob');
    expect(await code(bob.snapshots.clone(snapshot, '/c'))).toBe('AUTHFAIL');
    const clone = await snapshots.clone(snapshot, '/c', { lazy: true });
    expect(await clone.wait(quick)).toMatchObject({
      ...{ kind: 'clone', source: snapshot.id, sourceKind: 'snapshot', destination: '/c', lazy: true },
      ...{ status: 'metaInstalled', nextStep: 'recoverChunk', user: 'ann' },
    });
    expect(await byteAt(curve, '/c', SEGMENT)).toBe('a');
    expect(await snapshots.cloneReferences(snapshot)).toEqual({
      state: 'lazyClones',
      clones: [{ path: '/c', id: (await curve.stat('/c')).id, user: 'ann', seen: true }],
    });
    expect(await code(snapshots.delete(snapshot))).toBe('DELETE_BEING_CLONED');
    expect(await code(snapshots.cleanTask(clone))).toBe('STATUS_NOT_MATCH');
    await (await snapshots.flatten(clone)).wait(quick);
    expect(await snapshots.cloneReferences(snapshot)).toEqual({ state: 'none', clones: [] });
    await (await snapshots.delete(snapshot)).wait(quick);
    expect(await byteAt(curve, '/c', SEGMENT)).toBe('a');
    await (await snapshots.cleanTask(clone)).wait(quick);
    expect(await all(snapshots.tasks())).toEqual([]);
  });

  test('of a volume, lazy, striped and somebody else’s, reads and writes the same before, during and after its flatten', async () => {
    const { curve, connect, snapshots, slow } = await world();
    const stripe = { unit: 2 * BLOCK, count: 4 };
    await curve.createVolume('/v', { size: SIZE, stripe });
    const [hole, shared, own] = [3 * SEGMENT, 0, SEGMENT];
    for (const offset of [shared, own]) await fill(curve, '/v', 'a', offset, 64 * BLOCK);
    await snapshots.clone('/v', '/lazy', { lazy: true });
    const quickly = await connect('ann', { 'mds.refreshTimesPerLease': 50 });
    await using clone = await quickly.open('/lazy');
    const expected = async (at: Record<number, string>) => {
      for (const [offset, byte] of Object.entries(at)) expect(await byteOf(clone, Number(offset))).toBe(byte);
    };
    await expected({ [shared]: 'a', [shared + 63 * BLOCK]: 'a', [own]: 'a', [hole]: 'none' });
    await clone.write(Buffer.alloc(BLOCK, 'b'), { offset: own });
    await expected({ [own]: 'b', [own + BLOCK]: 'a', [shared]: 'a' });
    const slowed = slow('RecoverChunk', 20);
    const [task] = await all(snapshots.tasks({ destination: '/lazy', source: '/v', kind: 'clone' }));
    const flattening = await snapshots.flatten(task?.id ?? '');
    await clone.write(Buffer.alloc(BLOCK, 'c'), { offset: own + 2 * BLOCK });
    await clone.write(Buffer.alloc(BLOCK, 'd'), { offset: hole });
    const now = { [shared]: 'a', [own]: 'b', [own + BLOCK]: 'a', [own + 2 * BLOCK]: 'c', [hole]: 'd' };
    await expected(now);
    slowed();
    expect((await flattening.wait(quick)).status).toBe('done');
    await fill(curve, '/v', 'z', shared, 64 * BLOCK);
    await expected(now);
    await curve.remove('/v');
    await expected(now);
    for (const [offset, byte] of Object.entries(now))
      expect(await byteAt(curve, '/lazy', Number(offset))).toBe(byte);
  });

  test('into none, of a directory, of no poolset or onto something is refused before it is asked for', async () => {
    const { cluster, curve, snapshots } = await world();
    await curve.mkdir('/d');
    await curve.createVolume('/v', { size: SIZE });
    await curve.createVolume('/w', { size: SIZE });
    expect(await code(snapshots.clone('/d', '/to', { lazy: true }))).toBe('INVALID_ARGUMENT');
    expect(await code(snapshots.clone('/v', '/none/to'))).toBe('NOTEXIST');
    expect(await code(snapshots.clone('/v', '/to', { poolset: 'none' }))).toBe('NOTEXIST');
    expect(await code(snapshots.clone('/v', '/w'))).toBe('EXISTS');
    expect(cluster.requests.filter(({ role }) => role === 'snapshotclone')).toEqual([]);
    expect(await code(snapshots.clone('/none', '/to'))).toBe('NOTEXIST');
  });

  test('that fails names its task, which cleans up after it', async () => {
    const { cluster, curve, snapshots } = await world({ snapshotPatience: 50 });
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a');
    const snapshot = await snapshotOf(curve, '/v');
    const fails = cluster.faults.add({
      match: { role: 'snapshotclone', method: 'CreateCloneChunk' },
      do: 'status -1',
    });
    const lazy = await failure(snapshots.clone(snapshot, '/c', { lazy: true }));
    expect(lazy).toMatchObject({ code: 'INTERNAL_ERROR', path: '/c', taskId: expect.stringMatching(/-/) });
    const eager = await snapshots.clone(snapshot, '/c');
    const failed = await failure(eager.wait(quick));
    expect(failed).toMatchObject({ code: 'FAILED', taskId: eager.id });
    expect(failed.message).toContain('createCloneChunk');
    fails();
    for (const id of [lazy.taskId ?? '', eager.id]) await (await snapshots.cleanTask(id)).wait(quick);
    await (await snapshots.clone(snapshot, '/c')).wait(quick);
    expect(await byteAt(curve, '/c')).toBe('a');
  });

  test('whose source cannot be read for a while goes on by itself when it can', async () => {
    const { cluster, curve, snapshots } = await world({ snapshotPatience: 50 });
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a');
    const clone = await snapshots.clone(await snapshotOf(curve, '/v'), '/c', { lazy: true });
    const fails = cluster.faults.add({ match: { method: 'RecoverChunk' }, do: 'failure unknown' });
    const flattening = await snapshots.flatten(clone);
    await expect.poll(async () => (await flattening.status()).status, quick).toBe('retrying');
    expect(await code(snapshots.flatten(clone))).toBe('STATUS_NOT_MATCH');
    fails();
    expect((await flattening.wait(quick)).status).toBe('done');
  });

  test('that was removed is no reference any more, though the service has not noticed', async () => {
    const { curve, snapshots } = await world({ cloneScanInterval: 60_000 });
    await curve.createVolume('/v', { size: SIZE });
    const snapshot = await snapshotOf(curve, '/v');
    await snapshots.clone(snapshot, '/c', { lazy: true });
    await curve.remove('/c');
    expect(await snapshots.cloneReferences(snapshot)).toEqual({ state: 'none', clones: [] });
    expect(await code(snapshots.delete(snapshot))).toBe('DELETE_BEING_CLONED');
  });
});

describe('a recovery', () => {
  test('brings the bytes back, lazily or not, and later snapshots those that were written then', async () => {
    const { curve, snapshots } = await world();
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a');
    const first = await snapshotOf(curve, '/v');
    const before = await curve.stat('/v');
    for (const lazy of [true, false]) {
      await fill(curve, '/v', 'b');
      await fill(curve, '/v', 'b', SEGMENT);
      const recovery = await snapshots.recover(first, '/v', { lazy });
      expect(await recovery.wait(quick)).toMatchObject({ kind: 'recover', source: first.id, lazy });
      expect([await byteAt(curve, '/v'), await byteAt(curve, '/v', SEGMENT)]).toEqual(['a', 'none']);
      if (!lazy) continue;
      await fill(curve, '/v', 'c', BLOCK);
      await (await snapshots.flatten(recovery)).wait(quick);
      expect([await byteAt(curve, '/v'), await byteAt(curve, '/v', BLOCK)]).toEqual(['a', 'c']);
    }
    expect((await curve.stat('/v')).id).not.toBe(before.id);
    await fill(curve, '/v', 'd', 2 * SEGMENT);
    const second = await snapshotOf(curve, '/v');
    expect(second.sequence).toBeGreaterThan(first.sequence ?? 0);
    await fill(curve, '/v', 'e');
    await (await snapshots.clone(second, '/c')).wait(quick);
    expect([await byteAt(curve, '/c'), await byteAt(curve, '/c', 2 * SEGMENT)]).toEqual(['a', 'd']);
  });

  test('of an open volume, of another one or from nothing is refused', async () => {
    const { cluster, curve, snapshots } = await world();
    await curve.createVolume('/v', { size: SIZE });
    await curve.createVolume('/w', { size: SIZE });
    const snapshot = await snapshotOf(curve, '/v');
    {
      await using _open = await curve.open('/v');
      expect(await code(snapshots.recover(snapshot, '/v', { lazy: true }))).toBe('FILE_OCCUPIED');
    }
    expect(cluster.requests.filter(({ method }) => method === 'Recover')).toEqual([]);
    expect(await code(snapshots.recover(snapshot, '/w'))).toBe('STATUS_NOT_MATCH');
    await (await snapshots.delete(snapshot)).wait(quick);
    expect(await code(snapshots.recover(snapshot, '/v'))).toBe('NOTEXIST');
  });
});

describe('servers', () => {
  test('one that takes over is found, and waits go on over it and over a while without any', async () => {
    const { cluster, curve, snapshots, slow } = await world({ snapshotServers: 2 });
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a');
    const later = slow('PutObject', 300);
    const creation = await snapshots.create('/v', { name: 'n' });
    const made = creation.wait(quick);
    await cluster.stopSnapshotServer(0);
    await cluster.stopSnapshotServer(1);
    await cluster.startSnapshotServer(0);
    later();
    expect((await made).status).toBe('done');
    const clone = await snapshots.clone(await made, '/c', { lazy: true });
    const slowed = slow('RecoverChunk', 300);
    const flattened = (await snapshots.flatten(clone)).wait(quick);
    await cluster.startSnapshotServer(1);
    await cluster.stopSnapshotServer(0);
    slowed();
    expect((await flattened).status).toBe('done');
    expect(await byteAt(curve, '/c')).toBe('a');
  });

  test('one that ends while it cleans leaves a record that is to be cleaned again', async () => {
    const { cluster, curve, snapshots, slow } = await world({ snapshotServers: 2 });
    await curve.createVolume('/v', { size: SIZE });
    const clone = await snapshots.clone('/v', '/c');
    await clone.wait(quick);
    const later = slow('CleanCloneTask');
    const cleaning = failure((await snapshots.cleanTask(clone)).wait(quick));
    await cluster.stopSnapshotServer(0);
    expect(await cleaning).toMatchObject({ code: 'FAILED', hint: 'clean it again', taskId: clone.id });
    later();
    await (await snapshots.cleanTask(clone)).wait(quick);
  });

  test('what they do to answers costs nothing but time', async () => {
    const { cluster, curve, snapshots } = await world();
    await curve.createVolume('/v', { size: SIZE });
    await fill(curve, '/v', 'a');
    const match = {
      role: 'snapshotclone',
      service: 'SnapshotCloneService',
      method: 'GetFileSnapshotInfo',
    } as const;
    for (const [nth, fault] of [
      'reset',
      'truncate frame',
      'slow',
      'status -1',
      'status -4',
      'delay 20ms',
    ].entries())
      cluster.faults.add({ match: { ...match, nth: nth + 2 }, do: fault });
    const made = await snapshotOf(curve, '/v');
    for (let asked = 0; asked < 6; asked++) expect(await snapshots.get(made.id)).toEqual(made);
  });
});

describe('a lazy clone', () => {
  test("of somebody else's volume is that one's where it is written, and says whose source it cannot read", async () => {
    const { curve, connect } = await world();
    await curve.createVolume('/source', { size: SIZE });
    await fill(curve, '/source', 'a', 0, SIZE / 2);
    const bob = await connect('bob');
    await (await bob.snapshots.clone('/source', '/copy', { lazy: true })).wait(quick);
    await using clone = await bob.open('/copy');
    // Of both nothing is there.
    expect(await byteOf(clone, SIZE - BLOCK)).toBe('none');
    await clone.write(Buffer.alloc(BLOCK, 'b'), { offset: 0 });
    expect(await byteOf(clone)).toBe('b');
    // Read by the chunkserver, which may.
    expect(await byteOf(clone, BLOCK)).toBe('a');
    const refused = await failure(clone.read({ offset: SEGMENT, length: BLOCK }));
    expect(refused).toMatchObject({ code: 'AUTHFAIL', path: '/copy', status: 'kOwnerAuthFail' });
    expect(refused.message).toContain('read /copy, its clone source /source: ');
    const made = failure(bob.nativeSnapshots.create('/copy', { settle: 0 }));
    expect(await made).toMatchObject({ code: 'STATUS_NOT_MATCH' });
    expect(await code(all(clone.changesSince(0)))).toBe('STATUS_NOT_MATCH');
  });

  test('that is flattened has native snapshots', async () => {
    const { curve, snapshots } = await world();
    await curve.createVolume('/source', { size: SIZE });
    await fill(curve, '/source', 'a');
    const task = await snapshots.clone('/source', '/copy', { lazy: true });
    await task.wait(quick);
    await (await snapshots.flatten(task.id)).wait(quick);
    await using snapshot = await curve.nativeSnapshots.create('/copy', { settle: 0 });
    await fill(curve, '/copy', 'b');
    expect((await snapshot.read({ offset: 0, length: BLOCK })).data).toEqual(Buffer.alloc(BLOCK, 'a'));
  });
});
