import { type DescMessage, type DescMethod, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import type { CurveEmulator } from '../../src/index.js';
import { ChunkOpStatus, ChunkService } from '../../src/proto/chunk_pb.js';
import { CliService2 } from '../../src/proto/cli2_pb.js';
import { CurveFSService } from '../../src/proto/nameserver2_pb.js';
import { TopologyService } from '../../src/proto/topology_pb.js';
import { leaderOf } from './disk.js';
import type { RecordedCall } from './recordings.js';
import { type RawReply, RpcConnection, requestFrame } from './rpc-client.js';

const services = [CurveFSService, TopologyService, CliService2, ChunkService];
/** The ports of the recorded chunkservers, by their ids from 1 on. */
const recordedPorts = [28200, 28202, 28201];

/** A replayed call: the recorded answer, if there was one, and ours. */
export interface Replayed {
  output: DescMessage;
  recorded: Message | undefined;
  ours: Message;
  reply: RawReply;
}

/** Fields of requests that are looked at or translated. */
interface Fields {
  date?: bigint;
  fileId?: bigint;
  chunkId?: bigint;
  logicPoolId?: number;
  copysetId?: number;
  fileName?: string;
}

/** Sends recorded requests to an emulator: the bytes as they were, but for ids that the emulator gave otherwise. */
export class Replayer {
  readonly #emulator: CurveEmulator;
  readonly #setClock: (ms: number) => void;
  readonly #connections = new Map<string, RpcConnection>();
  /** Ours by the recorded ones. */
  readonly #inodes = new Map<bigint, bigint>();
  readonly #chunks = new Map<bigint, { chunkId: bigint; copysetId: number }>();
  readonly #recycled = new Map<string, string>();

  constructor(emulator: CurveEmulator, setClock: (ms: number) => void) {
    this.#emulator = emulator;
    this.#setClock = setClock;
  }

  async replay(call: RecordedCall): Promise<Replayed> {
    const { input, output } = methodOf(call);
    const recordedBytes = call.response ? Buffer.from(call.response.message, 'hex') : undefined;
    const recorded = recordedBytes && fromBinary(output, recordedBytes);
    const { message, fields } = this.#translate(input, Buffer.from(call.request.message, 'hex'));
    if (fields.date !== undefined && fields.date > 0n) this.#setClock(Number(fields.date) / 1000);
    const attachment = Buffer.alloc(call.request.attachment?.length ?? 0, 'a');
    const frame = requestFrame(Buffer.from(call.request.meta, 'hex'), message, attachment);
    const connection = this.#connection(await this.#address(call, fields, recorded));
    const reply = await connection.send(BigInt(call.correlationId), frame);
    const ours = fromBinary(output, reply.message);
    if (recorded) this.#learn(recorded, ours);
    return { output, recorded, ours, reply };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map(connection => connection.close()));
  }

  /** Recorded answers tell which id of ours stands for which of theirs. */
  #learn(recorded: Message, ours: Message): void {
    type Answer = {
      fileInfo?: { id: bigint; fileName: string } | { id: bigint; fileName: string }[];
      pageFileSegment?: { chunks: { chunkID: bigint; copysetID: number }[] };
    };
    const [theirs, mine] = [recorded as Answer, ours as Answer];
    const myChunks = mine.pageFileSegment?.chunks ?? [];
    for (const [i, { chunkID }] of (theirs.pageFileSegment?.chunks ?? []).entries()) {
      const chunk = myChunks[i];
      if (chunk) this.#chunks.set(chunkID, { chunkId: chunk.chunkID, copysetId: chunk.copysetID });
    }
    const myFiles = [mine.fileInfo ?? []].flat();
    const base = (name: string) => name.replace(/-\d+(-\d+)?$/, '');
    for (const file of [theirs.fileInfo ?? []].flat()) {
      const counterpart = myFiles.find(({ fileName }) => base(fileName) === base(file.fileName));
      if (!counterpart) continue;
      this.#inodes.set(file.id, counterpart.id);
      this.#recycled.set(`/RecycleBin/${file.fileName}`, `/RecycleBin/${counterpart.fileName}`);
    }
  }

  #translate(input: DescMessage, bytes: Buffer): { message: Uint8Array; fields: Fields } {
    const request = fromBinary(input, bytes);
    const fields = request as Fields;
    let changed = false;
    const set = (values: Fields) => {
      Object.assign(request, values);
      changed = true;
    };
    const chunk = this.#chunks.get(fields.chunkId ?? 0n);
    if (chunk) set(chunk);
    const inode = this.#inodes.get(fields.fileId ?? 0n);
    if (inode !== undefined) set({ fileId: inode });
    const path = this.#recycled.get(fields.fileName ?? '');
    if (path !== undefined) set({ fileName: path });
    return { message: changed ? toBinary(input, request) : bytes, fields };
  }

  /** Chunk calls go to our leader, and those that were redirected to somebody else. */
  async #address(call: RecordedCall, fields: Fields, recorded: Message | undefined): Promise<string> {
    const { mdsAddresses, chunkserverAddresses } = this.#emulator;
    const { logicPoolId, copysetId, chunkId } = fields;
    if (logicPoolId === undefined || copysetId === undefined || chunkId === undefined) {
      const chunkserver = chunkserverAddresses[recordedPorts.indexOf(call.serverPort)];
      return chunkserver ?? mdsAddresses[0] ?? '';
    }
    const leader = await leaderOf(this.#emulator, { logicPoolId, copysetId, chunkId });
    const redirected = (recorded as { status?: ChunkOpStatus }).status === ChunkOpStatus.REDIRECTED;
    return redirected ? (chunkserverAddresses.find(address => address !== leader) ?? '') : leader;
  }

  #connection(address: string): RpcConnection {
    const connection = this.#connections.get(address) ?? new RpcConnection(address);
    this.#connections.set(address, connection);
    return connection;
  }
}

function methodOf(call: RecordedCall): DescMethod {
  const method = services
    .find(({ typeName }) => typeName === call.service)
    ?.methods.find(({ name }) => name === call.method);
  if (!method) throw new Error(`the recordings have an unknown method ${call.service}.${call.method}`);
  return method;
}
