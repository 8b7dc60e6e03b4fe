import type { NativeConfig } from '@curve-wcs/curve-native';
import type { CBDClient } from '../cbd/cbd-client.js';

/** A call that the cluster had. */
export interface SeenCall {
  /** Such as `WriteChunk`. */
  readonly method: string;
  /** Its scalar fields by their names in the protocol; 64-bit numbers may be bigint. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Bytes of data that came with it. */
  readonly attachmentIn: number;
}

/** What makes a cluster fail on purpose. An emulator of curve-emulator is one. */
export interface FaultDriver {
  /** The faults in force. */
  readonly faults: {
    /**
     * Makes calls of a method fail until the returned function is called, or `times` are used up.
     *
     * `do` is `status N` or a chunk status in words such as `overload` (answered instead of doing the work), `hang`
     * (no answer), `error N` (a failure of the RPC layer), `wrong-correlation-id` (the work is done, the answer belongs
     * to another call) or `duplicate` (two answers).
     */
    add(rule: { match: { method: string; times?: number }; do: string }): () => void;
  };
  /** The calls so far, oldest first. */
  readonly requests: readonly SeenCall[];
}

/** The functions of a test runner: vitest's, Jest's or Mocha's. */
export interface TestRunner {
  /** Groups tests. */
  describe(name: string, body: () => void): unknown;
  /** Registers a test; `timeout` is in milliseconds. */
  it(name: string, body: () => Promise<void>, timeout?: number): unknown;
}

/** The calls of {@link CBDClient} that the cases make, for running them through another client. */
export type ConformanceClient = Pick<
  CBDClient,
  | 'AioRead'
  | 'AioWrite'
  | 'ChangeOwnerAsync'
  | 'CloseAsync'
  | 'CloseDir'
  | 'Create2Async'
  | 'CreateAsync'
  | 'DeleteForceAsync'
  | 'DiscardAsync'
  | 'Extend4QemuAsync'
  | 'ExtendAsync'
  | 'GetClusterIdAsync'
  | 'IncreaseEpochAsync'
  | 'InitAsync'
  | 'ListdirAsync'
  | 'ListPoolsetAsync'
  | 'MkdirAsync'
  | 'Open4QemuAsync'
  | 'OpenAsync'
  | 'OpenDir'
  | 'ReadAsync'
  | 'RecoverAsync'
  | 'RenameAsync'
  | 'RmdirAsync'
  | 'StatFile4QemuAsync'
  | 'StatFileAsync'
  | 'UnInitAsync'
  | 'UnlinkAsync'
  | 'WriteAsync'
>;

/** What the suite runs on. */
export interface ConformanceOptions {
  /** Gives the configuration of the cluster, once it runs: the path of a client.conf or its keys. */
  readonly config: () => NativeConfig;
  /** Where the cases are registered. */
  readonly runner: TestRunner;
  /**
   * Makes a client for the case of that number to run through.
   *
   * @default a {@link CBDClient}
   */
  readonly client?: (caseNumber: number) => ConformanceClient;
  /** @default 'root_password' */
  readonly rootPassword?: string;
  /**
   * How the cluster can be made to fail. Without it the cases that need it are not registered.
   *
   * @default none
   */
  readonly faults?: () => FaultDriver;
  /**
   * Does something while the cluster believes that so many milliseconds have passed, for the case that needs a mount
   * record to expire.
   *
   * @default does it, and the suite waits up to a minute
   */
  readonly later?: (milliseconds: number, action: () => Promise<void>) => Promise<void>;
}
