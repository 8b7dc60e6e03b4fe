import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { type Call, FakeServer, type FakeServerOptions } from './support/fake-server.js';
import { leaderIs, mdsAnswer, plain } from './support/fake-volume.js';
import { field, message, type Part } from './support/protobuf.js';

// What the MDS says of segments: when it counts, and what is taken for an answer at all.

const { chunkSize, segmentSize } = plain;
const alice = { owner: 'alice' };
const ok = message([1, 0]);
const notAllocated = { message: message([1, 107]) };

async function start(
  segment: (call: Call, regular: Buffer | undefined) => Buffer | undefined,
  hold?: FakeServerOptions['hold'],
) {
  const server: FakeServer = await FakeServer.start({
    ...(hold && { hold }),
    answer(call) {
      const regular = mdsAnswer({ geometry: plain, copysets: 1, chunkservers: [server.port(0)] }, call);
      switch (call.method) {
        case 'GetOrAllocateSegment': {
          const answer = segment(call, regular?.message);
          return answer && { message: answer };
        }
        case 'GetLeader':
          return leaderIs(server.address(0));
        case 'ReadChunk':
          return { message: ok, attachment: Buffer.alloc(4096, 7) };
        case 'WriteChunk':
          return { message: ok };
        default:
          return regular;
      }
    },
  });
  const client = createClient({ 'mds.listen.addr': server.address(0), 'mds.rpcTimeoutMS': 5000 });
  const fd = await client.open('/v', alice);
  return {
    server,
    client,
    fd,
    async [Symbol.asyncDispose]() {
      await client.uninit({ deadline: 1000 });
      await server[Symbol.asyncDispose]();
    },
  };
}

const segments = (server: FakeServer) => server.methods().filter(method => method === 'GetOrAllocateSegment');

test('a read does not take an answer to a question that was asked before it', async () => {
  const held: (() => void)[] = [];
  let allocated = false;
  await using volume = await start(
    (_, regular) => (allocated ? regular : notAllocated.message),
    (send, { method }) => {
      if (method === 'GetOrAllocateSegment' && !allocated) held.push(send);
      else send();
    },
  );
  const { client, fd, server } = volume;
  const [before, together, after] = [1, 2, 3].map(byte => Buffer.alloc(4096, byte)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const early = [client.read(fd, 0, before), client.read(fd, 4096, together)];
  await expect.poll(() => held.length).toBeGreaterThan(0);
  // Now another client's write to it is acknowledged.
  allocated = true;
  const late = client.read(fd, 0, after);
  // It is the client's thread that has to have it; the other one's answer is on its way meanwhile.
  await expect.poll(() => client.statistics().callsInFlight).toBe(3);
  client.statFd(fd);
  for (const send of held) send();
  await Promise.all([...early, late]);
  expect(before).toEqual(Buffer.alloc(4096, 0));
  expect(after).toEqual(Buffer.alloc(4096, 7));
  expect(segments(server)).toHaveLength(2);
});

test('reads and writes that begin together ask once', async () => {
  await using volume = await start((_, regular) => regular);
  const { client, fd, server } = volume;
  const targets = Array.from({ length: 50 }, () => Buffer.alloc(4096));
  await Promise.all(targets.map((target, i) => client.read(fd, i * 4096, target)));
  expect(segments(server)).toHaveLength(1);
});

interface Described {
  startOffset?: number;
  segmentSize?: number;
  chunkSize?: number;
  chunks?: number;
}

/** An answer about the first segment that differs from what it should be. */
function segment(differing: Described): Buffer {
  const described = {
    ...{ startOffset: 0, segmentSize, chunkSize, chunks: segmentSize / chunkSize },
    ...differing,
  };
  const chunks = Array.from({ length: described.chunks }, (_, i): Part => [5, message([2, i + 1], [3, 1])]);
  const parts: Part[] = [
    [1, 1],
    [2, described.startOffset],
    [3, described.segmentSize],
    [4, described.chunkSize],
  ];
  return Buffer.concat([ok, message([2, message(...parts, ...chunks)])]);
}

test.each<[string, Described]>([
  ['another segment', { startOffset: segmentSize }],
  ['too few chunks', { chunks: 3 }],
  ['too many chunks', { chunks: 5 }],
  ['smaller chunks', { chunkSize: chunkSize / 2, chunks: 8 }],
  ['a smaller segment', { segmentSize: segmentSize / 2, chunks: 2 }],
  ['chunks of no size', { chunkSize: 0 }],
])('%s in place of the segment is an error, not zeros', async (_, differing) => {
  await using volume = await start(() => segment(differing));
  const { client, fd } = volume;
  const malformed = { kind: 'client', libcurveCode: -2, message: /GetOrAllocateSegment/ };
  const target = Buffer.alloc(4096, 9);
  await expect(client.read(fd, 0, target)).rejects.toMatchObject({
    ...malformed,
    message: expect.any(String),
  });
  await expect(client.read(fd, 3 * chunkSize, target)).rejects.toThrow(malformed.message);
  await expect(client.write(fd, 0, target)).rejects.toThrow(malformed.message);
  expect(target).toEqual(Buffer.alloc(4096, 9));
});

test.each<[string, Described]>([
  ['another segment', { startOffset: segmentSize }],
  ['too few chunks', { chunks: 3 }],
  ['no chunks', { chunks: 0 }],
])('a question about a segment that is answered with %s fails', async (_, differing) => {
  await using volume = await start(() => segment(differing));
  await expect(volume.client.segment('/v', alice, 0)).rejects.toMatchObject({ libcurveCode: -2 });
  expect(field(segment({}), 2)).toBeDefined();
});
