import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { NativeNbdTerms } from '../src/index.js';
import { count, GiB, openVolume, startCluster } from './support/cluster.js';

const BLOCK = 4096;

/** A request with its offset for its name. */
function request(command: number, offset: number, length: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt32BE(0x25609513, 0);
  bytes.writeUInt16BE(command, 6);
  bytes.writeBigUInt64BE(BigInt(offset), 8);
  bytes.writeBigUInt64BE(BigInt(offset), 16);
  bytes.writeUInt32BE(length, 24);
  return Buffer.concat([bytes, data]);
}

const write = (offset: number, data: Buffer) => request(1, offset, data.length, data);
const read = (offset: number, length: number) => request(0, offset, length);

/** Reads exactly so many bytes. */
async function take(socket: Socket, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let left = length; left > 0; ) {
    const piece = socket.read(Math.min(left, socket.readableLength)) as Buffer | null;
    if (piece === null) await once(socket, 'readable');
    else {
      pieces.push(piece);
      left -= piece.length;
    }
  }
  return Buffer.concat(pieces);
}

/** A volume, and a client of it that has sent something already. */
async function served(received: Buffer = Buffer.alloc(0), terms: Partial<NativeNbdTerms> = {}) {
  const cluster = await startCluster();
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const fd = await openVolume(cluster);
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket & { _handle: { fd: number } }];
  server.close();
  onTestFinished(() => void client.destroy());
  const counts = new BigUint64Array(new SharedArrayBuffer(48));
  const connection = cluster.client.serveNbd(fd, {
    ...{ socket: accepted._handle.fd, received, structured: false, readOnly: false, size: 10 * GiB },
    ...{ requests: 16, bytes: 2 ** 24, totalBytes: 2 ** 26, stallTimeout: 60_000, counts },
    ...terms,
  });
  accepted.destroy();
  return { cluster, fd, client, connection, counts };
}

test('whole blocks go to the cluster and back; all else is handed up, and answered by its number', async () => {
  const data = randomBytes(2 * BLOCK);
  const { client, connection, counts } = await served(write(0, data));
  expect((await take(client, 16)).readBigUInt64BE(8)).toBe(0n);
  client.write(read(0, 2 * BLOCK));
  expect((await take(client, 16 + 2 * BLOCK)).subarray(16).equals(data)).toBe(true);
  client.write(request(3, 0, 0));
  await take(client, 16);

  client.write(
    Buffer.concat([write(5, data.subarray(0, 100)), read(20 * GiB, BLOCK), write(20 * GiB, data)]),
  );
  const requests = [];
  while (requests.length < 3) requests.push(...((await connection.next()) ?? []));
  expect(requests.map(one => one.data?.length)).toEqual([100, undefined, undefined]);
  for (const [index, { number }] of requests.entries()) {
    await connection.reply(number, Buffer.from([index]));
    // It was answered.
    await connection.reply(number, Buffer.from('once more'));
  }
  expect(await take(client, 3)).toEqual(Buffer.from([0, 1, 2]));
  expect([...counts]).toEqual([0n, 1n, 1n, 1n, 8192n, 8192n]);

  client.write(request(2, 0, 0));
  expect(await connection.ended).toBe('gone');
  expect(await connection.next()).toBeUndefined();
});

test('while a range is held no write is under way in it, and those that wait go on', async () => {
  const { cluster, fd, client, connection } = await served();
  const writes = () => count(cluster.emulator, 'WriteChunk');
  client.write(write(0, randomBytes(BLOCK)));
  await take(client, 16);
  const delay = cluster.emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'delay 200ms' });
  const before = writes();
  client.write(write(BLOCK, randomBytes(BLOCK)));
  await expect.poll(writes).toBeGreaterThan(before);
  delay();
  const first = cluster.client.holdWrites(fd, 0, 2 * BLOCK);
  const second = cluster.client.holdWrites(fd, BLOCK, BLOCK);
  const events: string[] = [];
  void first.held.then(() => events.push('held'));
  const answered = take(client, 16).then(() => events.push('answered'));
  await Promise.all([first.held, second.held, answered]);
  expect(events).toHaveLength(2);

  // Of these only the last is outside; each of the others waits for both.
  const waiting = writes();
  client.write(Buffer.concat([write(0, randomBytes(2 * BLOCK)), write(2 * BLOCK, randomBytes(BLOCK))]));
  expect((await take(client, 16)).readBigUInt64BE(8)).toBe(BigInt(2 * BLOCK));
  await first.release();
  expect(writes()).toBe(waiting + 1);
  await second.release();
  expect((await take(client, 16)).readBigUInt64BE(8)).toBe(0n);
  client.end();
  expect(await connection.ended).toBe('gone');
});

test('a failure of the cluster is handed up', async () => {
  const { cluster, client, connection } = await served();
  cluster.emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'invalid request' });
  client.write(write(0, randomBytes(BLOCK)));
  const [one] = (await connection.next()) ?? [];
  expect(one?.error).toMatchObject({ kind: 'chunk', status: 4 });
  await connection.reply(one?.number ?? 0, Buffer.alloc(16));
  client.end();
  expect(await connection.ended).toBe('gone');
});

test('why a connection ended is told; what was under way is done', async () => {
  const nonsense = await served(Buffer.alloc(100));
  expect(await nonsense.connection.ended).toBe('nonsense');
  const unfinished = await served(request(1, 0, BLOCK), { stallTimeout: 100 });
  expect(await unfinished.connection.ended).toBe('unfinished');

  const { cluster, client, connection, counts } = await served();
  cluster.emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'delay 200ms' });
  client.write(write(0, randomBytes(BLOCK)));
  await expect.poll(() => count(cluster.emulator, 'WriteChunk')).toBe(1);
  await connection.end(true);
  expect(await connection.ended).toBe('gone');
  expect(counts[2]).toBe(1n);
});

test('the end of the client ends its connections, whatever is under way', async () => {
  const { cluster, client, connection } = await served();
  const closed = once(client.resume(), 'close');
  cluster.emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
  client.write(Buffer.concat([write(0, randomBytes(BLOCK)), read(1, 5)]));
  await connection.next();
  const ended = expect(connection.ended).rejects.toMatchObject({ kind: 'canceled' });
  await cluster.client.uninit();
  await ended;
  expect(await connection.next().catch(() => undefined)).toBeUndefined();
  await closed;
});
