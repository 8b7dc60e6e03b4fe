/** One request that an emulator had. */
export interface RequestRecord {
  /** When it came, in milliseconds since the epoch. */
  time: number;
  /** The method, such as `GET`. */
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

/** The latest requests, oldest first; each is there from its arrival on. */
export class RequestLog {
  readonly #onRequest: ((record: RequestRecord) => void) | undefined;
  #records: RequestRecord[] = [];

  constructor(onRequest?: (record: RequestRecord) => void) {
    this.#onRequest = onRequest;
  }

  /** Notes a request that has just come. */
  begin({
    time,
    method,
    path,
    reqId,
  }: Pick<RequestRecord, 'time' | 'method' | 'path' | 'reqId'>): RequestRecord {
    const withoutToken = path.replace(/([?&]token=)[^&]*/gi, '$1…');
    const record = { time, method, path: withoutToken, status: 0, reqId, bytesIn: 0, bytesOut: 0 };
    this.#records.push(record);
    if (this.#records.length > capacity * 2) this.#records = this.#records.slice(-capacity);
    return record;
  }

  /** Tells the listener of a request that is over. What it throws is not the request's concern. */
  end(record: RequestRecord): void {
    if (this.#onRequest) process.nextTick(this.#onRequest, { ...record });
  }

  list(): RequestRecord[] {
    return this.#records.slice(-capacity).map(record => ({ ...record }));
  }
}
