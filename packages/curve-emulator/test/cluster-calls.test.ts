import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ChunkServerService, CopysetService } from '../src/proto/chunkserver_pb.js';
import { CliService2 } from '../src/proto/cli2_pb.js';
import { CurveFSService } from '../src/proto/nameserver2_pb.js';
import { raft_stat } from '../src/proto/raft-stat_pb.js';
import { RpcMetaSchema } from '../src/proto/rpc-meta_pb.js';
import { ScheduleService } from '../src/proto/schedule_pb.js';
import { OnlineState, TopologyService } from '../src/proto/topology_pb.js';
import { call, RpcConnection } from './support/rpc-client.js';
import { shape } from './support/shape.js';
import { startCluster } from './support/start.js';

/** A call of the official tools at a real cluster, as frames. */
interface Exchange {
  kind?: string;
  to: string;
  service: string;
  method: string;
  note: string;
  error_code?: number;
  request_hex: string;
  response_hex: string;
}

const services = [
  ...[TopologyService, ScheduleService, CurveFSService, CliService2],
  ...[ChunkServerService, CopysetService, raft_stat],
];
/** What volumes the recorded cluster had is its own. */
const ownOf = new Set(['GetFileSize', 'GetAllocatedSize', 'ListVolumesOnCopysets']);
const recordedPorts = [18_200, 18_202, 18_201];

function exchangesOf(name: string): Exchange[] {
  const file = new URL(`./vectors/cluster/${name}.json`, import.meta.url);
  const { exchanges } = JSON.parse(readFileSync(file, 'utf8')) as { exchanges: Exchange[] };
  return exchanges.filter(({ kind }) => kind === 'rpc');
}

/** The message in a frame. */
function messageOf(hex: string): Buffer {
  const frame = Buffer.from(hex, 'hex');
  const metaEnd = 12 + frame.readUInt32BE(8);
  const { attachmentSize } = fromBinary(RpcMetaSchema, frame.subarray(12, metaEnd));
  return frame.subarray(metaEnd, frame.length - attachmentSize);
}

/** Chunkservers of the recording have other ports; lists of chunkservers come in any order. */
function kind(text: unknown): string {
  return JSON.stringify(text)
    .replace(
      /"(diskCapacity|diskUsed|mountPoint|createTime|term|\w+Index|internalPort|externalPort)":"[^"]*"/g,
      '"$1":"…"',
    )
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS');
}

test('every call of the tools at a healthy cluster gets an answer of the recorded kind', async () => {
  const { emulator, u1 } = await startCluster();
  const ports = emulator.chunkserverAddresses.map(address => Number(address.split(':')[1]));
  for (let id = 1; id <= 12; id++) emulator.moveLeader({ copysetId: id, to: 1 });
  let compared = 0;
  for (const exchange of exchangesOf('cluster-healthy')) {
    const { service, method, note, to } = exchange;
    const what = `${method} ${note}`;
    const found = services
      .find(({ typeName }) => typeName === service)
      ?.methods.find(one => one.name === method);
    if (!found) throw new Error(`unknown: ${service}.${method}`);
    const chunkserver = recordedPorts.indexOf(Number(to.split(':')[1]));
    const connection = new RpcConnection(emulator.chunkserverAddresses[chunkserver] ?? u1.mds);
    let message: Uint8Array = messageOf(exchange.request_hex);
    // Where a request names a port, it is ours.
    for (const [index, port] of recordedPorts.entries()) message = withPort(message, port, ports[index] ?? 0);
    const reply = await connection.call(service, method, message);
    await connection.close();
    compared += 1;
    expect(reply.errorCode, what).toBe(exchange.error_code ?? 0);
    if (reply.errorCode !== 0) continue;
    const recorded = fromBinary(found.output, messageOf(exchange.response_hex));
    const ours = fromBinary(found.output, reply.message);
    if (ownOf.has(method)) expect((ours as unknown as { statusCode: number }).statusCode, what).toBeDefined();
    else expect(kind(shape(found.output, ours)), what).toBe(kind(shape(found.output, recorded)));
    if (service === 'braft.raft_stat') expect(String(reply.attachment)).toContain('state: LEADER\r\n');
  }
  expect(compared).toBeGreaterThan(60);
});

/** A message with another port number, in the field that the recorder's requests have it in. */
function withPort(message: Uint8Array, from: number, to: number): Uint8Array {
  const varint = (value: number) =>
    Buffer.from([(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14]);
  const text = Buffer.from(message).toString('latin1');
  return Buffer.from(text.replace(varint(from).toString('latin1'), varint(to).toString('latin1')), 'latin1');
}

test('a stopped chunkserver goes offline, and comes back', async () => {
  const { emulator, u1 } = await startCluster();
  const states = async () => {
    const { chunkServerInfos } = await call(u1.mds, TopologyService.method.getChunkServerInCluster, {});
    return chunkServerInfos.map(({ onlineState }) => onlineState);
  };
  const { ONLINE, OFFLINE } = OnlineState;
  expect(await states()).toEqual([ONLINE, ONLINE, ONLINE]);
  await emulator.stopChunkserver(2);
  expect(await states()).toEqual([ONLINE, OFFLINE, ONLINE]);
  await emulator.startChunkserver(2);
  expect(await states()).toEqual([ONLINE, ONLINE, ONLINE]);
});

test('volumes are found by their copysets, without their paths', async () => {
  const { u1 } = await startCluster();
  await u1.mkdir('/d');
  await u1.create('/d/v');
  await u1.create('/w');
  await u1.segment('/d/v', 0, true);
  const on = async (logicalPoolId: number) => {
    const request = { copysets: [{ logicalPoolId, copysetId: 1 }] };
    return (await call(u1.mds, CurveFSService.method.listVolumesOnCopysets, request)).fileNames;
  };
  expect(await on(1)).toEqual(['v']);
  expect(await on(9)).toEqual([]);
});
