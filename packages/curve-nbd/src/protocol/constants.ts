/** The numbers of the NBD protocol, named as its document names them (doc/proto.md, "Values"). */

/** What the server greets with: `NBDMAGIC`. */
export const INIT_PASSWD = 0x4e42444d41474943n;
/** Precedes every option: `IHAVEOPT`. */
export const OPTION_MAGIC = 0x49484156454f5054n;
/** Precedes every reply to an option. */
export const OPTION_REPLY_MAGIC = 0x3e889045565a9n;
/** Precedes every request. */
export const REQUEST_MAGIC = 0x25609513;
/** Precedes a simple reply. */
export const SIMPLE_REPLY_MAGIC = 0x67446698;
/** Precedes a chunk of a structured reply. */
export const STRUCTURED_REPLY_MAGIC = 0x668e33ef;

/** Flags of the server's greeting. */
export const HandshakeFlag = { fixedNewstyle: 1 << 0, noZeroes: 1 << 1 } as const;

/** Flags of the client's answer to it. */
export const ClientFlag = { fixedNewstyle: 1 << 0, noZeroes: 1 << 1 } as const;

/** Options. */
export const Option = {
  exportName: 1,
  abort: 2,
  list: 3,
  startTls: 5,
  info: 6,
  go: 7,
  structuredReply: 8,
  listMetaContext: 9,
  setMetaContext: 10,
} as const;

/** Kinds of replies to options. */
export const OptionReply = {
  ack: 1,
  server: 2,
  info: 3,
  metaContext: 4,
  errorUnsupported: 0x80000001,
  errorPolicy: 0x80000002,
  errorInvalid: 0x80000003,
  errorPlatform: 0x80000004,
  errorTlsRequired: 0x80000005,
  errorUnknown: 0x80000006,
  errorShutdown: 0x80000007,
  errorTooBig: 0x80000009,
} as const;

/** What can be known of an export. */
export const Info = { export: 0, name: 1, description: 2, blockSize: 3 } as const;

/** What an export can do. */
export const TransmissionFlag = {
  hasFlags: 1 << 0,
  readOnly: 1 << 1,
  sendFlush: 1 << 2,
  sendFua: 1 << 3,
  sendTrim: 1 << 5,
  sendWriteZeroes: 1 << 6,
  sendDf: 1 << 7,
  canMultiConn: 1 << 8,
  sendCache: 1 << 10,
  sendFastZero: 1 << 11,
} as const;

/** Commands. */
export const Command = {
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  trim: 4,
  cache: 5,
  writeZeroes: 6,
  blockStatus: 7,
} as const;

/** Flags of commands. */
export const CommandFlag = {
  fua: 1 << 0,
  noHole: 1 << 1,
  dontFragment: 1 << 2,
  requestOne: 1 << 3,
  fastZero: 1 << 4,
} as const;

/** Flags of chunks of structured replies. */
export const ReplyFlag = { done: 1 << 0 } as const;

/** Kinds of chunks of structured replies. */
export const ReplyType = {
  none: 0,
  offsetData: 1,
  offsetHole: 2,
  blockStatus: 5,
  error: 0x8001,
} as const;

/** Flags of `base:allocation`. */
export const AllocationState = { hole: 1 << 0, zero: 1 << 1 } as const;

/** Errors as they travel. */
export const NbdErrno = {
  EPERM: 1,
  EIO: 5,
  ENOMEM: 12,
  EINVAL: 22,
  ENOSPC: 28,
  EOVERFLOW: 75,
  ENOTSUP: 95,
  ESHUTDOWN: 108,
} as const;

/** The longest string that the protocol allows, in bytes of UTF-8. */
export const MAX_STRING = 4096;
/** The one metadata context that is served. */
export const ALLOCATION_CONTEXT = 'base:allocation';
