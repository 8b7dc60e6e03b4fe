import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type RpcMeta, RpcMetaSchema } from '../proto/rpc-meta_pb.js';

/** Bytes before the body: magic, body size, meta size (protocol 2.1). */
export const headerSize = 12;
const magic = Buffer.from('PRPC');
/** brpc refuses larger bodies by default (protocol 2.1). */
const maxBodySize = 64 * 1024 * 1024;

/** One frame, taken apart. */
export interface Frame {
  meta: RpcMeta;
  message: Buffer;
  attachment: Buffer;
}

/** What came is no baidu_std frame; the connection cannot go on, for nobody knows where the next one begins. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * How long the frame is that begins these bytes, its header included; undefined while the header is not there.
 *
 * @throws FrameError for a wrong magic, or sizes that cannot be
 */
export function frameLength(bytes: Buffer): number | undefined {
  const start = bytes.subarray(0, magic.length);
  if (!start.equals(magic.subarray(0, start.length))) throw new FrameError('the magic is not PRPC');
  if (bytes.length < headerSize) return undefined;
  const bodySize = bytes.readUInt32BE(4);
  const metaSize = bytes.readUInt32BE(8);
  if (bodySize > maxBodySize) throw new FrameError(`a body of ${bodySize} bytes is too large`);
  if (metaSize > bodySize) throw new FrameError(`${metaSize} bytes of meta in ${bodySize} of body`);
  return headerSize + bodySize;
}

/**
 * Takes a whole frame apart, without copying.
 *
 * @throws FrameError when the meta is not one
 */
export function parseFrame(bytes: Buffer): Frame {
  const metaEnd = headerSize + bytes.readUInt32BE(8);
  const meta = parseMeta(bytes.subarray(headerSize, metaEnd));
  const messageEnd = bytes.length - meta.attachmentSize;
  if (meta.attachmentSize < 0 || messageEnd < metaEnd) {
    throw new FrameError(`an attachment of ${meta.attachmentSize} bytes does not fit its frame`);
  }
  return { meta, message: bytes.subarray(metaEnd, messageEnd), attachment: bytes.subarray(messageEnd) };
}

function parseMeta(bytes: Buffer): RpcMeta {
  try {
    return fromBinary(RpcMetaSchema, bytes);
  } catch (error) {
    throw new FrameError('the meta cannot be parsed', { cause: error });
  }
}

/** What a frame answers. */
export interface Reply {
  correlationId: bigint;
  /** 0 for success (protocol 2.5). */
  errorCode: number;
  errorText: string;
  message: Uint8Array;
  attachment: Uint8Array;
}

/** The pieces of a reply's frame, in order; the attachment is not copied. */
export function replyFrame(reply: Reply): Uint8Array[] {
  const failed = reply.errorCode !== 0;
  const { errorCode, errorText } = reply;
  const meta = toBinary(
    RpcMetaSchema,
    create(RpcMetaSchema, {
      response: failed ? { errorCode, errorText } : { errorCode },
      compressType: 0,
      correlationId: reply.correlationId,
      ...(reply.attachment.length > 0 && { attachmentSize: reply.attachment.length }),
    }),
  );
  const head = Buffer.alloc(headerSize);
  magic.copy(head);
  head.writeUInt32BE(meta.length + reply.message.length + reply.attachment.length, 4);
  head.writeUInt32BE(meta.length, 8);
  const start = Buffer.concat([head, meta, reply.message]);
  return reply.attachment.length > 0 ? [start, reply.attachment] : [start];
}
