import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { RpcMetaSchema } from '../../src/proto/rpc-meta_pb.js';

/** What came back, before anybody looks into the message. */
export interface RawReply {
  correlationId: bigint;
  errorCode: number;
  errorText: string;
  message: Buffer;
  attachment: Buffer;
}

/** The bytes of a request frame. */
export function requestFrame(
  meta: Uint8Array,
  message: Uint8Array,
  attachment: Uint8Array = Buffer.alloc(0),
) {
  const head = Buffer.alloc(12);
  head.write('PRPC', 'latin1');
  head.writeUInt32BE(meta.length + message.length + attachment.length, 4);
  head.writeUInt32BE(meta.length, 8);
  return Buffer.concat([head, meta, message, attachment]);
}

/** A connection on which many calls may be under way. Written apart from the server's own reading of frames. */
export class RpcConnection {
  readonly socket: Socket;
  readonly #waiting = new Map<bigint, { resolve(reply: RawReply): void; reject(error: Error): void }>();
  /** Replies to calls that nobody made. */
  readonly strays: RawReply[] = [];
  #received = Buffer.alloc(0);
  #nextId = 1n;

  constructor(address: string) {
    const [host = '', port] = address.split(':');
    this.socket = connect(Number(port), host);
    this.socket.on('data', bytes => this.#take(bytes));
    this.socket.on('error', error => this.#fail(error));
    this.socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  async call(
    service: string,
    method: string,
    message: Uint8Array,
    attachment?: Uint8Array,
  ): Promise<RawReply> {
    const correlationId = this.#nextId++;
    const meta = toBinary(
      RpcMetaSchema,
      create(RpcMetaSchema, {
        request: { serviceName: service, methodName: method },
        correlationId,
        ...(attachment && { attachmentSize: attachment.length }),
      }),
    );
    return this.send(correlationId, requestFrame(meta, message, attachment));
  }

  /** Sends a frame as it is, and waits for the reply to the call in it. */
  send(correlationId: bigint, frame: Uint8Array): Promise<RawReply> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(correlationId, { resolve, reject });
      if (this.socket.destroyed) this.#fail(new Error('the connection was closed'));
      else this.socket.write(frame);
    });
  }

  async close(): Promise<void> {
    if (this.socket.destroyed) return;
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 12) {
      const end = 12 + this.#received.readUInt32BE(4);
      if (this.#received.length < end) return;
      const metaEnd = 12 + this.#received.readUInt32BE(8);
      const meta = fromBinary(RpcMetaSchema, this.#received.subarray(12, metaEnd));
      const messageEnd = end - meta.attachmentSize;
      this.#deliver({
        correlationId: meta.correlationId,
        errorCode: meta.response?.errorCode ?? 0,
        errorText: meta.response?.errorText ?? '',
        message: this.#received.subarray(metaEnd, messageEnd),
        attachment: this.#received.subarray(messageEnd, end),
      });
      this.#received = this.#received.subarray(end);
    }
  }

  #deliver(reply: RawReply): void {
    const waiting = this.#waiting.get(reply.correlationId);
    this.#waiting.delete(reply.correlationId);
    if (waiting) waiting.resolve(reply);
    else this.strays.push(reply);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The reply of a call, its message parsed. */
export type Answer<O extends DescMessage> = MessageShape<O> & { attachment: Buffer };

/**
 * Calls a method on a connection of its own.
 *
 * @throws Error with a `code` when the answer is an RPC error
 */
export async function call<I extends DescMessage, O extends DescMessage>(
  address: string,
  method: DescMethodUnary<I, O> & { parent: DescService },
  request: MessageInitShape<I>,
  attachment?: Uint8Array,
): Promise<Answer<O>> {
  const connection = new RpcConnection(address);
  try {
    const message = toBinary(method.input, create(method.input, request));
    const reply = await connection.call(method.parent.typeName, method.name, message, attachment);
    if (reply.errorCode !== 0) throw Object.assign(new Error(reply.errorText), { code: reply.errorCode });
    return Object.assign(fromBinary(method.output, reply.message), { attachment: reply.attachment });
  } finally {
    await connection.close();
  }
}
