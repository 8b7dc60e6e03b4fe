import { createServer, type Server, type Socket } from 'node:net';
import { bytesField, field, fields, patch, varint, without } from './protobuf.js';

/** One recorded call; see test/vectors. */
export interface RecordedCall {
  serverPort: number;
  service: string;
  method: string;
  request: { meta: string; message: string; attachment: { length: number } | null };
  response?: {
    meta: string | null;
    message: string | null;
    attachment: { length: number; everyByte?: number } | null;
  } | null;
}

interface Entry {
  call: RecordedCall;
  used: boolean;
}

/** Fields of requests that cannot be the same twice: date, signature, version, address of the client. */
const unlike: Record<string, readonly number[]> = {
  CreateFile: [5, 6],
  OpenFile: [3, 4, 5],
  CloseFile: [4, 5, 6, 7],
  RefreshSession: [4, 5, 6, 7, 8],
  GetOrAllocateSegment: [6, 7],
  DeAllocateSegment: [4, 5],
  RenameFile: [4, 7],
  ExtendFile: [4, 5],
  ChangeOwner: [4, 5],
};
/** DeleteFile, RecoverFile, GetFileInfo, ListDir, IncreaseFileEpoch. */
const usualUnlike = [3, 4];
const unsigned =
  /^(Get(Leader|Cluster|ChunkServer|Allocated|FileSize)|ListPoolset|ReadChunk|WriteChunk|UpdateEpoch)/;

/** Success, with a correlation id to be replaced. */
const okMeta = '1202080018002001';

const comparable = (method: string, message: Buffer) =>
  without(message, unlike[method] ?? (unsigned.test(method) ? [] : usualUnlike)).toString('hex');

/** RpcMeta without log id and correlation id. */
const comparableMeta = (meta: Buffer) =>
  Buffer.concat(
    fields(without(meta, [4])).map(({ number, raw, body }) =>
      number === 1 && body ? bytesField(1, without(body, [3])) : raw,
    ),
  ).toString('hex');

/**
 * Plays the servers of a recording: every request must be one of the recorded ones, byte for byte but for what
 * cannot be equal, and gets the recorded answer, in which only the ports are changed to where the servers are now.
 */
