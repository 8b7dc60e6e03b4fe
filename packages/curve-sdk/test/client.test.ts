import { describe, expect, it } from 'vitest';
import { CurveClient, type CurveError } from '../src/index.js';
import { BLOCK, CHUNK, SEGMENT, SIZE, smallCluster } from './support/connect.js';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('volumes and directories', () => {
  it('a volume is created, described, grown, renamed and removed', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    const made = await curve.createVolume('/v', { size: SIZE });
    expect(made).toMatchObject({
      path: '/v',
      name: 'v',
      kind: 'volume',
      owner: 'alice',
      length: SIZE,
      chunkSize: CHUNK,
      segmentSize: SEGMENT,
      blockSize: BLOCK,
      poolset: 'default',
      status: 'created',
      epoch: 0n,
    });
    expect(made.stripe).toBeUndefined();
    expect(Math.abs(made.createdAt.getTime() - Date.now())).toBeLessThan(15_000);
    expect(made.throttles.map(({ kind }) => kind)).toContain('iopsTotal');
    await curve.extend('/v', SIZE + SEGMENT);
    await curve.rename('/v', '/w');
    expect(await curve.exists('/v')).toBe(false);
    expect(await curve.stat('/w')).toMatchObject({ id: made.id, length: SIZE + SEGMENT });
    await curve.remove('/w');
    expect(await curve.exists('/w')).toBe(false);
  });

  it('a striped volume tells its stripe', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    const { stripe } = await curve.createVolume('/v', { size: SIZE, stripe: { unit: 65536, count: 4 } });
    expect(stripe).toEqual({ unit: 65536, count: 4 });
    await using volume = await curve.open('/v');
    expect(volume.stripe).toEqual(stripe);
  });

  it('directories are made with their parents, listed in order, and removed with all below', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    await curve.mkdir('/a/b/c', { recursive: true });
    await curve.mkdir('/a/b/c', { recursive: true });
    for (const name of ['z', 'a10', 'a2']) await curve.createVolume(`/a/b/${name}`, { size: SIZE });
    const entries = await all(curve.list('/a/b'));
    expect(entries.map(({ path, kind }) => [path, kind])).toEqual([
      ['/a/b/a10', 'volume'],
      ['/a/b/a2', 'volume'],
      ['/a/b/c', 'directory'],
      ['/a/b/z', 'volume'],
    ]);
    await expect(curve.rmdir('/a')).rejects.toMatchObject({ code: 'NOT_EMPTY', status: 'kDirNotEmpty' });
    await expect(curve.rmdir('/a/b/z')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await curve.removeAll('/a');
    expect(await curve.exists('/a')).toBe(false);
    const root = await connect('root');
    expect((await all(root.trash.list())).map(({ originalPath }) => originalPath).sort()).toEqual([
      '/a/b/a10',
      '/a/b/a2',
      '/a/b/z',
    ]);
  });

  it('mkdir ends although the parent that it made is said to be missing again and again', async () => {
    const { connect, cluster } = await smallCluster();
    const curve = await connect('alice');
    // All that are about /a/b; those between are about /a.
    const nth = Array.from({ length: 100 }, (_, i) => 2 * i + 1);
    cluster.faults.add({ match: { method: 'CreateFile', nth }, do: 'status kFileNotExists' });
    await expect(curve.mkdir('/a/b', { recursive: true })).rejects.toMatchObject({ code: 'NOTEXIST' });
  });

  it('removeAll says which entry it could not remove', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    await curve.mkdir('/d');
    await curve.createVolume('/d/v', { size: SIZE });
    await using volume = await curve.open('/d/v');
    await volume.write(Buffer.alloc(BLOCK), { offset: 0 });
    await until(async () => (await curve.mounts('/d/v')).length > 0);
    await expect(curve.removeAll('/d')).rejects.toMatchObject({ code: 'FILE_OCCUPIED', path: '/d/v' });
  });

  it('mkdir of what is a volume fails, recursive or not', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    await curve.createVolume('/v', { size: SIZE });
    await expect(curve.mkdir('/v', { recursive: true })).rejects.toMatchObject({ code: 'EXISTS' });
    await expect(curve.mkdir('/v/d', { recursive: true })).rejects.toMatchObject({ status: 'kNotDirectory' });
    await expect(curve.mkdir('/x/y')).rejects.toMatchObject({ code: 'NOTEXIST' });
    expect(await curve.exists('/v/d')).toBe(false);
  });
});

