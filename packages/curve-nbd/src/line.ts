/** What a handshake has led to, and what the client may take. */
export interface LineTerms {
  /** Descriptor of the connection. */
  readonly socket: number;
  /** What has come from it already. */
  readonly received: Uint8Array;
  /** Whether structured replies were agreed upon. */
  readonly structured: boolean;
  readonly readOnly: boolean;
  /** Bytes of the export, as the client was told. */
  readonly size: number;
  /** Requests under way at a time. */
  readonly requests: number;
  /** Bytes of its reads and writes under way. */
  readonly bytes: number;
  /** Bytes of the reads and writes of all lines under way. */
  readonly totalBytes: number;
  /** Milliseconds without a byte after which a client is given up that owes something. */
  readonly stallTimeout: number;
}

/** A request that a line leaves to the server. */
export interface LineRequest {
  /** For the answer. */
  readonly number: number;
  /** Its 28 bytes. */
  readonly request: Uint8Array;
  /** Of a write that can be done. */
  readonly data?: Uint8Array;
  /** Why it failed. */
  readonly error?: unknown;
}

/** What a line did so far, and has under way. */
export interface LineCounts {
  readonly inFlight: number;
  readonly reads: number;
  readonly writes: number;
  readonly flushes: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** A client from the end of its handshake on, whose plain reads and writes never meet JavaScript. */
export interface Line {
  readonly counts: LineCounts;
  /**
   * Settles when nothing of it is under way any more: the client has gone or was sent away, it sent no request where one
   * should be, left one unfinished, or took no replies; or the export is closed. Never rejects.
   */
  readonly ended: Promise<'gone' | 'nonsense' | 'unfinished' | 'unread' | 'closed'>;
  /** The next requests to answer; undefined when there will be none. */
  next(): Promise<readonly LineRequest[] | undefined>;
  /** Sends a reply, if the client is still there. The bytes must be left alone until this settles. Never rejects. */
  reply(number: number, bytes: Uint8Array): Promise<void>;
  /** Takes no more requests, and ends when those under way are answered. */
  end(): void;
  /** Ends the connection at once; what is under way goes on. */
  destroy(): void;
}
