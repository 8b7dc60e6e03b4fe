import { createClient, type NativeClient, type NativeConfig } from '@curve-wcs/curve-native';
import { LIBCURVE_ERROR } from './error-codes.js';
import { resultCode } from './result-code.js';

/** One call in both of its forms, with its arguments already checked. */
export interface Operation<T> {
  /** Waits in the calling thread. */
  now(client: NativeClient): T;
  /** Waits in the client's thread. */
  later(client: NativeClient): Promise<T>;
  /** What the caller gets for a negative code. */
  refused(code: number): T;
  /** What the call gives before Init and after UnInit. */
  readonly uninitialised?: number;
}

/** The native client between Init and UnInit, and how calls are made on it. */
export class Session {
  #client: NativeClient | undefined;

  /** The native client, if there is one. */
  get client(): NativeClient | undefined {
    return this.#client;
  }

  /** Begins; on a session that has begun the configuration is ignored. */
  begin(config: NativeConfig): number {
    try {
      this.#client ??= createClient(config);
      return LIBCURVE_ERROR.OK;
    } catch (error) {
      return resultCode(error);
    }
  }

  /** Ends the session; a new one may begin at once. */
  take(): NativeClient | undefined {
    const client = this.#client;
    this.#client = undefined;
    return client;
  }

  now<T>(operation: Operation<T>): T {
    if (this.#client === undefined) return uninitialised(operation);
    try {
      return operation.now(this.#client);
    } catch (error) {
      return operation.refused(resultCode(error));
    }
  }

  async later<T>(operation: Operation<T>): Promise<T> {
    if (this.#client === undefined) return uninitialised(operation);
    try {
      return await operation.later(this.#client);
    } catch (error) {
      return operation.refused(resultCode(error));
    }
  }
}

function uninitialised<T>(operation: Operation<T>): T {
  return operation.refused(operation.uninitialised ?? -LIBCURVE_ERROR.FAILED);
}
