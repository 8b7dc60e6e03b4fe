import { readFileSync } from 'node:fs';
import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { ChunkService } from '../../src/proto/chunk_pb.js';
import { CurveFSService } from '../../src/proto/nameserver2_pb.js';
import { RpcMetaSchema } from '../../src/proto/rpc-meta_pb.js';
import { RpcConnection } from './rpc-client.js';
import { shape } from './shape.js';

/** A call about snapshots and clones that was made to a real MDS or chunkserver. */
export interface RecordedExchange {
  kind: 'rpc' | string;
  service: string;
  method: string;
  note: string;
  error_code: number;
  request_hex: string;
  response_hex: string;
}

/** What a frame carries, apart. */
export interface Parts {
  message: Buffer;
  attachment: Buffer;
}

export function recordedExchanges(name: string): RecordedExchange[] {
  const file = new URL(`../vectors/curve-snapshot/${name}.json`, import.meta.url);
  const { exchanges } = JSON.parse(readFileSync(file, 'utf8')) as { exchanges: RecordedExchange[] };
  return exchanges.filter(({ kind }) => kind === 'rpc');
}

/** The message and the attachment of a recorded frame. */
export function partsOf(hex: string): Parts {
  const frame = Buffer.from(hex, 'hex');
  const metaEnd = 12 + frame.readUInt32BE(8);
  const { attachmentSize } = fromBinary(RpcMetaSchema, frame.subarray(12, metaEnd));
  const end = frame.length - attachmentSize;
  return { message: frame.subarray(metaEnd, end), attachment: frame.subarray(end) };
}

/** The messages of a recorded call. */
export function methodOf({ service, method }: RecordedExchange): { input: DescMessage; output: DescMessage } {
  const found = [ChunkService, CurveFSService]
    .find(({ typeName }) => typeName === service)
    ?.methods.find(({ name }) => name === method);
  if (!found) throw new Error(`unknown: ${service}.${method}`);
  return found;
}

/** Makes a recorded call to an address, and expects an answer of the recorded kind. */
export async function replayExchange(
  address: string,
  exchange: RecordedExchange,
  message: Uint8Array = partsOf(exchange.request_hex).message,
): Promise<{ ours: Message; attachment: Buffer; recorded: Parts }> {
  const { service, method, note } = exchange;
  const { output } = methodOf(exchange);
  const sent = partsOf(exchange.request_hex).attachment;
  const connection = new RpcConnection(address);
  const reply = await connection.call(service, method, message, sent.length > 0 ? sent : undefined);
  await connection.close();
  const what = `${method}: ${note}`;
  expect(reply.errorCode, what).toBe(exchange.error_code);
  const ours = fromBinary(output, reply.message);
  const recorded = partsOf(exchange.response_hex);
  expect(shape(output, ours), what).toEqual(shape(output, fromBinary(output, recorded.message)));
  return { ours, attachment: reply.attachment, recorded };
}
