import { randomFillSync, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exportVolume } from '../src/index.js';
import { encodeRequest } from './support/nbd-client.js';
import { connected } from './support/serve.js';
import { SEGMENT, SIZE, served, WAYS } from './support/volumes.js';

// What a client sees is the same whichever way its data goes.

/** More of them: `NBD_FUZZ=1000000`. */
const ROUNDS = Number(process.env['NBD_FUZZ'] ?? 300);
const BLOCK = 4096;
const ERRNO = { EPERM: 1, EINVAL: 22, ENOSPC: 28, ESHUTDOWN: 108 };
const FLAG = { fua: 1, noHole: 2, df: 4 };
const random = (length: number) => randomFillSync(Buffer.allocUnsafe(length));

describe.each(WAYS)('a volume whose data goes the way of: %s', way => {
  describe.each([true, false])('with structured replies: %s', structured => {
    const client = { structured, allocation: structured };

    it('what is written is read, of any size and at any place', async () => {
      const { client: nbd } = await served({ way, client });
      for (const [offset, length] of [
        [0, 1],
        [511, 513],
        [BLOCK, BLOCK],
        [3 * BLOCK, 7 * BLOCK],
        [SEGMENT - BLOCK, 2 * BLOCK],
        [100_001, 300_000],
        [0, 2 * SEGMENT],
        [777, 3 * SEGMENT],
      ] as const) {
        const data = random(length);
        expect(await nbd.write(offset, data, FLAG.fua)).toMatchObject({ error: 0 });
        const reply = await nbd.read(offset, length, structured ? FLAG.df : 0);
        expect(reply.data.equals(data)).toBe(true);
        expect(reply.chunks).toBe(structured ? 1 : 0);
      }
    });

    it('requests under way at once are each answered as themselves, and counted', async () => {
      const { client: nbd, server } = await served({ way, client });
      const blocks = Array.from({ length: 300 }, () => random(BLOCK));
      await Promise.all(blocks.map((block, index) => nbd.write(index * BLOCK, block)));
      const replies = await Promise.all(blocks.map((_, index) => nbd.read(index * BLOCK, BLOCK)));
      expect(replies.every(({ data }, index) => data.equals(blocks[index] as Buffer))).toBe(true);
      await Promise.all([nbd.flush(), nbd.write(1, Buffer.alloc(5)), nbd.read(1, 5), nbd.trim(0, 5)]);
      const done = { reads: 301, writes: 301, flushes: 1, trims: 1, errors: 0 };
      const bytes = { bytesRead: 300 * BLOCK + 5, bytesWritten: 300 * BLOCK + 5 };
      expect(server.statistics()['v']).toMatchObject({ ...done, ...bytes, inFlight: 0, connections: 1 });
      nbd.disconnect();
      await nbd.closed();
      await expect.poll(() => server.statistics()['v']?.connections).toBe(0);
      expect(server.statistics()['v']).toMatchObject({ ...done, ...bytes, inFlight: 0 });
    });

    it('refuses what is out of range, empty, too long or unknown, and goes on', async () => {
      const { client: nbd } = await served({ way, client });
      expect((await nbd.read(SIZE, 1)).error).toBe(ERRNO.EINVAL);
      expect((await nbd.read(2n ** 64n - 4096n, BLOCK)).error).toBe(ERRNO.EINVAL);
      expect((await nbd.write(SIZE - BLOCK, Buffer.alloc(2 * BLOCK))).error).toBe(ERRNO.ENOSPC);
      expect((await nbd.read(0, 0)).error).toBe(ERRNO.EINVAL);
      expect((await nbd.write(0, Buffer.alloc(2 ** 25 + BLOCK))).error).toBe(ERRNO.ENOSPC);
      expect((await nbd.request(8, 0, BLOCK)).error).toBe(ERRNO.EINVAL);
      expect((await nbd.request(999, 0, BLOCK)).error).toBe(ERRNO.EINVAL);
      expect((await nbd.read(0, BLOCK, FLAG.noHole)).error).toBe(ERRNO.EINVAL);
      if (!structured) expect((await nbd.read(0, BLOCK, FLAG.df)).error).toBe(ERRNO.EINVAL);
      expect((await nbd.write(0, Buffer.alloc(BLOCK), 1 << 10)).error).toBe(ERRNO.EINVAL);
      expect((await nbd.read(0, BLOCK)).error).toBe(0);
    });
  });

  it('a write is refused when all of it has come, since libnbd takes no reply before', async () => {
    const { client, server } = await served({ way });
    const reply = client.request(1, SIZE, 2 * BLOCK, 0, Buffer.alloc(2 * BLOCK - 1));
    await expect.poll(() => server.statistics()['v']?.inFlight).toBe(1);
    expect(server.statistics()['v']?.errors).toBe(0);
    client.socket.write(Buffer.alloc(1));
    expect((await reply).error).toBe(ERRNO.ENOSPC);
  });

  it('what a write of whole blocks has stored is not undone by a write beside it in the same block', async () => {
    const { client, server, cluster } = await served({ way });
    const other = await connected(server, 'v');
    await client.write(0, Buffer.alloc(2 * BLOCK, 1));
    // Of the blocks around this one, the old bytes are on their way while the others are written.
    cluster.faults.add({ match: { method: 'WriteChunk', times: 1 }, do: 'delay 300ms' });
    const writes = () => cluster.requests.filter(({ method }) => method === 'WriteChunk').length;
    const before = writes();
    const part = other.write(BLOCK / 2, Buffer.alloc(BLOCK, 2));
    await expect.poll(writes).toBeGreaterThan(before);
    const whole = client.write(0, Buffer.alloc(2 * BLOCK, 3));
    const beyond = client.write(2 * BLOCK, Buffer.alloc(BLOCK, 4));
    expect((await beyond).error).toBe(0);
    for (const reply of [part, whole]) expect((await reply).error).toBe(0);
    expect((await client.read(0, 2 * BLOCK)).data.equals(Buffer.alloc(2 * BLOCK, 3))).toBe(true);
  });

  it('writes of whole blocks and beside them, many at once, leave each what was acknowledged last', async () => {
    const { client, server } = await served({ way });
    const other = await connected(server, 'v');
    const at = BLOCK / 2;
    for (let round = 1; round < 20; round++) {
      const whole = Buffer.alloc(2 * BLOCK, round);
      const writes = [
        client.write(0, whole),
        other.write(at, Buffer.alloc(BLOCK, 200)),
        other.write(1, whole.subarray(1, 2)),
      ];
      for (const reply of await Promise.all(writes)) expect(reply.error).toBe(0);
      const { data } = await client.read(0, 2 * BLOCK);
      const beside = Buffer.concat([data.subarray(0, at), data.subarray(at + BLOCK)]);
      expect(beside.equals(Buffer.alloc(beside.length, round))).toBe(true);
    }
  });

  it('DISC, and a client that closes its side, wait for what is under way', async () => {
    const { client, server, cluster } = await served({ way });
    const other = await connected(server, 'v');
    await client.write(0, Buffer.alloc(BLOCK, 7));
    cluster.faults.add({ match: { method: 'ReadChunk' }, do: 'delay 300ms' });
    const replies = [client.read(0, BLOCK), other.read(0, BLOCK)];
    client.disconnect();
    other.socket.end();
    for (const reply of replies) expect((await reply).data.equals(Buffer.alloc(BLOCK, 7))).toBe(true);
    await Promise.all([client.closed(), other.closed()]);
  });

  it('a half-received write of a client that has gone is not done', async () => {
    const { client, curve, server } = await served({ way });
    client.socket.write(encodeRequest(1, 0, 1n, 0, 16 * BLOCK));
    client.socket.write(random(BLOCK));
    await expect.poll(() => server.statistics()['v']?.inFlight).toBe(1);
    client.destroy();
    await expect.poll(() => server.statistics()['v']?.connections).toBe(0);
    expect(server.statistics()['v']).toMatchObject({ inFlight: 0, writes: 0 });
    expect((await curve.usage('/v')).allocated).toBe(0);
  });

  it('garbage in place of a request ends that connection alone', async () => {
    const { client, server, problems } = await served({ way });
    const other = await connected(server, 'v');
    client.socket.write(Buffer.alloc(1000, 7));
    await client.closed();
    await expect
      .poll(() => problems)
      .toMatchObject([{ export: 'v', message: 'a client was cut off: no request where one should be' }]);
    expect((await other.read(0, BLOCK)).error).toBe(0);
  });

  it('no more requests and bytes are taken than may be under way, of one connection and of all', async () => {
    const piece = 16 * BLOCK;
    const limits = { requests: 4, bytes: 3 * piece, totalBytes: 5 * piece };
    const { client, server, cluster } = await served({ way, limits });
    const other = await connected(server, 'v');
    await client.write(0, Buffer.alloc(piece));
    const fault = cluster.faults.add({ match: { method: 'ReadChunk' }, do: 'hang' });
    const all = [client, other].flatMap(one => Array.from({ length: 20 }, () => one.read(0, piece)));
    const inFlight = () => server.statistics()['v']?.inFlight;
    await expect.poll(inFlight).toBe(5);
    const flushes = Array.from({ length: 3 }, () => client.flush());
    await pause(100);
    expect(inFlight()).toBe(5);
    fault();
    for (const reply of await Promise.all([...all, ...flushes])) expect(reply.error).toBe(0);
    const small = Array.from({ length: 20 }, (_, index) => client.read(index * BLOCK, BLOCK));
    for (const reply of await Promise.all(small)) expect(reply.error).toBe(0);
    // More than all that there is goes by itself.
    expect((await client.write(0, Buffer.alloc(6 * piece))).error).toBe(0);
  });

  it('clients that take no replies, or do not end their writes, are given up; silent ones are not', async () => {
    const { client, server, problems } = await served({ way, limits: { stallTimeout: 300 } });
    const [owing, idle] = [await connected(server, 'v'), await connected(server, 'v')];
    client.socket.pause();
    for (let index = 0; index < 60; index++) client.read(0, SEGMENT).catch(() => {});
    await expect.poll(() => problems.length).toBe(1);
    expect(problems).toMatchObject([{ message: 'a client was given up: it takes no replies' }]);
    owing.socket.write(encodeRequest(1, 0, 1n, 0, 2 * BLOCK));
    owing.socket.write(Buffer.alloc(BLOCK));
    await owing.closed();
    expect((await idle.read(0, BLOCK)).error).toBe(0);
    expect(server.statistics()['v']?.writes).toBe(0);
  });

  it('a client may send more than is received at a time while all waits for others', async () => {
    const limits = { requests: 1.5, bytes: Number.POSITIVE_INFINITY, totalBytes: 2 ** 20 + 0.5 };
    const { client, server } = await served({ way, limits });
    const blocks = Array.from({ length: 600 }, (_, index) => random(index % 3 ? BLOCK : 1000));
    const bytes = blocks.map((data, index) =>
      Buffer.concat([encodeRequest(1, 0, BigInt(index), index * BLOCK, data.length), data]),
    );
    client.socket.write(Buffer.concat(bytes));
    await expect.poll(() => server.statistics()['v']?.writes).toBe(blocks.length);
    const other = await connected(server, 'v');
    for (const [index, data] of blocks.entries()) {
      expect((await other.read(index * BLOCK, data.length)).data.equals(data)).toBe(true);
    }
  });

  it('close answers what is under way, takes nothing more, and gives the volume back', async () => {
    const { client, server, cluster, curve } = await served({ way });
    await client.write(0, Buffer.alloc(BLOCK));
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'delay 300ms' });
    const writes = () => cluster.requests.filter(({ method }) => method === 'WriteChunk').length;
    const data = random(BLOCK);
    const before = writes();
    const write = client.write(0, data);
    await expect.poll(writes).toBeGreaterThan(before);
    const closing = Promise.all([server.close(), server.close()]);
    await pause(50);
    const late = client.write(2 * BLOCK, data).then(
      () => 'answered',
      () => 'cut off',
    );
    expect((await write).error).toBe(0);
    await closing;
    expect(await late).toBe('cut off');
    // It would be in use.
    await (await exportVolume(curve, '/v')).close();
    const volume = await curve.open('/v');
    const { data: stored } = await volume.read({ offset: 0, length: 3 * BLOCK });
    expect(stored.equals(Buffer.concat([data, Buffer.alloc(2 * BLOCK)]))).toBe(true);
  });

  it('when the Curve client ends first, clients are cut off or told, and the server closes', async () => {
    const { client, server, cluster, exporter } = await served({ way });
    await client.write(0, Buffer.alloc(BLOCK));
    cluster.faults.add({ match: { method: 'ReadChunk' }, do: 'hang' });
    const told = client.read(0, BLOCK).then(
      ({ error }) => error,
      () => 'cut off',
    );
    await expect.poll(() => server.statistics()['v']?.inFlight).toBe(1);
    await exporter.close({ deadline: 200 });
    expect(['cut off', ERRNO.ESHUTDOWN]).toContain(await told);
    await server.close({ deadline: 1000 }).catch(() => {});
  });

  it('mutated requests neither end the server nor disturb another client', async () => {
    const {
      client: good,
      server,
      address,
    } = await served({
      way,
      limits: { connections: 200, stallTimeout: 500, handshakeTimeout: 500, requests: 8 },
    });
    const [host, port] = address.split(':');
    const greeting = Buffer.concat([
      Buffer.from([0, 0, 0, 3]),
      Buffer.from('IHAVEOPT\0\0\0\x08\0\0\0\0', 'latin1'),
      Buffer.from('IHAVEOPT\0\0\0\x07\0\0\0\x07\0\0\0\x01v\0\0', 'latin1'),
    ]);
    const conversation = Buffer.concat(
      [
        [encodeRequest(1, 0, 1n, BLOCK, 512), Buffer.alloc(512, 'x')],
        [encodeRequest(1, 0, 2n, BLOCK, 2 * BLOCK), Buffer.alloc(2 * BLOCK, 'y')],
        [encodeRequest(0, 0, 3n, 0, 65_536), encodeRequest(7, 0, 4n, 0, 65_536)],
        [encodeRequest(1, 0, 5n, 0, 65_536), Buffer.alloc(65_536, 'z'), encodeRequest(6, 0, 6n, 0, 65_536)],
        [encodeRequest(0, 0, 7n, 5, 65_536), encodeRequest(3, 0, 8n, 0, 0), encodeRequest(2, 0, 9n, 0, 0)],
      ].flat(),
    );
    let done = 0;
    const worker = async () => {
      while (done++ < ROUNDS) {
        const socket = connect(Number(port), host);
        socket.on('error', () => {});
        socket.resume();
        socket.write(Buffer.concat([greeting, mutated(conversation)]));
        const how = randomInt(3);
        if (how === 0) await pause(randomInt(5)).then(() => socket.destroy());
        else if (how === 1) socket.end();
        if (!socket.destroyed) await Promise.race([once(socket, 'close'), pause(1000)]);
        socket.destroy();
        if (done % 50 === 0) expect((await good.read(0, BLOCK)).error).toBe(0);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect((await good.read(0, BLOCK)).error).toBe(0);
    await expect.poll(() => server.statistics()['v']).toMatchObject({ connections: 1, inFlight: 0 });
  });
});

/** Changes, cuts, repeats or removes some of it. */
function mutated(bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  const at = randomInt(result.length);
  // Mostly where requests are.
  const near = [0, 540, 8760, 8788, 8816].map(start => Math.min(start + randomInt(28), result.length - 1));
  switch (randomInt(5)) {
    case 0:
      result[near[randomInt(near.length)] ?? 0] = randomInt(256);
      return result;
    case 1:
      return Buffer.concat([result.subarray(0, at), result.subarray(at + randomInt(1, 9))]);
    case 2:
      return Buffer.concat([result.subarray(0, at), random(randomInt(1, 40)), result.subarray(at)]);
    case 3:
      return result.subarray(0, at + 1);
    default:
      result.fill(255, near[randomInt(near.length)] ?? 0, at + 4);
      return result;
  }
}
