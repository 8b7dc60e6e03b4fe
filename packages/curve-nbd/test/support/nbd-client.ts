import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

// A client written from the protocol's document alone, with no code of the server, that can also say what no client would.

const OPTION = {
  exportName: 1,
  abort: 2,
  list: 3,
  startTls: 5,
  info: 6,
  go: 7,
  structured: 8,
  listMeta: 9,
  setMeta: 10,
};
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, cache: 5, zero: 6, status: 7 };

/** A reply to an option. */
export interface OptionReply {
  readonly option: number;
  readonly type: number;
  readonly data: Buffer;
}

/** What answers a request, simple or in chunks. */
export interface Reply {
  /** The error's number, or 0. */
  readonly error: number;
  /** Words that came with it. */
  readonly message: string;
  /** Of a read. */
  readonly data: Buffer;
  /** Of a block status: length and state, in turns. */
  readonly extents: readonly { length: number; state: number }[];
  /** How many chunks it took; 0 for a simple reply. */
  readonly chunks: number;
}

/** What was agreed on with an export. */
export interface ExportInfo {
  readonly size: number;
  readonly flags: number;
  readonly name?: string;
  readonly description?: string;
  readonly blockSizes?: readonly [minimum: number, preferred: number, maximum: number];
}

export interface NbdClientOptions {
  readonly flags?: number;
  readonly structured?: boolean;
  readonly allocation?: boolean;
}

