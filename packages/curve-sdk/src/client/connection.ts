import type { NativeClient, NativeUser } from '@curve-wcs/curve-native';
import { type CallOptions, Course, checkCallOptions } from '../call-options.js';
import { closed } from '../errors/curve-error.js';
import { curveError, type FailedCall } from '../errors/native-failure.js';
import { ObservedCall } from '../observe/observed-call.js';
import { Counters, type OperationMetrics } from '../observe/operation-counters.js';
import { VolumeCounters } from '../observe/volume-counters.js';
import { InFlight } from './in-flight.js';

type Work<T> = (native: NativeClient, user: NativeUser) => Promise<T>;

/** The native client and its user: how calls about paths and about the cluster are made. */
export class Connection {
  readonly native: NativeClient;
  readonly user: NativeUser;
  readonly #calls = new InFlight();
  readonly #counters = new Counters();
  /** Counters of volumes. */
  readonly volumes = new VolumeCounters();
  readonly #end = new AbortController();
  #ended = false;

  constructor(native: NativeClient, user: NativeUser) {
    this.native = native;
    this.user = user;
  }

  /** Aborted when what is under way is given up. */
  get ending(): AbortSignal {
    return this.#end.signal;
  }

  /** A caller's call that is one call to the cluster. */
  async call<T>(
    operation: string,
    path: string | undefined,
    options: CallOptions | undefined,
    work: Work<T>,
  ): Promise<T> {
    checkCallOptions(options, operation, path);
    return this.#observed(operation, path, () =>
      this.ask({ operation, path, signal: options?.signal }, work),
    );
  }

  /** A caller's call that takes several steps, made with {@link ask}. */
  async steps<T>(
    operation: string,
    path: string | undefined,
    options: CallOptions | undefined,
    work: (course: Course) => Promise<T>,
  ): Promise<T> {
    const course = new Course(options, operation, path);
    return this.#observed(operation, path, () => work(course));
  }

  /** Asks the cluster; a failure says what the caller wanted. */
  async ask<T>(call: FailedCall, work: Work<T>): Promise<T> {
    try {
      return await work(this.native, this.user);
    } catch (error) {
      throw curveError(error, call);
    }
  }

  /** Refuses callers from now on; settles when the calls under way have ended. */
  async endCalls(): Promise<void> {
    this.#ended = true;
    await this.#calls.settled();
  }

  /**
   * Closes the volumes and ends the native client; calls under way are cancelled. May be repeated, with less patience.
   *
   * @param patience - milliseconds for the cluster to hear of it
   */
  async end(patience: number): Promise<void> {
    this.#end.abort();
    await this.native.uninit({ deadline: patience });
  }

  /** What all calls have done so far. */
  metrics(): OperationMetrics[] {
    return [...this.#counters.report(), ...this.volumes.report()];
  }

  async #observed<T>(operation: string, path: string | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#ended) throw closed('client', operation, path);
    this.#calls.begin();
    const observed = new ObservedCall(this.#counters.of(operation), path);
    try {
      const result = await work();
      observed.done();
      return result;
    } catch (error) {
      throw observed.failed(error);
    } finally {
      this.#calls.end();
    }
  }
}
