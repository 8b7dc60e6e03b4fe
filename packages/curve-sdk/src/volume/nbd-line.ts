import type { NativeNbdConnection, NativeNbdEnd, NativeNbdTerms } from '@curve-wcs/curve-native';
import type { OpenVolume } from './open-volume.js';

/** What NBD's handshake has led to, and what the client may take. */
export type NbdTerms = Omit<NativeNbdTerms, 'counts'>;

/** A request that a line leaves to others. */
export interface NbdRequest {
  /** For the answer. */
  readonly number: number;
  /** Its 28 bytes. */
  readonly request: Uint8Array;
  /** Of a write that can be done. */
  readonly data?: Uint8Array;
  /** Why the cluster did not do it: a `CurveError`. */
  readonly error?: unknown;
}

/** What a line did so far, and has under way. */
export interface NbdCounts {
  /** Requests under way. */
  readonly inFlight: number;
  readonly reads: number;
  readonly writes: number;
  readonly flushes: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Why it ended; `closed`: the volume's client has. */
export type NbdEnd = NativeNbdEnd | 'closed';

/** Command `NBD_CMD_WRITE`, in the last byte of a request's command. */
const WRITE = 1;
const COMMAND = 7;

/**
 * An NBD client whose reads and writes of whole blocks go between its connection and the cluster on the Curve client's own
 * thread. It is for `@curve-wcs/curve-nbd`, which answers what is left.
 */
export class NbdLine {
  readonly #open: OpenVolume;
  readonly #counts: BigUint64Array;
  readonly #native: NativeNbdConnection;
  /** Settles when nothing of it is under way any more. Never rejects. */
  readonly ended: Promise<NbdEnd>;

  private constructor(open: OpenVolume, terms: NbdTerms) {
    this.#open = open;
    this.#counts = new BigUint64Array(new SharedArrayBuffer(6 * BigUint64Array.BYTES_PER_ELEMENT));
    this.#native = open.connection.native.serveNbd(open.fd, { ...terms, counts: this.#counts });
    this.ended = this.#native.ended.catch(() => 'closed' as const).finally(() => open.holds.leave());
  }

  /**
   * @param take - takes the connection from whoever had it; undefined: it has gone
   * @returns a line that has a descriptor of its own; undefined: the connection has gone
   */
  static async begin(open: OpenVolume, take: () => NbdTerms | undefined): Promise<NbdLine | undefined> {
    await open.holds.enter();
    let line: NbdLine | undefined;
    try {
      const terms = take();
      line = terms && new NbdLine(open, terms);
    } finally {
      if (line === undefined) open.holds.leave();
    }
    return line;
  }

  get counts(): NbdCounts {
    const [inFlight = 0, reads = 0, writes = 0, flushes = 0, bytesRead = 0, bytesWritten = 0] = Array.from(
      this.#counts,
      Number,
    );
    return { inFlight, reads, writes, flushes, bytesRead, bytesWritten };
  }

  /** The next requests to answer; undefined when there will be none. */
  async next(): Promise<readonly NbdRequest[] | undefined> {
    const requests = await this.#native.next().catch(() => undefined);
    return requests?.map(one => {
      if (one.error === undefined) return one;
      const operation = one.request[COMMAND] === WRITE ? 'write' : 'read';
      return { ...one, error: this.#open.failure(one.error, operation, undefined) };
    });
  }

  /** Sends a reply, if the client is still there. The bytes must be left alone until this settles. */
  async reply(number: number, bytes: Uint8Array): Promise<void> {
    await this.#native.reply(number, bytes).catch(() => {});
  }

  /** Takes no more requests, and ends when those under way are answered. */
  end(): void {
    this.#native.end(false).catch(() => {});
  }

  /** Ends the connection at once; what is under way goes on. */
  destroy(): void {
    this.#native.end(true).catch(() => {});
  }
}
