import { randomFillSync } from 'node:crypto';
import { CurveError } from '@curve-wcs/curve-sdk';
import { temporaryFolder } from '@curve-wcs/test-support';
import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { exportVolume, serveNbd } from '../src/index.js';
import { spawnExporter } from './support/exporter-process.js';
import { connected } from './support/serve.js';
import { SEGMENT, SIZE, served, smallCluster, WAYS } from './support/volumes.js';

const random = (length: number) => randomFillSync(Buffer.allocUnsafe(length));
const FLAG = { noHole: 2, one: 8, fast: 16 };
const HOLE = 3;

describe.each(WAYS)('a volume as a disk, the way of: %s', way => {
  it('has the size of the volume, and its bytes', async () => {
    const { client, curve } = await served({ way });
    const volume = await curve.open('/v');
    expect(client.info).toMatchObject({
      ...{ size: SIZE, name: 'v', description: 'Curve volume /v of alice' },
      blockSizes: [1, 4096, 32 * 2 ** 20],
    });
    const data = random(3 * 4096);
    expect((await client.write(SEGMENT - 4096, data)).error).toBe(0);
    expect((await volume.read({ offset: SEGMENT - 4096, length: data.length })).data.equals(data)).toBe(true);
    expect((await client.read(SEGMENT - 4096, data.length)).data.equals(data)).toBe(true);
  });

  it('of any range and with any number of requests at once keeps what was acknowledged', async () => {
    const { client } = await served({ way });
    const size = 2 * SEGMENT;
    const model = Buffer.alloc(size);
    const write = fc.record({
      offset: fc.nat({ max: size - 1 }),
      length: fc.integer({ min: 1, max: 20_000 }),
      seed: fc.nat({ max: 255 }),
      zero: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 30 }), async writes => {
        // Those that overlap have no order; so each gets a range of its own.
        const taken: [number, number][] = [];
        await Promise.all(
          writes.map(async ({ offset, length: wanted, seed, zero }) => {
            const end = Math.min(offset + wanted, size);
            if (taken.some(([from, to]) => offset < to && end > from)) return;
            taken.push([offset, end]);
            const data = Buffer.alloc(end - offset, zero ? 0 : seed);
            data.copy(model, offset);
            const reply = zero ? await client.zero(offset, data.length) : await client.write(offset, data);
            expect(reply.error).toBe(0);
          }),
        );
        expect((await client.read(0, size)).data.equals(model)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('neighbours in one block that are written at once are both there', async () => {
    const { client, server } = await served({ way });
    const other = await connected(server, 'v');
    const bytes = Array.from({ length: 256 }, (_, index) => index);
    await Promise.all(bytes.map(byte => (byte % 2 ? client : other).write(byte, Buffer.from([byte]))));
    expect((await client.read(0, 256)).data.equals(Buffer.from(bytes))).toBe(true);
  });
});

describe.each(WAYS)('space, the way of: %s', way => {
  it('zeros allocate nothing where nothing is, whatever the range', async () => {
    const { client, curve } = await served({ way });
    expect((await client.zero(0, SIZE)).error).toBe(0);
    expect((await client.zero(SEGMENT - 100, SEGMENT + 200)).error).toBe(0);
    expect((await client.zero(0, SIZE, FLAG.fast)).error).toBe(0);
    expect((await client.zero(0, SIZE, FLAG.noHole)).error).toBe(0);
    expect((await client.trim(0, SIZE)).error).toBe(0);
    expect((await curve.usage('/v')).allocated).toBe(0);
  });

  it('zeros are written where something is, and only there', async () => {
    const { client, curve } = await served({ way });
    await client.write(SEGMENT, Buffer.alloc(SEGMENT, 7));
    expect((await client.zero(100, 2 * SEGMENT, FLAG.fast)).error).toBe(95);
    expect((await client.read(SEGMENT, 4096)).data.equals(Buffer.alloc(4096, 7))).toBe(true);
    expect((await client.zero(100, 2 * SEGMENT - 200, FLAG.noHole)).error).toBe(0);
    const { data } = await client.read(SEGMENT, SEGMENT);
    expect(data.subarray(0, SEGMENT - 100).equals(Buffer.alloc(SEGMENT - 100))).toBe(true);
    expect(data.subarray(SEGMENT - 100).equals(Buffer.alloc(100, 7))).toBe(true);
    expect((await curve.usage('/v')).allocated).toBe(SEGMENT);
  });

  it('whole segments of zeros and trims are given back', async () => {
    const keys = { 'discard.enable': true, 'discard.taskDelayMs': 50, 'discard.granularity': 4096 };
    const { client, curve } = await served({ way, keys });
    await client.write(0, Buffer.alloc(3 * SEGMENT, 7));
    expect((await client.trim(100, 2 * SEGMENT - 100)).error).toBe(0);
    await expect.poll(async () => (await curve.usage('/v')).allocated).toBe(2 * SEGMENT);
    expect((await client.read(0, 4096)).data.equals(Buffer.alloc(4096, 7))).toBe(true);
    expect((await client.read(SEGMENT, 4096)).data.equals(Buffer.alloc(4096))).toBe(true);
    expect((await client.zero(2 * SEGMENT, SEGMENT)).error).toBe(0);
    // Whoever reads a segment wants to keep it, so it is not looked at before.
    await expect.poll(async () => (await curve.usage('/v')).allocated).toBe(SEGMENT);
    expect((await client.read(2 * SEGMENT, SEGMENT)).data.equals(Buffer.alloc(SEGMENT))).toBe(true);
    // What was given back is not taken again by zeros.
    expect((await client.zero(0, SIZE)).error).toBe(0);
    expect((await curve.usage('/v')).allocated).toBeLessThanOrEqual(SEGMENT);
  });

  it('block status follows our own writes and those of others', async () => {
    const { client, curve } = await served({ way, client: { allocation: true }, shared: true });
    expect((await client.status(0, SIZE)).extents).toEqual([{ length: SIZE, state: HOLE }]);
    await client.write(SEGMENT + 5, Buffer.from('x'));
    const ours = [
      { length: SEGMENT, state: HOLE },
      { length: SEGMENT, state: 0 },
      { length: 2 * SEGMENT, state: HOLE },
    ];
    expect((await client.status(0, SIZE)).extents).toEqual(ours);
    const other = await curve.open('/v');
    await other.write(Buffer.alloc(4096, 1), { offset: 3 * SEGMENT });
    expect((await client.status(2 * SEGMENT, 2 * SEGMENT)).extents).toEqual([
      { length: SEGMENT, state: HOLE },
      { length: SEGMENT, state: 0 },
    ]);
    expect((await client.status(100, SEGMENT, FLAG.one)).extents).toEqual([
      { length: SEGMENT - 100, state: HOLE },
    ]);
  });

  it('of a striped volume is told by the stripes that lie in several segments', async () => {
    const { client, curve } = await served({
      way,
      client: { allocation: true },
      stripe: { unit: 65_536, count: 2 },
    });
    await client.write(0, Buffer.from('x'));
    const { extents } = await client.status(0, SIZE);
    expect(extents[0]).toEqual({ length: SEGMENT, state: 0 });
    expect((await curve.usage('/v')).allocated).toBe(SEGMENT);
  });
});

describe('one writer', () => {
  it('a volume that is exported for writing is not exported for writing again', async () => {
    const { curve } = await served();
    await expect(exportVolume(curve, '/v')).rejects.toMatchObject({ name: 'NbdError', code: 'IN_USE' });
    for (const options of [{ readOnly: true }, { shared: true }]) {
      await (await exportVolume(curve, '/v', options)).close();
    }
  });

  it('nor while another client has it open; nobody is disturbed', async () => {
    const { connect } = await smallCluster();
    const other = await connect('alice');
    await other.createVolume('/v', { size: SIZE });
    const volume = await other.open('/v');
    await expect.poll(() => other.mounts('/v')).toHaveLength(1);
    const curve = await connect('alice');
    await expect(exportVolume(curve, '/v')).rejects.toThrow(/open elsewhere \(127\.0\.0\.1:\d+\)/);
    await (await exportVolume(curve, '/v', { readOnly: true })).close();
    const waiting = exportVolume(curve, '/v', { wait: 60_000 });
    await volume.close();
    await (await waiting).close();
  });

  it('of two that come at once at most one gets it', async () => {
    const { connect } = await smallCluster();
    const clients = await Promise.all([connect('alice'), connect('alice')]);
    await clients[0]?.createVolume('/v', { size: SIZE });
    const volumes = await Promise.allSettled(clients.map(curve => exportVolume(curve, '/v')));
    expect(volumes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    for (const result of volumes) if (result.status === 'fulfilled') await result.value.close();
    await (await exportVolume(clients[0] as never, '/v', { wait: 10_000 })).close();
  });

  it('the record of a server that was killed is known by its own machine', async () => {
    const { cluster, connect } = await smallCluster();
    const curve = await connect('alice');
    await curve.createVolume('/v', { size: SIZE });
    const stateFolder = temporaryFolder();
    const killed = await spawnExporter(cluster.mdsAddresses.join(','), '/v', stateFolder);
    killed.process.kill('SIGKILL');
    await killed.ended;
    expect(await curve.mounts('/v')).toHaveLength(1);
    await expect(exportVolume(curve, '/v')).rejects.toMatchObject({ code: 'IN_USE' });
    await (await exportVolume(curve, '/v', { stateFolder })).close();
  });

  it('and so are those of several that were killed one after the other, also after one that was not', async () => {
    const { cluster, connect } = await smallCluster();
    const curve = await connect('alice');
    await curve.createVolume('/v', { size: SIZE });
    const stateFolder = temporaryFolder();
    for (const signal of ['SIGKILL', 'SIGKILL', 'SIGTERM'] as const) {
      const server = await spawnExporter(cluster.mdsAddresses.join(','), '/v', stateFolder);
      server.process.kill(signal);
      await server.ended;
    }
    expect(await curve.mounts('/v')).toHaveLength(2);
    for (let times = 0; times < 2; times++) await (await exportVolume(curve, '/v', { stateFolder })).close();
  });

  it('a record that all clients of a machine share tells of no server whether it was killed', async () => {
    const { cluster, connect } = await smallCluster();
    const curve = await connect('alice', { 'mds.registerToMDS': false });
    await curve.createVolume('/v', { size: SIZE });
    const stateFolder = temporaryFolder();
    const killed = await spawnExporter(cluster.clientConfPath, '/v', stateFolder);
    killed.process.kill('SIGKILL');
    await killed.ended;
    expect(await curve.mounts('/v')).toEqual([{ ip: '127.0.0.1', port: 0 }]);
    await expect(exportVolume(curve, '/v', { stateFolder })).rejects.toThrow('open elsewhere (127.0.0.1)');
  });

  it('closing gives the volume back', async () => {
    const { curve, server } = await served();
    await server.close();
    await expect.poll(() => curve.mounts('/v')).toEqual([]);
    await (await exportVolume(curve, '/v')).close();
    await curve.remove('/v');
  });
});

describe.each(WAYS)('what goes wrong, the way of: %s', way => {
  it('what a chunkserver refuses is told to the client, and once to whoever runs the server', async () => {
    const { client, cluster, problems } = await served({ way });
    await client.write(0, Buffer.alloc(4096));
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'status 4' });
    for (let index = 0; index < 3; index++) {
      const { error, message } = await client.write(0, Buffer.alloc(4096));
      expect([error, message]).toEqual([5, expect.stringContaining('CHUNK_OP_STATUS_INVALID_REQUEST (4)')]);
    }
    expect(problems).toMatchObject([{ export: 'v', error: { code: 'INVALID_REQUEST', statusCode: 4 } }]);
    expect(problems[0]?.error).toBeInstanceOf(CurveError);
  });

  it('a volume that is fenced off says so', async () => {
    const { client, curve, problems } = await served({ way, epoch: true });
    await client.write(0, Buffer.alloc(4096));
    const other = await curve.open('/v');
    await other.increaseEpoch();
    await expect.poll(async () => (await client.write(0, Buffer.alloc(4096))).error).toBe(1);
    expect(problems[0]?.message).toMatch(/fenced/);
  });

  it('a client that connects after the volume was extended sees its new size', async () => {
    const { client, curve, server } = await served({ way });
    await curve.extend('/v', 2 * SIZE);
    const late = await connected(server, 'v');
    expect([client.info.size, late.info.size]).toEqual([SIZE, 2 * SIZE]);
    expect((await late.write(SIZE, Buffer.alloc(4096, 1))).error).toBe(0);
  });

  it('what is no volume, or not there, is refused as Curve refuses it', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    await expect(exportVolume(curve, '/none')).rejects.toMatchObject({
      name: 'CurveError',
      code: 'NOTEXIST',
    });
    await expect(exportVolume(curve, '/v', { wait: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(serveNbd({ exports: [] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
