/** What clients did with an export since the server started. */
export interface ExportStatistics {
  /** Connections that are in transmission. */
  connections: number;
  /** Requests under way. */
  inFlight: number;
  /** Reads done. */
  reads: number;
  /** Writes done. */
  writes: number;
  /** Flushes done. */
  flushes: number;
  /** Trims done. */
  trims: number;
  /** Zero writes done. */
  zeroes: number;
  /** Questions for the allocation, answered. */
  blockStatuses: number;
  /** Bytes of reads done. */
  bytesRead: number;
  /** Bytes of writes done. */
  bytesWritten: number;
  /** Requests that were refused or failed. */
  errors: number;
}

export function noStatistics(): ExportStatistics {
  return {
    connections: 0,
    inFlight: 0,
    reads: 0,
    writes: 0,
    flushes: 0,
    trims: 0,
    zeroes: 0,
    blockStatuses: 0,
    bytesRead: 0,
    bytesWritten: 0,
    errors: 0,
  };
}
