import {
  NbdErrno,
  REQUEST_MAGIC,
  ReplyFlag,
  ReplyType,
  SIMPLE_REPLY_MAGIC,
  STRUCTURED_REPLY_MAGIC,
} from './constants.js';
import { ProtocolViolation } from './handshake.js';

/** Bytes of a request, without the data of a write. */
export const REQUEST_LENGTH = 28;
/** Bytes before the data of a simple reply. */
export const SIMPLE_HEADER_LENGTH = 16;
/** Bytes before the payload of a chunk. */
export const CHUNK_HEADER_LENGTH = 20;
/** Bytes before the data of an `NBD_REPLY_TYPE_OFFSET_DATA` chunk. */
export const DATA_HEADER_LENGTH = CHUNK_HEADER_LENGTH + 8;

/** The name of an error as it travels. */
export type NbdErrorName =
  | 'EPERM'
  | 'EIO'
  | 'ENOMEM'
  | 'EINVAL'
  | 'ENOSPC'
  | 'EOVERFLOW'
  | 'ENOTSUP'
  | 'ESHUTDOWN';

/** A client's request. */
export interface Request {
  readonly flags: number;
  readonly command: number;
  /** The client's name for the request: its upper and lower half. */
  readonly cookieHigh: number;
  readonly cookieLow: number;
  /** Bytes from the export's beginning; more than `Number.MAX_SAFE_INTEGER` is infinity. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A range of an export whose state is the same throughout. */
export interface StatusDescriptor {
  /** Bytes. */
  readonly length: number;
  readonly state: number;
}

/** @throws ProtocolViolation if it does not begin as requests do */
export function decodeRequest(bytes: Buffer, at = 0): Request {
  if (bytes.readUInt32BE(at) !== REQUEST_MAGIC) throw new ProtocolViolation('no request where one should be');
  const offset = bytes.readUInt32BE(at + 16) * 2 ** 32 + bytes.readUInt32BE(at + 20);
  return {
    flags: bytes.readUInt16BE(at + 4),
    command: bytes.readUInt16BE(at + 6),
    cookieHigh: bytes.readUInt32BE(at + 8),
    cookieLow: bytes.readUInt32BE(at + 12),
    offset: Number.isSafeInteger(offset) ? offset : Number.POSITIVE_INFINITY,
    length: bytes.readUInt32BE(at + 24),
  };
}

/** Writes a simple reply's header into `target`. */
export function encodeSimpleHeader(target: Buffer, at: number, request: Request, error: number): void {
  target.writeUInt32BE(SIMPLE_REPLY_MAGIC, at);
  target.writeUInt32BE(error, at + 4);
  target.writeUInt32BE(request.cookieHigh, at + 8);
  target.writeUInt32BE(request.cookieLow, at + 12);
}

/** Writes the header of the one data chunk that answers a read. */
export function encodeDataHeader(target: Buffer, at: number, request: Request): void {
  encodeChunkHeader(target, at, request, ReplyType.offsetData, 8 + request.length);
  target.writeUInt32BE(Math.floor(request.offset / 2 ** 32), at + 20);
  target.writeUInt32BE(request.offset % 2 ** 32, at + 24);
}

/** A reply without data: that the request was done, or the error's number. */
export function encodeSimpleReply(request: Request, error: number): Buffer {
  const reply = Buffer.allocUnsafe(SIMPLE_HEADER_LENGTH);
  encodeSimpleHeader(reply, 0, request, error);
  return reply;
}

/** A structured reply that is one error chunk, with words for people. */
export function encodeErrorChunk(request: Request, error: NbdErrorName, message: string): Buffer {
  const words = Buffer.from(message.slice(0, 1000));
  const reply = Buffer.allocUnsafe(CHUNK_HEADER_LENGTH + 6 + words.length);
  encodeChunkHeader(reply, 0, request, ReplyType.error, 6 + words.length);
  reply.writeUInt32BE(NbdErrno[error], CHUNK_HEADER_LENGTH);
  reply.writeUInt16BE(words.length, CHUNK_HEADER_LENGTH + 4);
  words.copy(reply, CHUNK_HEADER_LENGTH + 6);
  return reply;
}

/** A structured reply that is one block status chunk. */
export function encodeBlockStatus(
  request: Request,
  contextId: number,
  descriptors: readonly StatusDescriptor[],
): Buffer {
  const reply = Buffer.allocUnsafe(CHUNK_HEADER_LENGTH + 4 + 8 * descriptors.length);
  encodeChunkHeader(reply, 0, request, ReplyType.blockStatus, 4 + 8 * descriptors.length);
  reply.writeUInt32BE(contextId, CHUNK_HEADER_LENGTH);
  let at = CHUNK_HEADER_LENGTH + 4;
  for (const { length, state } of descriptors) {
    reply.writeUInt32BE(length, at);
    reply.writeUInt32BE(state, at + 4);
    at += 8;
  }
  return reply;
}

/** Every structured reply here is a single chunk, and so the last. */
function encodeChunkHeader(target: Buffer, at: number, request: Request, type: number, length: number): void {
  target.writeUInt32BE(STRUCTURED_REPLY_MAGIC, at);
  target.writeUInt16BE(ReplyFlag.done, at + 4);
  target.writeUInt16BE(type, at + 6);
  target.writeUInt32BE(request.cookieHigh, at + 8);
  target.writeUInt32BE(request.cookieLow, at + 12);
  target.writeUInt32BE(length, at + 16);
}
