/** Duration buckets: entry i counts those under 2^i microseconds that fit no earlier one. */
const BUCKETS = 32;

/** What calls of one kind have done so far. */
export interface OperationMetrics {
  /** The call, such as `read` or `trash.restore`. */
  readonly operation: string;
  /**
   * The volume, of calls of a {@link Volume}. The last 64 that were closed are told of one by one, and those before them
   * together as `(closed)`.
   */
  readonly volume?: string;
  /** Calls that have settled. */
  readonly calls: number;
  /** Calls under way. */
  readonly inFlight: number;
  /** Bytes read, written or discarded by those that succeeded. */
  readonly bytes: number;
  /** Those that failed, by the code of their error. */
  readonly errors: Readonly<Record<string, number>>;
  /** Seconds that they took together. */
  readonly seconds: number;
  /** How many took how long: entry i counts those under 2^i microseconds that fit no earlier entry. */
  readonly durations: readonly number[];
}

/** Counts calls of one kind. */
export class OperationCounters {
  readonly operation: string;
  readonly volume: string | undefined;
  inFlight = 0;
  #calls = 0;
  #bytes = 0;
  #microseconds = 0;
  readonly #errors = new Map<string, number>();
  readonly #durations = new Float64Array(BUCKETS);

  constructor(operation: string, volume: string | undefined) {
    this.operation = operation;
    this.volume = volume;
  }

  settled(microseconds: number, bytes: number): void {
    this.inFlight--;
    this.#calls++;
    this.#bytes += bytes;
    this.#microseconds += microseconds;
    const bucket = Math.min(BUCKETS - 1, 32 - Math.clz32(Math.min(microseconds, 2 ** 31)));
    this.#durations[bucket] = (this.#durations[bucket] ?? 0) + 1;
  }

  failed(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  /** Adds what others of its kind did. */
  absorb(other: OperationCounters): void {
    this.#calls += other.#calls;
    this.#bytes += other.#bytes;
    this.#microseconds += other.#microseconds;
    for (const [code, count] of other.#errors) this.#errors.set(code, (this.#errors.get(code) ?? 0) + count);
    for (const [bucket, count] of other.#durations.entries())
      this.#durations[bucket] = (this.#durations[bucket] ?? 0) + count;
  }

  report(): OperationMetrics {
    return {
      operation: this.operation,
      ...(this.volume !== undefined && { volume: this.volume }),
      ...{ calls: this.#calls, inFlight: this.inFlight, bytes: this.#bytes },
      errors: Object.fromEntries(this.#errors),
      seconds: this.#microseconds / 1e6,
      durations: [...this.#durations],
    };
  }
}

/** Counters by operation, of one client or of one volume. */
export class Counters {
  readonly #all = new Map<string, OperationCounters>();
  readonly #volume: string | undefined;

  constructor(volume?: string) {
    this.#volume = volume;
  }

  of(operation: string): OperationCounters {
    let counters = this.#all.get(operation);
    if (counters === undefined) {
      counters = new OperationCounters(operation, this.#volume);
      this.#all.set(operation, counters);
    }
    return counters;
  }

  /** Whether nothing that it counts is under way. */
  get isIdle(): boolean {
    return [...this.#all.values()].every(({ inFlight }) => inFlight === 0);
  }

  /** Adds what others did. */
  absorb(other: Counters): void {
    for (const [operation, counters] of other.#all) this.of(operation).absorb(counters);
  }

  report(): OperationMetrics[] {
    return [...this.#all.values()].map(counters => counters.report());
  }
}
