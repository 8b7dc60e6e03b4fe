import {
  HandshakeFlag,
  INIT_PASSWD,
  Info,
  MAX_STRING,
  OPTION_MAGIC,
  OPTION_REPLY_MAGIC,
  type OptionReply,
} from './constants.js';

/** Bytes of the client's flags. */
export const CLIENT_FLAGS_LENGTH = 4;
/** Bytes before an option's data. */
export const OPTION_HEADER_LENGTH = 16;

/** What the peer sent is not the protocol; the connection cannot go on. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/** An option's data is not as it should be; the client is told, and the connection goes on. */
export class InvalidOption extends Error {
  override readonly name = 'InvalidOption';
}

/** What precedes an option's data. */
export interface OptionHeader {
  readonly option: number;
  /** Bytes of data. */
  readonly length: number;
}

/** The data of `NBD_OPT_INFO` and `NBD_OPT_GO`. */
export interface ExportRequest {
  readonly name: string;
  /** What the client wants to know beyond the size. */
  readonly information: readonly number[];
}

/** The data of `NBD_OPT_LIST_META_CONTEXT` and `NBD_OPT_SET_META_CONTEXT`. */
export interface MetaContextRequest {
  readonly name: string;
  readonly queries: readonly string[];
}

/** Size constraints, in bytes. */
export interface BlockSizes {
  readonly minimum: number;
  readonly preferred: number;
  readonly maximum: number;
}

/** What the server says first: newstyle, with or without fixed newstyle's options and padding. */
export function encodeGreeting(): Buffer {
  const greeting = Buffer.alloc(18);
  greeting.writeBigUInt64BE(INIT_PASSWD, 0);
  greeting.writeBigUInt64BE(OPTION_MAGIC, 8);
  greeting.writeUInt16BE(HandshakeFlag.fixedNewstyle | HandshakeFlag.noZeroes, 16);
  return greeting;
}

/** @throws ProtocolViolation for flags that were not offered */
export function decodeClientFlags(bytes: Buffer): number {
  const flags = bytes.readUInt32BE(0);
  const offered = HandshakeFlag.fixedNewstyle | HandshakeFlag.noZeroes;
  if ((flags & ~offered) !== 0) throw new ProtocolViolation(`client flags 0x${flags.toString(16)}`);
  return flags;
}

/** @throws ProtocolViolation if it does not begin as options do */
export function decodeOptionHeader(bytes: Buffer): OptionHeader {
  if (bytes.readBigUInt64BE(0) !== OPTION_MAGIC) throw new ProtocolViolation('no option where one should be');
  return { option: bytes.readUInt32BE(8), length: bytes.readUInt32BE(12) };
}

/** A reply to an option: one of several, or the last. */
export function encodeOptionReply(
  option: number,
  type: (typeof OptionReply)[keyof typeof OptionReply],
  data: Uint8Array | string = '',
): Buffer {
  const payload = typeof data === 'string' ? Buffer.from(data) : data;
  const header = Buffer.alloc(20);
  header.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
  header.writeUInt32BE(option, 8);
  header.writeUInt32BE(type, 12);
  header.writeUInt32BE(payload.length, 16);
  return Buffer.concat([header, payload]);
}

/** The answer to `NBD_OPT_EXPORT_NAME`, after which transmission begins. */
export function encodeExportNameAnswer(size: number, flags: number, noZeroes: boolean): Buffer {
  const answer = Buffer.alloc(noZeroes ? 10 : 134);
  answer.writeBigUInt64BE(BigInt(size), 0);
  answer.writeUInt16BE(flags, 8);
  return answer;
}

/** The data of `NBD_REP_SERVER`: an export's name, and what it is. */
export function encodeServer(name: string, description: string): Buffer {
  const bytes = Buffer.from(name);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length, 0);
  return Buffer.concat([length, bytes, Buffer.from(description)]);
}

/** `NBD_INFO_EXPORT`. */
export function encodeInfoExport(size: number, flags: number): Buffer {
  const info = Buffer.alloc(12);
  info.writeUInt16BE(Info.export, 0);
  info.writeBigUInt64BE(BigInt(size), 2);
  info.writeUInt16BE(flags, 10);
  return info;
}

/** `NBD_INFO_NAME` and `NBD_INFO_DESCRIPTION`. */
export function encodeInfoText(type: typeof Info.name | typeof Info.description, text: string): Buffer {
  const info = Buffer.alloc(2);
  info.writeUInt16BE(type, 0);
  return Buffer.concat([info, Buffer.from(text)]);
}

/** `NBD_INFO_BLOCK_SIZE`. */
export function encodeInfoBlockSize({ minimum, preferred, maximum }: BlockSizes): Buffer {
  const info = Buffer.alloc(14);
  info.writeUInt16BE(Info.blockSize, 0);
  info.writeUInt32BE(minimum, 2);
  info.writeUInt32BE(preferred, 6);
  info.writeUInt32BE(maximum, 10);
  return info;
}

/** The data of `NBD_REP_META_CONTEXT`. */
export function encodeMetaContext(id: number, name: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(id, 0);
  return Buffer.concat([head, Buffer.from(name)]);
}

/** @throws InvalidOption */
export function decodeExportRequest(data: Buffer): ExportRequest {
  const fields = new Fields(data);
  const name = fields.string();
  const information = Array.from({ length: fields.uint16() }, () => fields.uint16());
  fields.end();
  return { name, information };
}

/** @throws InvalidOption */
export function decodeMetaContextRequest(data: Buffer): MetaContextRequest {
  const fields = new Fields(data);
  const name = fields.string();
  const count = fields.uint32();
  const queries: string[] = [];
  for (let index = 0; index < count; index++) queries.push(fields.string());
  fields.end();
  return { name, queries };
}

/** @throws InvalidOption for what is no string of the protocol */
export function decodeName(data: Buffer): string {
  return text(data);
}

/** Reads an option's data from its beginning to its end. */
class Fields {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  uint16(): number {
    return this.#take(2).readUInt16BE(0);
  }

  uint32(): number {
    return this.#take(4).readUInt32BE(0);
  }

  string(): string {
    return text(this.#take(this.uint32()));
  }

  end(): void {
    if (this.#at !== this.#data.length) throw new InvalidOption('there is more data than there should be');
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#data.length) throw new InvalidOption('its data ends too early');
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function text(bytes: Buffer): string {
  if (bytes.length > MAX_STRING) throw new InvalidOption(`a string of more than ${MAX_STRING} bytes`);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InvalidOption('a string that is not UTF-8');
  }
}