describe('the recycle bin', () => {
  it('gives back what was removed, by path, by entry and to another place', async () => {
    const { connect } = await smallCluster();
    const [curve, root] = [await connect('alice'), await connect('root')];
    const { id } = await curve.createVolume('/v', { size: SIZE });
    await curve.remove('/v');
    const [entry] = await all(root.trash.list());
    expect(entry).toMatchObject({ id, originalPath: '/v', owner: 'alice' });
    expect(entry?.path).toBe(`/RecycleBin/${entry?.name}`);
    expect(Math.abs((entry?.deletedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(15_000);
    await curve.trash.restore('/v');
    expect((await curve.stat('/v')).id).toBe(id);
    await curve.remove('/v');
    const [again] = await all(root.trash.list());
    if (again) await root.trash.restore(again, { to: '/w' });
    expect((await curve.stat('/w')).id).toBe(id);
    await curve.remove('/w');
    await curve.trash.restore('/v', { id, to: '/x' });
    expect((await curve.stat('/x')).id).toBe(id);
    await expect(curve.trash.restore('/v')).rejects.toMatchObject({ code: 'NOTEXIST' });
  });

  it('is purged by root only, and only inside', async () => {
    const { connect } = await smallCluster();
    const [curve, root] = [await connect('alice'), await connect('root')];
    await curve.createVolume('/v', { size: SIZE });
    await curve.remove('/v');
    const [entry] = await all(root.trash.list());
    if (!entry) throw new Error('the bin is empty');
    await expect(curve.trash.purge(entry)).rejects.toMatchObject({ code: 'AUTHFAIL' });
    await expect(all(curve.trash.list())).rejects.toMatchObject({
      code: 'AUTHFAIL',
      operation: 'trash.list',
    });
    await expect(root.trash.purge('/v')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(root.remove(entry.path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(root.removeAll('/RecycleBin')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await root.trash.purge(entry);
    await until(async () => (await all(root.trash.list())).length === 0);
  });

  it('a volume replaced by a rename has no time of deletion', async () => {
    const { connect } = await smallCluster();
    const [curve, root] = [await connect('alice'), await connect('root')];
    await curve.createVolume('/v', { size: SIZE });
    await curve.createVolume('/w', { size: SIZE });
    await curve.rename('/v', '/w');
    const [entry] = await all(root.trash.list());
    expect(entry).toMatchObject({ originalPath: '/w' });
    expect(entry?.deletedAt).toBeUndefined();
  });
});

describe('the cluster', () => {
  it('has an id and poolsets', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    expect(await curve.clusterId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(await curve.poolsets()).toMatchObject([{ name: 'default' }]);
  });

  it('gives a volume to somebody else if root wishes', async () => {
    const { connect } = await smallCluster();
    const [curve, root] = [await connect('alice'), await connect('root')];
    await curve.createVolume('/v', { size: SIZE });
    await expect(curve.changeOwner('/v', 'bob')).rejects.toMatchObject({ code: 'AUTHFAIL' });
    await root.changeOwner('/v', 'bob');
    await expect(curve.stat('/v')).rejects.toMatchObject({ code: 'AUTHFAIL', status: 'kOwnerAuthFail' });
  });

  it('tells of a volume without mounts whether it is there', async () => {
    const { connect } = await smallCluster();
    const [curve, bob] = [await connect('alice'), await connect('bob')];
    await curve.createVolume('/v', { size: SIZE });
    expect(await curve.mounts('/v')).toEqual([]);
    expect(await bob.mounts('/v')).toEqual([]);
    await expect(curve.mounts('/none')).rejects.toMatchObject({ code: 'NOTEXIST', operation: 'mounts' });
    const volume = await curve.open('/v');
    await until(async () => (await bob.mounts('/v')).length === 1);
    await volume.close();
    expect(await curve.mounts('/v')).toEqual([]);
  });

  it('tells use, mounts and segments', async () => {
    const { connect, cluster } = await smallCluster();
    const curve = await connect('alice');
    await curve.createVolume('/v', { size: SIZE });
    expect(await curve.mounts('/v')).toEqual([]);
    await using volume = await curve.open('/v');
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: 2 * SEGMENT });
    expect(await curve.usage('/v')).toMatchObject({ length: SIZE, allocated: SEGMENT });
    await until(async () => (await curve.mounts('/v')).length > 0);
    expect(await curve.mounts('/v')).toMatchObject([{ ip: '127.0.0.1' }]);
    const segments = await all(curve.segments('/v'));
    expect(
      segments.map(({ index, offset, length, allocated }) => [index, offset, length, allocated]),
    ).toEqual([
      [0, 0, SEGMENT, false],
      [1, SEGMENT, SEGMENT, false],
      [2, 2 * SEGMENT, SEGMENT, true],
      [3, 3 * SEGMENT, SEGMENT, false],
    ]);
    expect(segments[2]?.chunks.map(({ index }) => index)).toEqual([8, 9, 10, 11]);
    for (const { chunkservers } of segments[2]?.chunks ?? []) {
      expect(chunkservers.map(({ address }) => address).sort()).toEqual(
        [...cluster.chunkserverAddresses].sort(),
      );
    }
    await curve.mkdir('/d');
    await expect(all(curve.segments('/d'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('counts what the client did', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    await curve.createVolume('/v', { size: SIZE });
    await using volume = await curve.open('/v');
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: 0 });
    await volume.read({ offset: 0, length: 2 * BLOCK });
    const { reads, writes, bytesRead, bytesWritten, openVolumes, latency } = curve.stats();
    expect({ reads, writes, bytesRead, bytesWritten, openVolumes }).toEqual({
      reads: 1,
      writes: 1,
      bytesRead: 2 * BLOCK,
      bytesWritten: BLOCK,
      openVolumes: 1,
    });
    expect(latency.count).toBe(2);
    expect(latency.p50).toBeGreaterThan(0);
    expect(latency.p99).toBeLessThanOrEqual(latency.max);
  });
});

describe('connecting and closing', () => {
  it('fails at once without a cluster, and tells why', async () => {
    const config = { 'mds.listen.addr': '127.0.0.1:1', 'mds.maxRetryMS': 200 };
    const failure = await CurveClient.connect(config, { user: 'alice' }).catch(error => error as CurveError);
    expect(failure).toMatchObject({ code: 'FAILED', operation: 'connect' });
    expect((failure as CurveError).statusCode).toBeGreaterThan(0);
    expect((failure as CurveError).message).toContain('is the cluster running');
  });

  it('fails with a configuration that is missing or wrong', async () => {
    await expect(CurveClient.connect('/nowhere/client.conf', { user: 'alice' })).rejects.toMatchObject({
      code: 'CONFIG',
      operation: 'connect',
    });
    await expect(
      CurveClient.connect({ 'mds.listen.addr': 'localhost' }, { user: 'alice' }),
    ).rejects.toMatchObject({ code: 'CONFIG' });
  });

  it('the password shows nowhere', async () => {
    const { cluster } = await smallCluster();
    const { inspect } = await import('node:util');
    const user = { name: 'root', password: 'secret-secret' };
    await using curve = await CurveClient.connect(cluster.clientConfPath, { user });
    const failure = await curve.stat('/').catch(error => error as CurveError);
    expect(failure).toMatchObject({ code: 'AUTHFAIL' });
    for (const seen of [
      inspect(failure, { depth: 9 }),
      inspect(curve, { depth: 9 }),
      JSON.stringify(curve),
    ]) {
      expect(seen).not.toContain('secret-secret');
    }
  });

  it('close waits for the calls under way, closes volumes, and may be repeated', async () => {
    const { connect } = await smallCluster();
    const [curve, other] = [await connect('alice'), await connect('alice')];
    await curve.createVolume('/v', { size: SIZE });
    const volume = await curve.open('/v');
    const [writing, listing] = [volume.write(Buffer.alloc(CHUNK, 1), { offset: 0 }), curve.stat('/v')];
    await Promise.all([curve.close(), curve.close()]);
    expect(await writing).toEqual({ bytesWritten: CHUNK });
    expect(await listing).toMatchObject({ path: '/v' });
    await curve.close();
    await volume.close();
    await expect(curve.stat('/v')).rejects.toMatchObject({ code: 'CLOSED', operation: 'stat', path: '/v' });
    await expect(volume.read({ offset: 0, length: BLOCK })).rejects.toMatchObject({ code: 'CLOSED' });
    await other.remove('/v');
  });

  it('what is given up rejects with CLOSED, whatever step it is at', async () => {
    const { cluster, connect } = await smallCluster();
    await (await connect('alice')).createVolume('/v', { size: SIZE });
    for (let round = 0; round < 40; round++) {
      const curve = await connect('alice');
      const calls = [
        curve.open('/v'),
        curve.createVolume(`/v${round}`, { size: SIZE }),
        curve.mkdir(`/d${round}/e/f`, { recursive: true }),
      ];
      const results = Promise.allSettled(calls);
      // Ends at any moment between the answers.
      const answers = cluster.requests.length + (round % 8);
      while (cluster.requests.length < answers) await new Promise(setImmediate);
      await curve.close({ signal: AbortSignal.abort() });
      for (const result of await results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CLOSED' });
      }
    }
  });

  it('volumes may be closed meanwhile', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    await curve.createVolume('/v', { size: SIZE });
    const [one, two] = [await curve.open('/v'), await curve.open('/v')];
    await Promise.all([one.close(), curve.close(), two.close(), one.close()]);
    await two.close();
    expect(curve.stats()).toMatchObject({ openVolumes: 0, callsInFlight: 0 });
  });

  it.each([
    ['a deadline', { deadline: 100 }],
    ['a signal', { signal: AbortSignal.abort() }],
  ])('close with %s gives up what does not end', async (_, options) => {
    const { connect, cluster } = await smallCluster();
    const curve = await connect('alice');
    await curve.createVolume('/v', { size: SIZE });
    const volume = await curve.open('/v');
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
    const writing = volume.write(Buffer.alloc(BLOCK), { offset: 0 }).catch(error => error as CurveError);
    await curve.close(options);
    expect(await writing).toMatchObject({ code: 'CLOSED', operation: 'write' });
    await curve.close();
  });
});

describe('an MDS that has fallen silent', () => {
  // It would be asked for ever.
  const keys = { 'mds.maxRetryMS': 2 ** 39 };

  it.each([[{ deadline: 100 }], [{ signal: AbortSignal.abort() }], [undefined]])(
    'does not keep close(%j)',
    async options => {
      const { connect, cluster } = await smallCluster();
      const curve = await connect('alice', keys);
      await curve.createVolume('/v', { size: SIZE });
      const volume = await curve.open('/v');
      cluster.faults.add({ match: { role: 'mds' }, do: 'hang' });
      const closing = curve.close(options);
      await Promise.all([closing, curve.close(options ?? { deadline: 100 })]);
      await expect(volume.read({ offset: 0, length: BLOCK })).rejects.toMatchObject({ code: 'CLOSED' });
    },
  );
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 20));
}
