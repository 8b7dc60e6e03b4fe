import type { Line, LineTerms } from './line.js';
import type { NbdErrorName } from './protocol/transmission.js';

/** A range of an export that is all data or all hole. */
export interface Extent {
  /** Bytes. */
  readonly length: number;
  /** Whether it has no space of its own, and so reads as zeros. */
  readonly hole: boolean;
}

/** How zeros are to be written. */
export interface ZeroOptions {
  /** Whether the range must keep the space that it has (`NBD_CMD_FLAG_NO_HOLE`). */
  readonly keepSpace: boolean;
  /** Whether to fail with `ENOTSUP` rather than to take as long as a write would (`NBD_CMD_FLAG_FAST_ZERO`). */
  readonly fast: boolean;
}

/**
 * What the server serves: bytes, by any range. The server has checked that ranges are within `size`, that nothing is
 * written to what is read-only, and calls `close` once nothing is under way any more. Failures are
 * {@link ExportFailure}s; any other is `EIO` to clients.
 */
export interface NbdExport {
  /** What clients ask for. */
  readonly name: string;
  /** Words for people. */
  readonly description: string;
  /** Bytes. May grow; a client keeps the size that it was told first. */
  readonly size: number;
  /** Bytes that ranges had best be multiples of: a power of two. */
  readonly preferredBlockSize: number;
  /** Whether nothing may be written. */
  readonly isReadOnly: boolean;
  /** Looks whether the size has changed, before a client is told it. */
  refresh(): Promise<void>;
  /** Fills `target`, which is left alone until this settles. */
  read(offset: number, target: Uint8Array): Promise<unknown>;
  /** Writes all of `data`, which is left alone until this settles, to where no failure of a machine can take it. */
  write(offset: number, data: Uint8Array): Promise<unknown>;
  /** Settles when all writes that have settled are safe. */
  flush(): Promise<unknown>;
  /** Says that a range's content is not needed any more. */
  trim(offset: number, length: number): Promise<unknown>;
  /** Makes a range read as zeros. */
  zero(offset: number, length: number, options: ZeroOptions): Promise<unknown>;
  /** What a range consists of, in order and without gaps, from `offset` on: one extent at least, `limit` at most. */
  extents(offset: number, length: number, limit: number): Promise<readonly Extent[]>;
  /** Gives it back. */
  close(): Promise<void>;
  /**
   * Serves a client from its connection on, where it can.
   *
   * @internal
   * @param take - takes the connection from whoever had it; undefined: it has gone
   * @returns undefined: it has not, and the server goes on
   */
  serveLine?(take: () => LineTerms | undefined): Promise<Line | undefined>;
}

/** How an export's call failed, in terms of the protocol. */
export class ExportFailure extends Error {
  /** Tells it from other errors. */
  override readonly name = 'ExportFailure';
  /** What clients are told. */
  readonly code: NbdErrorName;

  /** @param message - what people are told, clients' users among them */
  constructor(code: NbdErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
