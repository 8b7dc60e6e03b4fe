/** One request that an emulator had. */
export interface RequestRecord {
  /** When it came, in milliseconds since the epoch. */
  time: number;
  method: string;
  /** The request target as sent; the value of a `token` in its query is left out. */
  path: string;
  /** What was answered; 0 when the connection ended without an answer. */
  status: number;
  /** The `X-Reqid` of the answer. */
  reqId: string;
  /** Bytes of request body that were taken. */
  bytesIn: number;
  /** Bytes of response body that were sent. */
  bytesOut: number;
  /** Why a request was refused or failed. */
  message?: string;
}

/** How many requests are remembered. */
const capacity = 10_000;

/** The latest requests, oldest first. */
export class RequestLog {
  readonly #onRequest: ((record: RequestRecord) => void) | undefined;
  #records: RequestRecord[] = [];

  constructor(onRequest?: (record: RequestRecord) => void) {
    this.#onRequest = onRequest;
  }

  add(record: RequestRecord): void {
    const safe = { ...record, path: record.path.replace(/([?&]token=)[^&]*/gi, '$1…') };
    this.#records.push(safe);
    if (this.#records.length > capacity * 2) this.#records = this.#records.slice(-capacity);
    this.#onRequest?.(safe);
  }

  list(): RequestRecord[] {
    return this.#records.slice(-capacity);
  }
}