export class NbdClient {
  readonly #waiting = new Map<
    bigint,
    { length: number; settle: (reply: Reply) => void; fail: (e: Error) => void }
  >();
  socket: Socket;
  structured = false;
  info: ExportInfo = { size: 0, flags: 0 };
  #chunks: Buffer[] = [];
  #received = 0;
  #wake: () => void = () => {};
  #closed = false;
  #cookie = 0x0102030405060708n;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#listen(socket);
  }

  /** Connects and greets; no option yet. */
  static async greeted(address: string, flags = 3): Promise<NbdClient> {
    const at = address.match(/^(.*):(\d+)$/);
    const socket = at ? connect(Number(at[2]), at[1]) : connect(address);
    await once(socket, 'connect');
    const client = new NbdClient(socket);
    const greeting = await client.take(18);
    if (greeting.toString('latin1', 0, 16) !== 'NBDMAGICIHAVEOPT') throw new Error('no NBD server');
    client.socket.write(uint32(flags));
    return client;
  }

  /** Connects, and goes to an export. */
  static async to(address: string, name: string, options: NbdClientOptions = {}): Promise<NbdClient> {
    const client = await NbdClient.greeted(address, options.flags);
    if (options.structured !== false) await client.agreeOnStructuredReplies();
    if (options.allocation) await client.metaContexts(name, ['base:allocation'], OPTION.setMeta);
    await client.go(name);
    return client;
  }

  /** The next bytes. */
  async take(length: number): Promise<Buffer> {
    while (this.#received < length) {
      if (this.#closed) throw new Error('the server closed the connection');
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    const [first, ...rest] = this.#chunks;
    const all = first !== undefined && first.length >= length ? first : Buffer.concat(this.#chunks);
    this.#chunks = all === first ? [first.subarray(length), ...rest] : [all.subarray(length)];
    this.#received -= length;
    return all.subarray(0, length);
  }

  /** Sends an option and waits for its last reply. */
  async option(option: number, data: Uint8Array = Buffer.alloc(0)): Promise<OptionReply[]> {
    this.socket.write(Buffer.concat([Buffer.from('IHAVEOPT'), uint32(option), uint32(data.length), data]));
    const replies: OptionReply[] = [];
    for (;;) {
      const head = await this.take(20);
      if (head.readBigUInt64BE(0) !== 0x3e889045565a9n) throw new Error('no reply to an option');
      const reply = {
        option: head.readUInt32BE(8),
        type: head.readUInt32BE(12),
        data: Buffer.from(await this.take(head.readUInt32BE(16))),
      };
      replies.push(reply);
      if (reply.type === 1 || reply.type >= 2 ** 31) return replies;
    }
  }

  async agreeOnStructuredReplies(): Promise<OptionReply[]> {
    const replies = await this.option(OPTION.structured);
    this.structured = replies[0]?.type === 1;
    return replies;
  }

  /** Names and descriptions of all exports. */
  async list(): Promise<{ name: string; description: string }[]> {
    const replies = await this.option(OPTION.list);
    return replies
      .filter(({ type }) => type === 2)
      .map(({ data }) => {
        const end = 4 + data.readUInt32BE(0);
        return { name: data.toString('utf8', 4, end), description: data.toString('utf8', end) };
      });
  }

  async metaContexts(
    name: string,
    queries: readonly string[],
    option = OPTION.listMeta,
  ): Promise<OptionReply[]> {
    const data = Buffer.concat([text(name), uint32(queries.length), ...queries.map(text)]);
    return this.option(option, data);
  }

  /** INFO or GO. */
  async ask(
    option: number,
    name: string,
    information: readonly number[] = [1, 2, 3],
  ): Promise<OptionReply[]> {
    const data = Buffer.concat([text(name), uint16(information.length), ...information.map(uint16)]);
    return this.option(option, data);
  }

  /** Enters transmission. */
  async go(name: string): Promise<ExportInfo> {
    const replies = await this.ask(OPTION.go, name);
    const last = replies.at(-1);
    if (last?.type !== 1) throw new Error(`GO: ${last?.type.toString(16)} ${last?.data}`);
    this.info = exportInfo(replies);
    this.transmit();
    return this.info;
  }

  /** The old way into transmission. */
  async exportName(name: string, noZeroes = true): Promise<ExportInfo> {
    const data = Buffer.from(name);
    this.socket.write(Buffer.concat([Buffer.from('IHAVEOPT'), uint32(1), uint32(data.length), data]));
    const answer = await this.take(noZeroes ? 10 : 134);
    this.info = { size: Number(answer.readBigUInt64BE(0)), flags: answer.readUInt16BE(8) };
    this.transmit();
    return this.info;
  }

  async startTls(options: ConnectionOptions): Promise<void> {
    const [reply] = await this.option(OPTION.startTls);
    if (reply?.type !== 1) throw new Error(`STARTTLS: ${reply?.type.toString(16)}`);
    this.socket.removeAllListeners('data');
    const secure = connectTls({ ...options, socket: this.socket });
    await once(secure, 'secureConnect');
    this.socket = secure;
    this.structured = false;
    this.#listen(secure);
  }

  /** Takes replies as they come. */
  transmit(): void {
    this.#replies().catch(error => {
      for (const { fail } of this.#waiting.values()) fail(error);
      this.#waiting.clear();
    });
  }

  read(offset: number | bigint, length: number, flags = 0): Promise<Reply> {
    return this.request(COMMAND.read, offset, length, flags);
  }

  write(offset: number | bigint, data: Uint8Array, flags = 0): Promise<Reply> {
    return this.request(COMMAND.write, offset, data.length, flags, data);
  }

  flush(): Promise<Reply> {
    return this.request(COMMAND.flush, 0, 0);
  }

  trim(offset: number, length: number, flags = 0): Promise<Reply> {
    return this.request(COMMAND.trim, offset, length, flags);
  }

  zero(offset: number, length: number, flags = 0): Promise<Reply> {
    return this.request(COMMAND.zero, offset, length, flags);
  }

  status(offset: number, length: number, flags = 0): Promise<Reply> {
    return this.request(COMMAND.status, offset, length, flags);
  }

  /** Any request. */
  request(
    command: number,
    offset: number | bigint,
    length: number,
    flags = 0,
    payload: Uint8Array = Buffer.alloc(0),
  ): Promise<Reply> {
    const cookie = this.#cookie++;
    return new Promise((settle, fail) => {
      if (this.#closed) return fail(new Error('the server closed the connection'));
      this.#waiting.set(cookie, { length: command === COMMAND.read ? length : 0, settle, fail });
      this.socket.write(encodeRequest(command, flags, cookie, offset, length));
      if (payload.length > 0) this.socket.write(payload);
    });
  }

  /** Says goodbye. */
  disconnect(): void {
    this.socket.write(encodeRequest(COMMAND.disconnect, 0, 0n, 0, 0));
  }

  /** Settles when the connection is closed. */
  async closed(): Promise<void> {
    while (!this.#closed) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  destroy(): void {
    this.socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#received += chunk.length;
      this.#wake();
    });
    socket.on('error', () => {});
    socket.once('end', () => socket.end());
    socket.once('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  async #replies(): Promise<void> {
    const parts = new Map<bigint, { -readonly [K in keyof Reply]: Reply[K] }>();
    for (;;) {
      const magic = (await this.take(4)).readUInt32BE(0);
      if (magic === 0x67446698) {
        const head = await this.take(12);
        const [error, cookie] = [head.readUInt32BE(0), head.readBigUInt64BE(4)];
        const waiting = this.#waiting.get(cookie);
        if (waiting === undefined) throw new Error('a reply to nothing');
        if (this.structured && waiting.length > 0) throw new Error('a simple reply to a read');
        const data = error === 0 ? Buffer.from(await this.take(waiting.length)) : Buffer.alloc(0);
        this.#waiting.delete(cookie);
        waiting.settle({ error, message: '', data, extents: [], chunks: 0 });
      } else if (magic === 0x668e33ef) {
        const head = await this.take(16);
        const [flags, type, cookie] = [head.readUInt16BE(0), head.readUInt16BE(2), head.readBigUInt64BE(4)];
        const payload = Buffer.from(await this.take(head.readUInt32BE(12)));
        const waiting = this.#waiting.get(cookie);
        if (waiting === undefined) throw new Error('a chunk of nothing');
        const part = parts.get(cookie) ?? {
          error: 0,
          message: '',
          data: Buffer.alloc(0),
          extents: [],
          chunks: 0,
        };
        part.chunks++;
        if (type >= 2 ** 15) {
          part.error = payload.readUInt32BE(0);
          part.message = payload.toString('utf8', 6, 6 + payload.readUInt16BE(4));
        } else if (type === 1) part.data = payload.subarray(8);
        else if (type === 5) part.extents = extentsIn(payload.subarray(4));
        else if (type !== 0) throw new Error(`a chunk of type ${type}`);
        parts.set(cookie, part);
        if ((flags & 1) === 0) continue;
        parts.delete(cookie);
        this.#waiting.delete(cookie);
        waiting.settle(part);
      } else {
        throw new Error(`no reply: ${magic.toString(16)}`);
      }
    }
  }
}

export function encodeRequest(
  command: number,
  flags: number,
  cookie: bigint,
  offset: number | bigint,
  length: number,
): Buffer {
  const request = Buffer.alloc(28);
  request.writeUInt32BE(0x25609513, 0);
  request.writeUInt16BE(flags, 4);
  request.writeUInt16BE(command, 6);
  request.writeBigUInt64BE(cookie, 8);
  request.writeBigUInt64BE(BigInt(offset), 16);
  request.writeUInt32BE(length, 24);
  return request;
}

export function exportInfo(replies: readonly OptionReply[]): ExportInfo {
  let info: ExportInfo = { size: 0, flags: 0 };
  for (const { data } of replies.filter(({ type }) => type === 3)) {
    const kind = data.readUInt16BE(0);
    if (kind === 0) info = { ...info, size: Number(data.readBigUInt64BE(2)), flags: data.readUInt16BE(10) };
    if (kind === 1) info = { ...info, name: data.toString('utf8', 2) };
    if (kind === 2) info = { ...info, description: data.toString('utf8', 2) };
    if (kind === 3)
      info = { ...info, blockSizes: [data.readUInt32BE(2), data.readUInt32BE(6), data.readUInt32BE(10)] };
  }
  return info;
}

function extentsIn(payload: Buffer) {
  return Array.from({ length: payload.length / 8 }, (_, index) => ({
    length: payload.readUInt32BE(8 * index),
    state: payload.readUInt32BE(8 * index + 4),
  }));
}

function text(value: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value, 0);
  return bytes;
}
