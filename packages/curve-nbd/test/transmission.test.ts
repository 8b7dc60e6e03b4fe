import { randomFillSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ExportFailure } from '../src/index.js';
import { MemoryExport } from './support/memory-export.js';
import { encodeRequest, NbdClient } from './support/nbd-client.js';
import { connected, disk } from './support/serve.js';

const ERRNO = { EPERM: 1, EIO: 5, EINVAL: 22, ENOSPC: 28, ENOTSUP: 95 };
const FLAG = { fua: 1, noHole: 2, df: 4, one: 8, fast: 16 };
const random = (length: number) => randomFillSync(Buffer.allocUnsafe(length));
const STRUCTURED = Buffer.from('IHAVEOPT\0\0\0\x08\0\0\0\0', 'latin1');
/** A promise and what settles it. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { opened, open };
}

describe.each([true, false])('with structured replies: %s', structured => {
  const client = { structured, allocation: structured };

  it('what is written is read, of any size and at any place', async () => {
    const { client: nbd } = await disk({ client, disk: new MemoryExport('disk', 40 * 2 ** 20) });
    for (const [offset, length] of [
      [0, 1],
      [511, 513],
      [4096, 4096],
      [100_001, 300_000],
      [777, 2 ** 25],
    ] as const) {
      const data = random(length);
      expect(await nbd.write(offset, data)).toMatchObject({ error: 0 });
      const reply = await nbd.read(offset, length, structured ? FLAG.df : 0);
      expect(reply.data.equals(data)).toBe(true);
      expect(reply.chunks).toBe(structured ? 1 : 0);
    }
  });

  it('requests under way at once are each answered as themselves', async () => {
    const { client: nbd, server } = await disk({ client });
    const blocks = Array.from({ length: 200 }, () => random(4096));
    await Promise.all(blocks.map((block, index) => nbd.write(index * 4096, block)));
    const replies = await Promise.all(blocks.map((_, index) => nbd.read(index * 4096, 4096)));
    expect(replies.every(({ data }, index) => data.equals(blocks[index] as Buffer))).toBe(true);
    expect(server.statistics()['disk']).toMatchObject({
      ...{ reads: 200, writes: 200, bytesRead: 819_200, bytesWritten: 819_200, inFlight: 0, connections: 1 },
    });
  });

  it('refuses what is out of range, empty, too long or unknown, and goes on', async () => {
    const { client: nbd } = await disk({ client });
    const size = 2 ** 20;
    expect((await nbd.read(size, 1)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.read(2n ** 64n - 1n, 4096)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.write(size - 1, Buffer.alloc(2))).error).toBe(ERRNO.ENOSPC);
    expect((await nbd.zero(size - 1, 2)).error).toBe(ERRNO.ENOSPC);
    expect((await nbd.trim(size - 1, 2)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.read(0, 0)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.write(0, Buffer.alloc(2 ** 25 + 1))).error).toBe(ERRNO.ENOSPC);
    expect((await nbd.request(8, 0, 4096)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.request(999, 0, 4096)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.read(0, 4096, FLAG.noHole)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.write(0, Buffer.alloc(5), 1 << 10)).error).toBe(ERRNO.EINVAL);
    expect((await nbd.read(0, 4096)).error).toBe(0);
  });

  it('requests that come with the handshake, before it is answered, are all done', async () => {
    const { address, disk: served } = await disk();
    // So that more has come than is taken in during a handshake.
    served.before = call => (call === 'refresh' ? pause(200) : undefined);
    const nbd = await NbdClient.greeted(address);
    const blocks = Array.from({ length: 60 }, () => random(16_384));
    const name = Buffer.from('\0\0\0\x04disk\0\0', 'latin1');
    const go = Buffer.concat([Buffer.from('IHAVEOPT\0\0\0\x07\0\0\0\x0a', 'latin1'), name]);
    const writes = blocks.flatMap((block, index) => [
      encodeRequest(1, 0, BigInt(index), index * 16_384, 16_384),
      block,
    ]);
    nbd.socket.write(Buffer.concat([structured ? STRUCTURED : Buffer.alloc(0), go, ...writes]));
    if (structured) await nbd.take(20);
    await nbd.take(20 + 12 + 20 + 14 + 20);
    const replies = Buffer.from(await nbd.take(60 * 16));
    for (let at = 0; at < replies.length; at += 16) expect(replies.readUInt32BE(at + 4)).toBe(0);
    const reader = await NbdClient.to(address, 'disk');
    onTestFinished(() => reader.destroy());
    expect((await reader.read(0, 60 * 16_384)).data.equals(Buffer.concat(blocks))).toBe(true);
    nbd.destroy();
  });

  it('a write is refused when all of it has come, since libnbd takes no reply before', async () => {
    const { client: nbd, server, disk: served } = await disk({ client });
    const size = 2 ** 20;
    const reply = nbd.request(1, size, 8192, 0, Buffer.alloc(8191));
    await expect.poll(() => server.statistics()['disk']?.inFlight).toBe(1);
    expect(server.statistics()['disk']?.errors).toBe(0);
    nbd.socket.write(Buffer.alloc(1));
    expect((await reply).error).toBe(ERRNO.ENOSPC);
    expect((await nbd.read(0, 4096)).error).toBe(0);
    expect(served.calls).toEqual(['refresh', 'read']);
  });

  it('errors of the export reach the client, and whoever runs the server once', async () => {
    const { client: nbd, disk: served, problems } = await disk({ client });
    served.before = call =>
      call === 'write' ? Promise.reject(new ExportFailure('ENOSPC', `block 17 is full`)) : undefined;
    for (let index = 0; index < 3; index++) {
      const reply = await nbd.write(0, Buffer.alloc(4096));
      expect(reply).toMatchObject({ error: ERRNO.ENOSPC, message: structured ? 'block 17 is full' : '' });
    }
    served.before = () => Promise.reject(new TypeError('a bug'));
    expect((await nbd.read(0, 4096)).error).toBe(ERRNO.EIO);
    expect(problems).toMatchObject([
      { export: 'disk', message: 'block 17 is full' },
      { export: 'disk', message: 'TypeError: a bug' },
    ]);
  });

  it('FUA goes with everything; FLUSH, TRIM, CACHE and WRITE_ZEROES are done', async () => {
    const { client: nbd, disk: served } = await disk({ client });
    await nbd.write(0, random(8192), FLAG.fua);
    expect((await nbd.flush()).error).toBe(0);
    expect((await nbd.trim(0, 4096, FLAG.fua)).error).toBe(0);
    expect((await nbd.request(5, 0, 4096)).error).toBe(0);
    expect((await nbd.zero(0, 4096, FLAG.noHole | FLAG.fua)).error).toBe(0);
    expect((await nbd.zero(4096, 4096, FLAG.fast)).error).toBe(ERRNO.ENOTSUP);
    expect(served.calls).toEqual(['refresh', 'write', 'flush', 'trim', 'zero', 'zero']);
    expect((await nbd.read(0, 4096)).data.equals(Buffer.alloc(4096))).toBe(true);
  });

  it('what is read-only is not written', async () => {
    const { client: nbd, disk: served } = await disk({
      client,
      disk: new MemoryExport('disk', 65_536, true),
    });
    expect(nbd.info.flags & 2).toBe(2);
    for (const command of [1, 4, 6]) {
      expect((await nbd.request(command, 0, 4096, 0, Buffer.alloc(command === 1 ? 4096 : 0))).error).toBe(
        ERRNO.EPERM,
      );
    }
    expect((await nbd.read(0, 4096)).error).toBe(0);
    expect(served.calls).toEqual(['refresh', 'read']);
  });
});

describe('block status', () => {
  it('tells holes from data, merged, never beyond what was asked for', async () => {
    const { client, disk: served } = await disk({ client: { allocation: true } });
    served.allocated.add(1).add(2);
    const { extents } = await client.status(1000, 300_000);
    expect(extents).toEqual([
      { length: 65_536 - 1000, state: 3 },
      { length: 131_072, state: 0 },
      { length: 300_000 - 131_072 - 64_536, state: 3 },
    ]);
    const one = await client.status(1000, 2000, FLAG.one);
    expect(one.extents).toEqual([{ length: 2000, state: 3 }]);
    expect((await client.status(0, 2 ** 21)).error).toBe(ERRNO.EINVAL);
  });
});

describe('many clients', () => {
  it('may use one export at once', async () => {
    const { client, server } = await disk();
    const other = await connected(server, 'disk');
    expect(client.info.flags & (1 << 8)).not.toBe(0);
    const data = random(4096);
    await client.write(0, data);
    expect((await other.read(0, 4096)).data.equals(data)).toBe(true);
  });

  it('beyond the limit are turned away, until one goes', async () => {
    const { client, server, problems } = await disk({ limits: { connections: 1 } });
    await expect(connected(server, 'disk')).rejects.toThrow();
    expect(problems).toMatchObject([{ message: 'a client was turned away: 1 are there' }]);
    client.destroy();
    await expect
      .poll(() =>
        connected(server, 'disk').then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });
});

describe('limits', () => {
  it('no more requests are taken than may be under way; the others wait in the socket', async () => {
    const { client, disk: served } = await disk({ limits: { requests: 4 } });
    const { opened, open } = gate();
    let underWay = 0;
    let most = 0;
    served.before = async () => {
      most = Math.max(most, ++underWay);
      await opened;
      underWay--;
    };
    const reads = Array.from({ length: 100 }, (_, index) => client.read(index * 512, 512));
    await expect.poll(() => underWay).toBe(4);
    open();
    expect((await Promise.all(reads)).every(({ error }) => error === 0)).toBe(true);
    expect(most).toBe(4);
  });

  it('nor more bytes, of one connection and of all', async () => {
    const block = 2 ** 18;
    const {
      client,
      disk: served,
      server,
    } = await disk({
      limits: { bytes: 2 * block, totalBytes: 3 * block },
    });
    const other = await connected(server, 'disk');
    const { opened, open } = gate();
    let underWay = 0;
    let most = 0;
    served.before = async () => {
      most = Math.max(most, ++underWay);
      await opened;
      underWay--;
    };
    const all = [client, other].flatMap(one =>
      Array.from({ length: 20 }, (_, index) =>
        index % 2 ? one.read(0, block) : one.write(0, Buffer.alloc(block)),
      ),
    );
    await expect.poll(() => underWay).toBe(3);
    open();
    expect((await Promise.all(all)).every(({ error }) => error === 0)).toBe(true);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('one request larger than all that there is goes by itself', async () => {
    const { client } = await disk({ limits: { bytes: 1000, totalBytes: 1000 } });
    expect((await client.read(0, 2 ** 20)).data).toHaveLength(2 ** 20);
    expect((await client.write(0, Buffer.alloc(2 ** 20))).error).toBe(0);
  });

  it('a client that takes no replies is given up, and the others are not', async () => {
    const { client, server, problems } = await disk({ limits: { stallTimeout: 300, bytes: 2 ** 26 } });
    const other = await connected(server, 'disk');
    client.socket.pause();
    for (let index = 0; index < 100; index++) client.read(0, 2 ** 20).catch(() => {});
    await expect.poll(() => problems.length).toBe(1);
    expect(problems).toMatchObject([{ message: 'a client was given up: it takes no replies' }]);
    expect((await other.read(0, 2 ** 20)).error).toBe(0);
  });

  it('a write that does not come to an end is given up; silence between requests is not', async () => {
    const { client, server, disk: served } = await disk({ limits: { stallTimeout: 300 } });
    const idle = await connected(server, 'disk');
    client.socket.write(encodeRequest(1, 0, 1n, 0, 8192));
    client.socket.write(Buffer.alloc(4096));
    await client.closed();
    expect((await idle.read(0, 4096)).error).toBe(0);
    expect(served.calls).not.toContain('write');
  });

  it('a handshake that does not come to an end is given up', async () => {
    const { NbdClient } = await import('./support/nbd-client.js');
    const { server } = await disk({ limits: { handshakeTimeout: 200 } });
    const slow = await NbdClient.greeted(server.addresses[0] ?? '');
    await slow.closed();
  });
});

describe('the end', () => {
  it('DISC waits for what is under way', async () => {
    const { client, disk: served } = await disk();
    const { opened, open } = gate();
    served.before = () => opened;
    const write = client.write(0, random(4096));
    client.disconnect();
    open();
    expect((await write).error).toBe(0);
    await client.closed();
  });

  it('a client that closes its side still gets its replies', async () => {
    const { client, disk: served } = await disk();
    const { opened, open } = gate();
    served.before = () => opened;
    const read = client.read(0, 4096);
    client.socket.end();
    await expect.poll(() => served.calls).toContain('read');
    open();
    expect((await read).data).toHaveLength(4096);
  });

  it('a half-received write of a client that has gone is not done', async () => {
    const { client, disk: served, server } = await disk();
    client.socket.write(encodeRequest(1, 0, 1n, 0, 8192));
    client.socket.write(random(4096));
    await expect.poll(() => server.statistics()['disk']?.inFlight).toBe(1);
    client.destroy();
    await expect.poll(() => server.statistics()['disk']?.connections).toBe(0);
    expect(server.statistics()['disk']).toMatchObject({ inFlight: 0, writes: 0 });
    expect(served.calls).not.toContain('write');
  });

  it('garbage in place of a request ends that connection alone', async () => {
    const { client, server, problems } = await disk();
    const other = await connected(server, 'disk');
    client.socket.write(Buffer.alloc(1000, 7));
    await client.closed();
    expect(problems).toMatchObject([{ message: 'a client was cut off: no request where one should be' }]);
    expect((await other.read(0, 4096)).error).toBe(0);
  });

  it('close answers what is under way, takes nothing more, and closes the export once', async () => {
    const { client, disk: served, server } = await disk();
    const { opened, open } = gate();
    served.before = () => opened;
    const data = random(4096);
    const write = client.write(0, data);
    await expect.poll(() => served.calls).toContain('write');
    const closing = Promise.all([server.close(), server.close()]);
    const late = client.write(8192, data).then(
      () => 'answered',
      () => 'cut off',
    );
    open();
    expect((await write).error).toBe(0);
    await closing;
    expect(await late).toBe('cut off');
    expect(served.content.subarray(0, 4096).equals(data)).toBe(true);
    expect(served.content.subarray(8192, 12_288).equals(Buffer.alloc(4096))).toBe(true);
    expect(served.closes).toBe(1);
  });

  it('close waits no longer than its deadline', async () => {
    const { client, disk: served, server } = await disk();
    served.before = () => new Promise(() => {});
    const read = client.read(0, 4096);
    read.catch(() => {});
    await expect.poll(() => served.calls).toContain('read');
    await server.close({ deadline: 50 });
    await expect(read).rejects.toThrow('closed');
    expect(served.closes).toBe(1);
  });
});
