import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { CurveFSService } from '../src/proto/nameserver2_pb.js';
import { RpcMetaSchema } from '../src/proto/rpc-meta_pb.js';
import { RpcConnection } from './support/rpc-client.js';
import { shape } from './support/shape.js';
import { startCluster } from './support/start.js';
import { GiB, User } from './support/user.js';

/** A call at a real cluster, as frames. */
interface Exchange {
  kind?: string;
  service: string;
  method: string;
  note: string;
  error_code: number;
  request_text: string;
  request_hex: string;
  response_hex: string;
}

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

test('throttle parameters are set, and told, as by a real MDS', async () => {
  let now = Date.now();
  const { emulator, u1 } = await startCluster({ clock: () => now });
  const ann = new User(emulator, 'ann', '', () => now);
  await ann.create('/th');
  await ann.create('/thb', 11 * GiB);
  await ann.mkdir('/thd');
  const connection = new RpcConnection(u1.mds);
  for (const exchange of [...exchangesOf('cluster-throttle'), ...exchangesOf('cluster-throttle-burst')]) {
    const { service, method, note, request_text: text } = exchange;
    now = Number(/date: (\d+)/.exec(text)?.[1] ?? 0) / 1000;
    const output = CurveFSService.methods.find(({ name }) => name === method)?.output;
    if (!output) throw new Error(`unknown: ${method}`);
    const reply = await connection.call(service, method, messageOf(exchange.request_hex));
    expect(reply.errorCode, note).toBe(exchange.error_code);
    if (reply.errorCode !== 0) continue;
    const recorded = fromBinary(output, messageOf(exchange.response_hex));
    expect(shape(output, fromBinary(output, reply.message)), note).toEqual(shape(output, recorded));
  }
  await connection.close();
});
