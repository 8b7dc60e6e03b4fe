import { readFileSync } from 'node:fs';
import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import type { CurveEmulator } from '../../src/index.js';
import { ChunkServerService, CopysetService } from '../../src/proto/chunkserver_pb.js';
import { CliService2 } from '../../src/proto/cli2_pb.js';
import { CurveFSService } from '../../src/proto/nameserver2_pb.js';
import { raft_stat } from '../../src/proto/raft-stat_pb.js';
import { RpcMetaSchema } from '../../src/proto/rpc-meta_pb.js';
import { ScheduleService } from '../../src/proto/schedule_pb.js';
import { TopologyService } from '../../src/proto/topology_pb.js';
import { RpcConnection } from './rpc-client.js';
import { shape } from './shape.js';

/** What the official tools asked a real cluster, or what was done to it. */
export interface Exchange {
  at_s?: number;
  kind?: 'rpc' | 'http';
  event?: string;
  to: string;
  service: string;
  method: string;
  note: string;
  error_code?: number;
  /** That there was no answer. */
  error?: string;
  request_hex: string;
  response_hex: string;
  /** First line, of HTTP. */
  request: string;
  status: number;
  body: string;
}

const services = [
  ...[TopologyService, ScheduleService, CurveFSService, CliService2],
  ...[ChunkServerService, CopysetService, raft_stat],
];
/** What volumes the recorded cluster had is its own. */
const ownOf = new Set(['GetFileSize', 'GetAllocatedSize', 'ListVolumesOnCopysets']);
/** The chunkservers by their ids; the MDS has a port for its service and one beside it. */
const recordedPorts = [18_200, 18_202, 18_201];
const mdsPorts = [16_666, 16_667];

