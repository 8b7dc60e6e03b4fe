import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { selfSignedCertificate, temporaryFolder } from '@curve-wcs/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { ExportFailure } from '../src/index.js';
import { MemoryExport } from './support/memory-export.js';
import { encodeRequest, NbdClient } from './support/nbd-client.js';
import { connected, disk, serve } from './support/serve.js';

// Clients that stall, go, or say all at once, while others wait in line behind them.

const MiB = 2 ** 20;
const write = (offset: number, data: Buffer) =>
  Buffer.concat([encodeRequest(1, 0, 1n, offset, data.length), data]);
const go = (name: string) => {
  const data = Buffer.concat([Buffer.from([0, 0, 0, name.length]), Buffer.from(name), Buffer.from([0, 0])]);
  return Buffer.concat([Buffer.from('IHAVEOPT\0\0\0\x07\0\0\0', 'latin1'), Buffer.from([data.length]), data]);
};

/** Two disks that share the memory of one server, of which the first can be held up. */
async function two(limits: object) {
  const slow = new MemoryExport('slow');
  const held: (() => void)[] = [];
  slow.before = call => (call === 'write' ? new Promise(resolve => held.push(resolve)) : undefined);
  const served = await serve({ exports: [slow, new MemoryExport('disk')], limits });
  return { ...served, slow, held };
}

it('a write that had to wait for memory, and whose data then does not come, is given up', async () => {
  const { server, held, problems } = await two({ stallTimeout: 300, totalBytes: MiB });
  const first = await connected(server, 'slow');
  const written = first.write(0, Buffer.alloc(MiB));
  await expect.poll(() => held.length).toBe(1);
  const owing = await connected(server, 'disk');
  owing.socket.write(encodeRequest(1, 0, 1n, 0, MiB));
  // Longer than it may stall; but now it is not the one who does.
  await pause(700);
  expect(problems).toEqual([]);
  held[0]?.();
  expect((await written).error).toBe(0);
  const other = await connected(server, 'disk');
  expect((await other.read(0, 4096)).error).toBe(0);
  await owing.closed();
  expect(problems).toMatchObject([{ message: 'a client was given up: its request does not come to an end' }]);
});

it('a client that has gone is in nobody’s way, whatever it has under way', async () => {
  const { server, held } = await two({ totalBytes: MiB });
  const [gone, second] = [await connected(server, 'slow'), await connected(server, 'slow')];
  gone.write(0, Buffer.alloc(MiB / 2)).catch(() => {});
  const written = second.write(0, Buffer.alloc(MiB / 2));
  await expect.poll(() => held.length).toBe(2);
  gone.read(0, MiB / 2).catch(() => {});
  await pause(50);
  const other = await connected(server, 'disk');
  const read = other.read(0, 4096);
  gone.socket.resetAndDestroy();
  await pause(50);
  held[1]?.();
  expect((await written).error).toBe(0);
  expect((await read).error).toBe(0);
  held[0]?.();
});

it.each([0, 50])(
  'what came with the handshake of a client that said no more is done, after %i ms',
  async wait => {
    const { address, disk: served } = await disk();
    served.before = call => (call === 'refresh' ? pause(wait) : undefined);
    const client = await NbdClient.greeted(address);
    const data = Buffer.alloc(4096, 7);
    client.socket.end(Buffer.concat([go('disk'), write(0, data), encodeRequest(0, 0, 2n, 0, 4096)]));
    await client.closed();
    expect(served.calls.filter(call => call !== 'refresh')).toEqual(['write', 'read']);
    expect(served.content.subarray(0, 4096)).toEqual(data);
  },
);

it('an answer to a list that is still to be sent is sent before the transmission', async () => {
  const exports = Array.from({ length: 60 }, (_, i) => {
    const one = new MemoryExport(`disk${i}`, 4096);
    return Object.assign(one, { description: 'x'.repeat(2000) });
  });
  const { address } = await serve({ exports, listen: { socket: join(temporaryFolder(), 'nbd.sock') } });
  const client = await NbdClient.greeted(address);
  client.socket.pause();
  const list = Buffer.from('IHAVEOPT\0\0\0\x03\0\0\0\0', 'latin1');
  const lists = 40;
  client.socket.write(Buffer.concat([...Array(lists).fill(list), go('disk0')]));
  client.socket.write(encodeRequest(0, 0, 9n, 0, 4096));
  await pause(200);
  client.socket.resume();
  for (let left = lists; left > 0; ) {
    const head = await client.take(20);
    expect(head.readBigUInt64BE(0)).toBe(0x3e889045565a9n);
    await client.take(head.readUInt32BE(16));
    if (head.readUInt32BE(12) === 1) left--;
  }
});

it('what an export throws at once is its failure, and close does not wait for it', async () => {
  const { client, server, disk: served } = await disk();
  served.write = () => {
    throw new ExportFailure('ENOSPC', 'full');
  };
  served.read = () => {
    throw new Error('odd');
  };
  expect((await client.write(0, Buffer.alloc(4096))).error).toBe(28);
  expect((await client.read(0, 4096)).error).toBe(5);
  await server.close();
  expect(served.closes).toBe(1);
});

it('a record of TLS that is none ends its connection', async () => {
  const folder = temporaryFolder();
  const { cert, key } = selfSignedCertificate();
  writeFileSync(join(folder, 'server-cert.pem'), cert);
  writeFileSync(join(folder, 'server-key.pem'), key);
  const { address, server } = await serve({ tls: { certificates: folder } });
  // In between is somebody who adds to what is sent.
  const [host, port] = address.split(':');
  let between: Socket | undefined;
  const proxy = createServer(from => {
    between = connect(Number(port), host);
    from
      .on('error', () => {})
      .pipe(between.on('error', () => {}))
      .pipe(from);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const client = await NbdClient.greeted(`127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  await client.startTls({ ca: cert, servername: 'localhost' });
  await client.go('disk');
  const connections = () => server.statistics()['disk']?.connections;
  await expect.poll(connections).toBe(1);
  between?.write(Buffer.concat([Buffer.from('17030300ff', 'hex'), Buffer.alloc(255, 9)]));
  await expect.poll(connections).toBe(0);
  client.destroy();
});