export class ScriptedServer implements AsyncDisposable {
  /** Requests that were not recorded. */
  readonly unexpected: string[] = [];
  /** Everything received of CurveFSService, to check signatures. */
  readonly received: { method: string; message: Buffer }[] = [];
  readonly #entries: Entry[];
  readonly #ports = new Map<number, number>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(calls: readonly RecordedCall[]) {
    this.#entries = calls.map(call => ({ call, used: false }));
  }

  static async start(calls: readonly RecordedCall[]): Promise<ScriptedServer> {
    const script = new ScriptedServer(calls);
    for (const port of [26666, 28200, 28201, 28202]) await script.#listen(port);
    return script;
  }

  get mdsAddress(): string {
    return `127.0.0.1:${this.#ports.get(26666)}`;
  }

  /** Recorded requests that never came. */
  get missing(): string[] {
    return this.#entries.filter(({ used }) => !used).map(({ call }) => call.method);
  }

  async [Symbol.asyncDispose]() {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) await new Promise(resolve => server.close(resolve));
  }

  async #listen(recordedPort: number) {
    const server = createServer(socket => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      this.#serve(socket, recordedPort);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    this.#servers.push(server);
    this.#ports.set(recordedPort, (server.address() as { port: number }).port);
  }

  #serve(socket: Socket, port: number) {
    let buffered = Buffer.alloc(0);
    socket.on('data', data => {
      buffered = Buffer.concat([buffered, data]);
      while (buffered.length >= 12 && buffered.length >= 12 + buffered.readUInt32BE(4)) {
        const end = 12 + buffered.readUInt32BE(4);
        const metaEnd = 12 + buffered.readUInt32BE(8);
        this.#answer(socket, port, buffered.subarray(12, metaEnd), buffered.subarray(metaEnd, end));
        buffered = buffered.subarray(end);
      }
    });
  }

  #answer(socket: Socket, port: number, meta: Buffer, body: Buffer) {
    const method = field(field(meta, 1)?.body ?? meta, 2)?.body?.toString() ?? '';
    const attachmentSize = Number(field(meta, 5)?.value ?? 0n);
    const message = body.subarray(0, body.length - attachmentSize);
    if (port === 26666) this.received.push({ method, message });
    const alike = this.#entries.filter(
      ({ call }) =>
        call.serverPort === port &&
        call.method === method &&
        comparable(method, Buffer.from(call.request.message, 'hex')) === comparable(method, message) &&
        comparableMeta(Buffer.from(call.request.meta, 'hex')) === comparableMeta(meta),
    );
    const entry = alike.find(({ used }) => !used) ?? alike.at(-1);
    if (!entry) {
      // Leases are refreshed by the clock, and a question that its answer made needless may not have gone out;
      // everything else must have been recorded.
      if (method === 'RefreshSession') this.#refresh(socket, meta, message);
      // Some recordings end while the last CloseFile is still to come.
      else if (method === 'CloseFile') this.#respond(socket, meta, okMeta, Buffer.from('0800', 'hex'), 0);
      else if (method !== 'GetLeader') this.unexpected.push(`${method} ${message.toString('hex')}`);
      return;
    }
    entry.used = true;
    this.#reply(socket, method, meta, entry.call);
  }

  /** Says that the volume is as it was when it was opened. */
  #refresh(socket: Socket, meta: Buffer, message: Buffer) {
    const path = field(message, 1)?.body?.toString();
    const opened = this.#entries.find(
      ({ call }) =>
        call.method === 'OpenFile' &&
        field(Buffer.from(call.request.message, 'hex'), 1)?.body?.toString() === path &&
        field(Buffer.from(call.response?.message ?? '', 'hex'), 3),
    )?.call;
    const info = field(Buffer.from(opened?.response?.message ?? '', 'hex'), 3)?.body;
    if (!opened?.response || !info) return;
    const answer = Buffer.concat([Buffer.from('08001200', 'hex'), bytesField(3, info)]).toString('hex');
    const response = { ...opened.response, message: answer };
    this.#reply(socket, 'RefreshSession', meta, { ...opened, response });
  }

  #reply(socket: Socket, method: string, requestMeta: Buffer, { response }: RecordedCall) {
    if (!response?.meta) return;
    const message = this.#relocate(method, Buffer.from(response.message ?? '', 'hex'));
    const { length = 0, everyByte = 0xab } = response.attachment ?? {};
    this.#respond(socket, requestMeta, response.meta, message, length, everyByte);
  }

  #respond(
    socket: Socket,
    requestMeta: Buffer,
    responseMeta: string,
    message: Buffer,
    length: number,
    everyByte = 0,
  ) {
    const correlation = varint(field(requestMeta, 4)?.value ?? 0n);
    const meta = patch(Buffer.from(responseMeta, 'hex'), [4], () =>
      Buffer.concat([Buffer.from([0x20]), correlation]),
    );
    const header = Buffer.alloc(12);
    header.write('PRPC');
    header.writeUInt32BE(meta.length + message.length + length, 4);
    header.writeUInt32BE(meta.length, 8);
    socket.write(Buffer.concat([header, meta, message, Buffer.alloc(length, everyByte)]));
  }

  #relocate(method: string, message: Buffer): Buffer {
    const port = (number: number) => (one: { value?: bigint; raw: Buffer }) =>
      Buffer.concat([
        Buffer.from([number * 8]),
        varint(BigInt(this.#ports.get(Number(one.value)) ?? Number(one.value))),
      ]);
    if (method === 'GetChunkServerListInCopySets') return patch(message, [2, 2, 3], port(3));
    if (method === 'IncreaseFileEpoch') return patch(message, [3, 3], port(3));
    if (method === 'GetLeader') {
      return patch(message, [1, 3], ({ body }) => {
        const [ip, recorded, index] = String(body).split(':');
        return bytesField(3, Buffer.from(`${ip}:${this.#ports.get(Number(recorded))}:${index}`));
      });
    }
    return message;
  }
}
