import { randomBytes } from 'node:crypto';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CurveClient } from '../src/index.js';

// What curve.cluster tells of any cluster, an emulated one or that of CURVE_CONF, whatever else is in it.

const GiB = 2 ** 30;
/** A real MDS looks at its metrics now and then only. */
const PATIENT = { timeout: 150_000, interval: 1000 };

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

function cases(config: () => string, rootPassword: () => string): void {
  const name = `/cluster-${randomBytes(4).toString('hex')}`;
  let [alice, bob, root]: CurveClient[] = [];
  const client = (given: CurveClient | undefined): CurveClient => {
    if (given === undefined) throw new Error('not connected');
    return given;
  };
  const cluster = () => client(alice).cluster;

  beforeAll(async () => {
    alice = await CurveClient.connect(config(), { user: 'alice' });
    bob = await CurveClient.connect(config(), { user: 'bob' });
    root = await CurveClient.connect(config(), { user: { name: 'root', password: rootPassword() } });
  });
  afterAll(async () => {
    const remover = client(root);
    if (await remover.exists(name)) await remover.remove(name);
    for await (const entry of remover.trash.list())
      if (entry.originalPath === name) await remover.trash.purge(entry);
    for (const one of [alice, bob, root]) await one?.close();
  });

  it('status agrees with the lists', async () => {
    const status = await cluster().status();
    const servers = (await all(cluster().chunkservers())).filter(({ use }) => use !== 'retired');
    expect(status.clusterId).toBe(await client(alice).clusterId());
    expect(status.mds.filter(({ state }) => state === 'leads')).toHaveLength(1);
    expect(status.chunkservers.total).toBe(servers.length);
    expect(status.copysets.total).toBe((await all(cluster().copysets())).length);
    expect(status.state === 'healthy').toBe(status.reasons.length === 0);
  });

  it('pools, zones, servers and chunkservers belong together', async () => {
    const [pools, zones] = [await cluster().pools(), await cluster().zones()];
    const servers = await all(cluster().servers());
    expect(pools.length).toBeGreaterThan(0);
    for (const { physicalPool, replicas, copysets, createdAt } of pools) {
      expect(zones.some(zone => zone.physicalPool.id === physicalPool.id)).toBe(true);
      expect(Math.min(replicas, copysets)).toBeGreaterThan(0);
      expect(createdAt.getTime()).toBeGreaterThan(Date.UTC(2020));
    }
    const poolsets = await client(alice).poolsets();
    for (const { poolset } of pools) expect(poolsets.map(({ id }) => id)).toContain(poolset.id);
    for (const { zone } of servers) expect(zones.map(({ id }) => id)).toContain(zone.id);
    for (const { disk, space } of await all(cluster().chunkservers())) {
      expect(disk.capacity).toBeGreaterThan(0);
      expect((space?.used ?? 0) + (space?.left ?? 0)).toBeLessThanOrEqual(space?.total ?? 0);
    }
  });

  it('copysets have as many replicas as their pool says, on chunkservers that there are', async () => {
    const pools = new Map((await cluster().pools()).map(pool => [pool.id, pool]));
    const peers = (await all(cluster().chunkservers())).map(({ peer }) => peer);
    const copysets = await all(cluster().copysets());
    for (const copyset of copysets.filter(({ healthy }) => healthy)) {
      expect(copyset.peers).toHaveLength(pools.get(copyset.poolId)?.replicas ?? 0);
      expect(copyset.peers).toContain(copyset.leader);
      for (const peer of copyset.peers) expect(peers).toContain(peer);
    }
    const unhealthy = await all(cluster().copysets({ unhealthy: true }));
    expect(unhealthy.every(({ healthy, problems }) => !healthy && problems.length > 0)).toBe(true);
  });

  it('space and volumesOn follow what is written and purged', { timeout: 400_000 }, async () => {
    const before = await cluster().space();
    await client(alice).createVolume(name, { size: 10 * GiB });
    const volume = await client(alice).open(name);
    await volume.write(Buffer.alloc(4096, 1), { offset: 0 });
    const { logical, created } = await cluster().space();
    expect(created).toBeGreaterThanOrEqual(10 * GiB);
    expect(logical.total).toBeGreaterThan(0);
    await expect
      .poll(async () => (await cluster().space()).logical.used, PATIENT)
      .toBeGreaterThanOrEqual(before.logical.used + GiB);
    const [segment] = await all(client(alice).segments(name));
    const [chunk] = segment?.chunks ?? [];
    const on = { poolId: chunk?.logicalPoolId ?? 0, copysetId: chunk?.copysetId ?? 0 };
    expect(await cluster().volumesOn([on])).toContain(name.slice(1));
    await volume.close();
    expect(await client(alice).mounts(name)).toEqual([]);
  });

  it('clients that have a volume open and have registered are told', async () => {
    const volume = await client(alice).open(name);
    // The emulator's client.conf registers nobody.
    const registered = (await client(alice).mounts(name)).filter(({ port }) => port !== 0);
    const clients = await cluster().clients();
    for (const one of registered) expect(clients).toContainEqual(one);
    await volume.close();
  });

  it('throttles are for the owner and root, and for volumes', async () => {
    const limits = async () =>
      Object.fromEntries((await client(alice).stat(name)).throttles.map(({ kind, ...rest }) => [kind, rest]));
    await cluster().setThrottle(name, {
      iopsRead: 300,
      iopsTotal: { limit: 2000, burst: 6000, burstSeconds: 10 },
    });
    expect(await limits()).toMatchObject({
      iopsRead: { limit: 300, burst: 0, burstSeconds: 0 },
      iopsTotal: { limit: 2000, burst: 6000, burstSeconds: 10 },
    });
    await client(root).cluster.setThrottle(name, { bpsWrite: 2 ** 20 });
    expect(await limits()).toMatchObject({ bpsWrite: { limit: 2 ** 20 } });
    await expect(client(bob).cluster.setThrottle(name, { iopsTotal: 1 })).rejects.toMatchObject({
      status: 'kOwnerAuthFail',
    });
    await expect(cluster().setThrottle(`${name}-none`, { iopsTotal: 1 })).rejects.toMatchObject({
      status: 'kFileNotExists',
    });
    await cluster().clearThrottle(name);
    for (const { limit } of Object.values(await limits())) expect(limit).toBe(0);
  });

  it('a native snapshot is what the volume was, and tells what changed', async () => {
    const { nativeSnapshots } = client(alice);
    const volume = await client(alice).open(name);
    const block = (byte: number) => Buffer.alloc(4096, byte);
    const { chunkSize, segmentSize } = volume;
    const data = async (offset: number) => (await snapshot.read({ offset, length: 4096 })).data;
    await volume.write(block(1), { offset: 0 });
    await volume.write(block(1), { offset: 2 * chunkSize });
    await using snapshot = await nativeSnapshots.create(name, { settle: 3000 });
    expect(snapshot).toMatchObject({ volumeId: volume.id, length: volume.length, chunkSize, segmentSize });
    await expect(nativeSnapshots.create(name)).rejects.toMatchObject({ code: 'UNDER_SNAPSHOT' });
    expect((await nativeSnapshots.find(name))?.seq).toBe(snapshot.seq);
    await volume.write(block(2), { offset: 0 });
    await volume.write(block(2), { offset: chunkSize });
    expect([await data(0), await data(chunkSize), await data(2 * chunkSize)]).toEqual([
      block(1),
      block(0),
      block(1),
    ]);
    const stored = (ranges: { zeros: boolean; offset: number }[]) =>
      ranges.filter(({ zeros, offset }) => !zeros && offset < segmentSize).map(({ offset }) => offset);
    expect(stored(await all(snapshot.changesSince(0)))).toEqual([0, 2 * chunkSize]);
    expect(stored(await all(volume.changesSince(snapshot)))).toEqual([0, chunkSize]);
    await snapshot.delete();
    expect(await nativeSnapshots.find(name)).toBeUndefined();
    await volume.close();
  });
}

describe('curve.cluster on the emulator', () => {
  let emulator: Awaited<ReturnType<typeof startCurveEmulator>>;
  beforeAll(async () => {
    emulator = await startCurveEmulator({ durability: 'fast' });
  });
  afterAll(() => emulator.close());
  cases(
    () => emulator.clientConfPath,
    () => emulator.rootPassword,
  );
});

const conf = process.env['CURVE_CONF'];
if (conf !== undefined) {
  describe(`curve.cluster on the cluster of ${conf}`, () => {
    cases(
      () => conf,
      () => process.env['CURVE_ROOT_PASSWORD'] ?? 'root_password',
    );
  });
}
