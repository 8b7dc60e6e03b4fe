/** What clients may take of the server. */
export interface NbdLimits {
  /**
   * Connections at a time; others are closed at once.
   *
   * @default 64
   */
  readonly connections: number;
  /**
   * Milliseconds that a client may take until transmission begins.
   *
   * @default 10000
   */
  readonly handshakeTimeout: number;
  /**
   * Milliseconds without a byte after which a client is given up that owes the rest of a write, or takes no replies.
   *
   * @default 60000
   */
  readonly stallTimeout: number;
  /**
   * Requests of one connection under way at a time; more are left in its socket.
   *
   * @default 256
   */
  readonly requests: number;
  /**
   * Bytes of one connection's reads and writes under way.
   *
   * @default 67108864, 64 MiB
   */
  readonly bytes: number;
  /**
   * Bytes of all reads and writes under way: of those that JavaScript deals with, and once more of those that it does not.
   *
   * @default 268435456, 256 MiB
   */
  readonly totalBytes: number;
}

export const DEFAULT_LIMITS: NbdLimits = {
  connections: 64,
  handshakeTimeout: 10_000,
  stallTimeout: 60_000,
  requests: 256,
  bytes: 64 * 2 ** 20,
  totalBytes: 256 * 2 ** 20,
};

/** Bytes of one read or write; what clients expect of servers that do not say (doc/proto.md, "Size constraints"). */
export const MAX_PAYLOAD = 32 * 2 ** 20;
