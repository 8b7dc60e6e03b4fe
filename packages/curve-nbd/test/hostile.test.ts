import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import * as handshake from '../src/protocol/handshake.js';
import { decodeRequest } from '../src/protocol/transmission.js';
import { MemoryExport } from './support/memory-export.js';
import { encodeRequest } from './support/nbd-client.js';
import { connected, disk, serve } from './support/serve.js';

/** More of them: `NBD_FUZZ=1000000`. */
const ROUNDS = Number(process.env['NBD_FUZZ'] ?? 2000);

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0, 0);
  return bytes;
};
const option = (number: number, data = Buffer.alloc(0)) =>
  Buffer.concat([Buffer.from('IHAVEOPT'), uint32(number), uint32(data.length), data]);
const name = Buffer.concat([uint32(4), Buffer.from('disk')]);

/** A whole conversation, as a client sends it in one go. */
function conversation(): Buffer {
  return Buffer.concat([
    uint32(3),
    option(8),
    option(3),
    option(10, Buffer.concat([name, uint32(1), uint32(15), Buffer.from('base:allocation')])),
    option(6, Buffer.concat([name, Buffer.from([0, 1, 0, 3])])),
    option(7, Buffer.concat([name, Buffer.from([0, 0])])),
    encodeRequest(1, 0, 1n, 4096, 512),
    Buffer.alloc(512, 'x'),
    encodeRequest(0, 0, 2n, 0, 65_536),
    encodeRequest(7, 0, 3n, 0, 65_536),
    encodeRequest(6, 16, 4n, 0, 65_536),
    encodeRequest(4, 0, 5n, 0, 65_536),
    encodeRequest(3, 0, 6n, 0, 0),
    encodeRequest(2, 0, 7n, 0, 0),
  ]);
}

/** Changes, cuts, repeats or removes some of it. */
function mutated(bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let times = randomInt(1, 4); times > 0 && result.length > 0; times--) {
    const at = randomInt(result.length);
    const kind = randomInt(5);
    if (kind === 0) result[at] = randomInt(256);
    else if (kind === 1)
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + randomInt(1, 9))]);
    else if (kind === 2)
      result = Buffer.concat([
        result.subarray(0, at),
        Buffer.alloc(randomInt(1, 40), randomInt(256)),
        result.subarray(at),
      ]);
    else if (kind === 3) result = result.subarray(0, at + 1);
    else result.fill(255, at, Math.min(result.length, at + 4));
  }
  return result;
}

describe('hostile clients', () => {
  it('mutated conversations neither end the server nor disturb another client', async () => {
    const served = await serve({
      exports: [new MemoryExport()],
      limits: { connections: 200, stallTimeout: 500, handshakeTimeout: 500 },
    });
    const good = await connected(served.server, 'disk');
    const [host, port] = served.address.split(':');
    let done = 0;
    const worker = async () => {
      while (done++ < ROUNDS) {
        const socket = connect(Number(port), host);
        socket.on('error', () => {});
        socket.resume();
        socket.write(mutated(conversation()));
        // Some leave at once, some half, some wait to be closed.
        const way = randomInt(3);
        if (way === 0) await pause(randomInt(3)).then(() => socket.destroy());
        else if (way === 1) socket.end();
        if (!socket.destroyed) await Promise.race([once(socket, 'close'), pause(1000)]);
        socket.destroy();
        if (done % 50 === 0) expect((await good.read(0, 512)).error).toBe(0);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect((await good.read(0, 4096)).error).toBe(0);
    await expect
      .poll(() => served.server.statistics()['disk'])
      .toMatchObject({ connections: 1, inFlight: 0 });
  });

  it('any bytes are decoded or refused', () => {
    for (let round = 0; round < 20 * ROUNDS; round++) {
      const bytes = mutated(conversation()).subarray(randomInt(64));
      for (const decode of [
        handshake.decodeExportRequest,
        handshake.decodeMetaContextRequest,
        handshake.decodeName,
        handshake.decodeOptionHeader,
        handshake.decodeClientFlags,
        decodeRequest,
      ]) {
        try {
          decode(bytes);
        } catch (error) {
          const known = [handshake.InvalidOption, handshake.ProtocolViolation, RangeError];
          expect(known.some(kind => error instanceof kind)).toBe(true);
        }
      }
    }
  });

  it('connections that say nothing are closed, and hold up nobody', async () => {
    const { server, client } = await disk({ limits: { connections: 30, handshakeTimeout: 300 } });
    const [host, port] = (server.addresses[0] ?? '').split(':');
    const silent = Array.from({ length: 20 }, () => connect(Number(port), host).resume());
    const closed = Promise.all(silent.map(socket => once(socket, 'close')));
    await Promise.all(silent.map(socket => once(socket, 'connect')));
    expect((await client.read(0, 512)).error).toBe(0);
    await closed;
  });

  it('a client that asks for more than it takes is bounded by what may be under way', async () => {
    const limit = 4 * 2 ** 20;
    const {
      client,
      server,
      disk: served,
    } = await disk({
      disk: new MemoryExport('disk', 2 ** 24),
      limits: { bytes: limit, stallTimeout: 60_000 },
    });
    client.socket.pause();
    for (let index = 0; index < 10_000; index++) {
      client.socket.write(encodeRequest(0, 0, BigInt(index), 0, 2 ** 20));
    }
    await expect.poll(() => served.calls.filter(call => call === 'read').length).toBeGreaterThan(3);
    await pause(200);
    expect(server.statistics()['disk']?.inFlight).toBeLessThanOrEqual(limit / 2 ** 20);
  });
});