export function exchangesOf(name: string): Exchange[] {
  const file = new URL(`../vectors/cluster/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { exchanges: Exchange[] }).exchanges;
}

/**
 * Asks an emulator the same, as the bytes that were recorded.
 *
 * @returns whether there was something to compare
 */
export async function compare(emulator: CurveEmulator, exchange: Exchange): Promise<boolean> {
  const port = Number(exchange.to?.split(':')[1]);
  const chunkserver = emulator.chunkserverAddresses[recordedPorts.indexOf(port)];
  const address = chunkserver ?? (mdsPorts.includes(port) ? emulator.mdsAddresses[0] : undefined);
  if (address === undefined || exchange.kind === undefined) return false;
  if (exchange.kind === 'http') return comparePage(emulator, address, exchange);
  await compareCall(emulator, address, exchange);
  return true;
}

async function compareCall(emulator: CurveEmulator, address: string, exchange: Exchange): Promise<void> {
  const { service, method, note } = exchange;
  const what = `${method} ${note}`;
  const found = services
    .find(({ typeName }) => typeName === service)
    ?.methods.find(one => one.name === method);
  if (!found) throw new Error(`unknown: ${service}.${method}`);
  const connection = new RpcConnection(address);
  if (exchange.request_hex === undefined) {
    const empty = connection.call(service, method, Buffer.alloc(0));
    if (exchange.error) await expect(empty, what).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    else expect((await empty).errorCode, what).toBe(exchange.error_code ?? 0);
    return connection.close();
  }
  let message: Uint8Array = messageOf(exchange.request_hex);
  // Where a request names a port, it is ours.
  for (const [index, recorded] of recordedPorts.entries()) {
    const ours = Number(emulator.chunkserverAddresses[index]?.split(':')[1]);
    message = withPort(message, recorded, ours);
  }
  const reply = await connection.call(service, method, message);
  await connection.close();
  expect(reply.errorCode, what).toBe(exchange.error_code ?? 0);
  if (reply.errorCode !== 0) return;
  const recorded = fromBinary(found.output, messageOf(exchange.response_hex));
  const ours = fromBinary(found.output, reply.message);
  if (ownOf.has(method)) expect((ours as unknown as { statusCode: number }).statusCode, what).toBeDefined();
  else expect(kind(found.output, ours), what).toBe(kind(found.output, recorded));
  if (service === 'braft.raft_stat')
    expectSameReplicas(attachmentOf(exchange.response_hex), String(reply.attachment), what);
}

/** Which pages there are, and of variables which. */
async function comparePage(emulator: CurveEmulator, address: string, exchange: Exchange): Promise<boolean> {
  const path = exchange.request.split(' ')[1] ?? '';
  if (path === '/version') return false;
  const here = ours(path, address, emulator);
  const response = await fetch(`http://${address}${here}`);
  const text = await response.text();
  expect(response.status, path).toBe(exchange.status);
  if (path === '/raft_stat') expectSameReplicas(exchange.body, text, path);
  else if (path.startsWith('/vars/') && response.status === 200) {
    const recorded = variables(exchange.body);
    const told = variables(text.replaceAll(/_127_0_0_1_\d+_/g, '_127_0_0_1_PORT_'));
    // It has not all of them; what it has is there at a real one, too.
    expect(told.size, path).toBeGreaterThan(0);
    for (const [name, value] of told) {
      expect([...recorded.keys()], path).toContain(name);
      expect(typeof value, name).toBe(typeof recorded.get(name));
    }
  }
  return true;
}

/** The path with our port in the place of the recorded one. */
function ours(path: string, address: string, { chunkserverAddresses }: CurveEmulator): string {
  const port = address.split(':')[1];
  return chunkserverAddresses.includes(address)
    ? path.replaceAll(/_127_0_0_1_\d+_/g, `_127_0_0_1_${port}_`)
    : path;
}

function variables(text: string): Map<string, string | number> {
  const lines = text.split('\r\n').filter(Boolean);
  return new Map(
    lines.map(line => {
      const [, name = '', value = ''] = /^(\w+) : (.*)$/.exec(line) ?? [];
      const generic = name.replace(/_127_0_0_1_\d+_/, '_127_0_0_1_PORT_');
      return [generic, value.startsWith('"') ? value : Number(value)];
    }),
  );
}

/** The same replicas in the same states, told of by the same lines with the same ends. */
function expectSameReplicas(recorded: string, told: string, what: string): void {
  const lines = (text: string) =>
    text
      .split('\n')
      // Who leads what was a matter of chance there.
      .filter(line => !/^(state|leader|last_msg|changing_conf|replicator|\w+_timer)/.test(line))
      .map(line => line.replace(/\d+/g, '0').replace(/(peers|peer_id): .*?(\r?)$/, '$1$2'));
  expect(lines(told), what).toEqual(lines(recorded));
  const states = (text: string) => [...text.matchAll(/^state: (\w+)/gm)].map(([, state]) => state);
  const led = states(recorded).includes('LEADER');
  expect(states(told).includes('LEADER') || states(told).every(state => state === 'FOLLOWER'), what).toBe(
    true,
  );
  if (!led && /leader: 0\.0\.0\.0:0:0/.test(recorded))
    expect(told, what).toMatch(/leader: 0\.0\.0\.0:0:0\r\n/);
}

/** Chunkservers of the recording have other ports; lists of chunkservers come in any order. */
function kind(schema: DescMessage, message: Message): string {
  const { chunkServerInfos } = message as { chunkServerInfos?: { chunkServerID: number }[] };
  chunkServerInfos?.sort((a, b) => a.chunkServerID - b.chunkServerID);
  return JSON.stringify(shape(schema, message))
    .replace(
      /"(diskCapacity|diskUsed|mountPoint|createTime|term|\w+Index|internalPort|externalPort)":"[^"]*"/g,
      '"$1":"…"',
    )
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS');
}

/** The message in a frame. */
function messageOf(hex: string): Buffer {
  const { frame, metaEnd, attachmentSize } = partsOf(hex);
  return frame.subarray(metaEnd, frame.length - attachmentSize);
}

function attachmentOf(hex: string): string {
  const { frame, attachmentSize } = partsOf(hex);
  return frame.toString('latin1', frame.length - attachmentSize);
}

function partsOf(hex: string) {
  const frame = Buffer.from(hex, 'hex');
  const metaEnd = 12 + frame.readUInt32BE(8);
  const { attachmentSize } = fromBinary(RpcMetaSchema, frame.subarray(12, metaEnd));
  return { frame, metaEnd, attachmentSize };
}

/** A message with another port number, in the field that the recorder's requests have it in. */
function withPort(message: Uint8Array, from: number, to: number): Uint8Array {
  const varint = (value: number) =>
    Buffer.from([(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14]);
  const text = Buffer.from(message).toString('latin1');
  return Buffer.from(text.replace(varint(from).toString('latin1'), varint(to).toString('latin1')), 'latin1');
}
