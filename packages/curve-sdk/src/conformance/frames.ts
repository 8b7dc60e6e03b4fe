import { connect } from 'node:net';

// Just enough of the frames (curve-protocol.md §2.1) to see which methods a client calls, to add what a client must
// ignore, and to send a call that a client would not make.

const HEADER = 12;
const MAGIC = 'PRPC';

/** One frame, taken apart. */
export interface Frame {
  readonly meta: Buffer;
  /** Message and attachment. */
  readonly body: Buffer;
}

/** Collects bytes and gives the frames that are complete. */
export class FrameReader {
  #pending = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    while (this.#pending.length >= HEADER) {
      const size = HEADER + this.#pending.readUInt32BE(4);
      if (this.#pending.length < size) break;
      const metaEnd = HEADER + this.#pending.readUInt32BE(8);
      frames.push({
        meta: this.#pending.subarray(HEADER, metaEnd),
        body: this.#pending.subarray(metaEnd, size),
      });
      this.#pending = this.#pending.subarray(size);
    }
    return frames;
  }
}

/** The bytes of a frame. */
export function frameBytes({ meta, body }: Frame): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write(MAGIC, 'latin1');
  header.writeUInt32BE(meta.length + body.length, 4);
  header.writeUInt32BE(meta.length, 8);
  return Buffer.concat([header, meta, body]);
}

/** A varint field; the value must not be negative. */
export function varintField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A string, bytes or message field. */
export function bytesField(field: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

/** One field of a message: its number, its content without the tag, and all of its bytes. */
export interface Field {
  readonly number: number;
  /** A varint, or the bytes of anything else. */
  readonly value: bigint | Buffer;
  readonly raw: Buffer;
}

/** The fields of a message, in order. */
export function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const start = at;
    const tag = readVarint(message, at);
    at = tag.end;
    const wireType = Number(tag.value & 7n);
    const number = Number(tag.value >> 3n);
    const first = wireType === 0 || wireType === 2 ? readVarint(message, at) : undefined;
    const size = wireType === 1 ? 8 : wireType === 5 ? 4 : wireType === 2 ? Number(first?.value) : 0;
    const content = first?.end ?? at;
    at = content + size;
    const value = wireType === 0 ? (first?.value ?? 0n) : message.subarray(content, at);
    fields.push({ number, value, raw: message.subarray(start, at) });
  }
  return fields;
}

function readVarint(bytes: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = start; ; at++) {
    const byte = bytes.readUInt8(at);
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Makes one call on a connection of its own, and gives the message that is answered. */
export function callOnce(address: string, service: string, method: string, message: Buffer): Promise<Buffer> {
  const [host = '', port = ''] = address.split(':');
  const call = Buffer.concat([bytesField(1, service), bytesField(2, method)]);
  const meta = Buffer.concat([bytesField(1, call), varintField(4, 1)]);
  const reader = new FrameReader();
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) }, () =>
      socket.write(frameBytes({ meta, body: message })),
    );
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`${address} closed the connection without an answer`)));
    socket.on('data', chunk => {
      const [answer] = reader.push(chunk);
      if (answer === undefined) return;
      resolve(answer.body);
      socket.destroy();
    });
  });
}
