import { once } from 'node:events';
import { connect } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CurveEmulator, startCurveEmulator } from '../src/index.js';
import { ChunkService } from '../src/proto/chunk_pb.js';
import { RpcMetaSchema } from '../src/proto/rpc-meta_pb.js';
import { TopologyService } from '../src/proto/topology_pb.js';
import { leaderOf, write } from './support/disk.js';
import { RpcConnection, requestFrame } from './support/rpc-client.js';
import { User } from './support/user.js';
import { firstChunk } from './support/volume.js';

let emulator: CurveEmulator;
let mds = '';
const nothing = Buffer.alloc(0);

beforeAll(async () => {
  emulator = await startCurveEmulator({ durability: 'fast' });
  [mds = ''] = emulator.mdsAddresses;
});

afterAll(() => emulator.close());

/** Sends bytes to the MDS, and waits until it ends the connection. */
async function refused(bytes: Uint8Array): Promise<Buffer> {
  const socket = connect(Number(mds.split(':')[1]), '127.0.0.1');
  socket.on('error', () => {});
  const received: Buffer[] = [];
  socket.on('data', data => received.push(data));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(received);
}

async function alive(): Promise<void> {
  const connection = new RpcConnection(mds);
  const reply = await connection.call(TopologyService.typeName, 'GetClusterInfo', nothing);
  expect(reply.errorCode).toBe(0);
  await connection.close();
}

function header(bodySize: number, metaSize: number): Buffer {
  const head = Buffer.alloc(12);
  head.write('PRPC', 'latin1');
  head.writeUInt32BE(bodySize, 4);
  head.writeUInt32BE(metaSize, 8);
  return head;
}

function metaOf(serviceName: string, methodName: string, more: { attachmentSize?: number } = {}): Uint8Array {
  const meta = create(RpcMetaSchema, { request: { serviceName, methodName }, correlationId: 1n, ...more });
  return toBinary(RpcMetaSchema, meta);
}

test('the frames of the specification', async () => {
  const socket = connect(Number(mds.split(':')[1]), '127.0.0.1');
  const request =
    '5052504300000038000000380a340a2263757276652e6d64732e746f706f6c6f67792e546f706f6c6f677953657276696365120e476574436c7573746572496e666f2001';
  socket.write(Buffer.from(request, 'hex'));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  // Like the recorded ones, the meta also says: no compression.
  expect(answer.toString('hex')).toMatch(/^50525043000000300000000812020800180020010800122[0-9a-f]{73}$/);
  socket.destroy();
});

describe('what is no frame ends the connection, and only that', () => {
  test.each([
    ['another magic', Buffer.from('NOPE0000000000000000')],
    ['a huge body', header(2 ** 32 - 1, 16)],
    ['a body above 64 MiB', header(64 * 1024 ** 2 + 1, 16)],
    ['more meta than body', header(16, 17)],
    ['meta that is none', Buffer.concat([header(4, 4), Buffer.from('ffffffff', 'hex')])],
    ['an answer', requestFrame(toBinary(RpcMetaSchema, create(RpcMetaSchema, { response: {} })), nothing)],
    ['an attachment that is not there', requestFrame(metaOf('s', 'm', { attachmentSize: 7 }), nothing)],
    ['an attachment of less than nothing', requestFrame(metaOf('s', 'm', { attachmentSize: -7 }), nothing)],
  ])('%s', async (_, bytes) => {
    expect(await refused(bytes)).toHaveLength(0);
    await alive();
  });

  property.prop([fc.uint8Array({ maxLength: 200 }), fc.boolean()], { numRuns: 50 })(
    'arbitrary bytes',
    async (bytes, framed) => {
      const socket = connect(Number(mds.split(':')[1]), '127.0.0.1');
      socket.on('error', () => {});
      const meta = framed ? bytes.subarray(0, bytes.length >> 1) : nothing;
      socket.end(framed ? requestFrame(meta, bytes.subarray(meta.length)) : bytes);
      socket.resume();
      await once(socket, 'close');
      await alive();
    },
  );
});

describe('a call that cannot be done is answered so', () => {
  const { typeName } = TopologyService;
  test.each([
    ['an unknown method', typeName, 'Nothing', nothing, 1002],
    ['an unknown service', 'curve.Nothing', 'Nothing', nothing, 1002],
    ['an unknown short name', 'Nothing', 'Nothing', nothing, 1001],
    ['a short name', 'TopologyService', 'GetClusterInfo', nothing, 0],
    ['a message that is none', typeName, 'GetChunkServer', Buffer.from('ffff', 'hex'), 1003],
    ['a message without required field', typeName, 'GetChunkServerListInCopySets', nothing, 1003],
    [
      'an undefined value of a required enum',
      'curve.mds.CurveFSService',
      'CreateFile',
      createWithType(77),
      1003,
    ],
    ['unknown fields', typeName, 'GetClusterInfo', Buffer.from('f8070102', 'hex').subarray(0, 3), 0],
  ])('%s', async (_, service, method, message, code) => {
    const connection = new RpcConnection(mds);
    expect((await connection.call(service, method, message)).errorCode).toBe(code);
    await connection.close();
  });
});

/** A CreateFileRequest for `/v` of `u` with this file type. */
function createWithType(type: number): Buffer {
  return Buffer.concat([
    Buffer.from('0a022f7612017518', 'hex'),
    Buffer.from([type]),
    Buffer.from('3001', 'hex'),
  ]);
}

test('a frame may come in any pieces, and many in one', async () => {
  const connection = new RpcConnection(mds);
  const frame = requestFrame(metaOf(TopologyService.typeName, 'GetClusterInfo'), nothing);
  const first = connection.send(1n, frame.subarray(0, 1));
  for (const byte of frame.subarray(1)) connection.socket.write(Buffer.from([byte]));
  expect((await first).errorCode).toBe(0);
  connection.socket.write(Buffer.concat([frame, frame, frame, frame.subarray(0, 20)]));
  await expect.poll(() => connection.strays.length).toBe(3);
  await connection.close();
});

test('a caller that does not read holds up nobody', async () => {
  const user = new User(emulator, 'slow');
  await user.create('/slow');
  const chunk = await firstChunk(user, '/slow');
  const leader = await leaderOf(emulator, chunk);
  await write(leader, chunk, Buffer.alloc(1024 ** 2));
  const connection = new RpcConnection(leader);
  await once(connection.socket, 'connect');
  connection.socket.pause();
  const { typeName, method } = ChunkService;
  const request = { opType: 1, ...chunk, offset: 0, size: 1024 ** 2 };
  const message = toBinary(method.readChunk.input, create(method.readChunk.input, request));
  const replies = Array.from({ length: 64 }, () => connection.call(typeName, 'ReadChunk', message));
  await alive();
  // What the sockets cannot hold is not even read from the disk yet.
  const calls = emulator.requests.filter(({ method: name }) => name === 'ReadChunk');
  expect(calls).toHaveLength(64);
  expect(calls.filter(({ errorCode }) => errorCode === 0).length).toBeLessThan(64);
  connection.socket.resume();
  for (const reply of await Promise.all(replies)) expect(reply.attachment).toHaveLength(1024 ** 2);
  await connection.close();
});

test('a chunkserver tells over HTTP that it is well', async () => {
  const [address] = emulator.chunkserverAddresses;
  const response = await fetch(`http://${address}/health`);
  expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: 'OK\n' });
  expect((await fetch(`http://${address}/other`)).status).toBe(404);
});
