/** Duration buckets: entry i counts those under 2^i milliseconds that fit no earlier one. */
const BUCKETS = 24;

/** What the requests of one kind have done so far. */
export interface RequestMetrics {
  /** What they ask for, such as `stat`, `mkblk` or `bput`. */
  readonly operation: string;
  /** Requests whose answer's head came, or that failed before; each attempt is one. */
  readonly requests: number;
  /** Those under way. */
  readonly inFlight: number;
  /** How many were answered with which HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How many were not answered, by the code of the error. */
  readonly errors: Readonly<Record<string, number>>;
  /** Bytes of bodies that were in memory or of a known length, of requests that were answered. */
  readonly bytesSent: number;
  /** Bytes of answers that were read whole. */
  readonly bytesReceived: number;
  /** Seconds that they took together, until the answer's head for those whose body is a stream. */
  readonly seconds: number;
  /** How many took how long: entry i counts those under 2^i milliseconds that fit no earlier entry. */
  readonly durations: readonly number[];
}

/** Counts requests of one kind. */
class Counters {
  inFlight = 0;
  #requests = 0;
  #bytesSent = 0;
  #bytesReceived = 0;
  #milliseconds = 0;
  readonly #statuses = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  readonly #durations = new Array<number>(BUCKETS).fill(0);

  answered(status: number, sent: number, received: number): void {
    count(this.#statuses, String(status));
    this.#bytesSent += sent;
    this.#bytesReceived += received;
  }

  failed(code: string): void {
    count(this.#errors, code);
  }

  ended(milliseconds: number): void {
    this.inFlight--;
    this.#requests++;
    this.#milliseconds += milliseconds;
    const bucket = Math.min(BUCKETS - 1, 32 - Math.clz32(milliseconds));
    this.#durations[bucket] = (this.#durations[bucket] ?? 0) + 1;
  }

  report(operation: string): RequestMetrics {
    return {
      ...{ operation, requests: this.#requests, inFlight: this.inFlight },
      statuses: Object.fromEntries(this.#statuses),
      errors: Object.fromEntries(this.#errors),
      ...{ bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived },
      seconds: this.#milliseconds / 1000,
      durations: [...this.#durations],
    };
  }
}

/** Counts the requests of a client, by what they ask for. */
export class RequestCounters {
  readonly #all = new Map<string, Counters>();

  of(operation: string): Counters {
    let counters = this.#all.get(operation);
    if (counters === undefined) {
      counters = new Counters();
      this.#all.set(operation, counters);
    }
    return counters;
  }

  report(): RequestMetrics[] {
    return [...this.#all].map(([operation, counters]) => counters.report(operation));
  }
}

function count(numbers: Map<string, number>, key: string): void {
  numbers.set(key, (numbers.get(key) ?? 0) + 1);
}
