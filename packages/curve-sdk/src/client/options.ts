import type { CallOptions } from '../call-options.js';
import type { Stripe } from './file-info.js';

/** Who uses a cluster: a name, or a name and a password. */
export type CurveUser = string | NamedUser;

/** A user with a password. */
export interface NamedUser {
  /** The name, as volumes have it for their owner. */
  readonly name: string;
  /** Only `root` has one: it signs that user's calls (curve-protocol.md §4.4). */
  readonly password?: string | undefined;
}

/** Options of {@link CurveClient.connect}. */
export interface ConnectOptions extends CallOptions {
  /** Who makes all calls of this client, and owns what it creates. */
  readonly user: CurveUser;
  /**
   * Whether the cluster is asked nothing yet, so that a client can be had of one that does not answer.
   *
   * @default false: its id is asked for
   */
  readonly lazy?: boolean | undefined;
  /**
   * Addresses of the snapshot-clone servers, such as `10.0.0.1:5555`, for {@link CurveClient.snapshots}. Only the one that
   * leads listens; with all of them given, another is found when it takes over. client.conf has no key for them.
   *
   * @default none: calls to `snapshots` reject with `CONFIG`
   */
  readonly snapshotClone?: readonly string[] | undefined;
}

/** Options of {@link CurveClient.createVolume}. */
export interface CreateVolumeOptions extends CallOptions {
  /** Bytes. Clusters as shipped take 10 GiB to 20 TiB in steps of 1 GiB. No space is taken before it is written to. */
  readonly size: number;
  /** @default not striped */
  readonly stripe?: Stripe | undefined;
  /**
   * Name of the poolset.
   *
   * @default the cluster's choice
   */
  readonly poolset?: string | undefined;
}

/** Options of {@link CurveClient.open}. */
export interface OpenOptions extends CallOptions {
  /**
   * Whether this client may trust that nobody else writes: a segment that it once saw without space is not asked about
   * again (curve-protocol.md §1.2). Nobody is kept out by it.
   *
   * @default false
   */
  readonly exclusive?: boolean | undefined;
}

/** Options of {@link CurveClient.mkdir}. */
export interface MkdirOptions extends CallOptions {
  /**
   * Makes directories on the way that are missing, and accepts one that is there.
   *
   * @default false
   */
  readonly recursive?: boolean | undefined;
}

/** A poolset: a group of pools that volumes are put into. */
export interface Poolset {
  /** Its id. */
  readonly id: number;
  /** Its name, for {@link CreateVolumeOptions}. */
  readonly name: string;
  /** Kind of its disks. */
  readonly type: string;
  /** What the operator wrote about it. */
  readonly description: string;
}

/** A client that has a volume open. */
export interface MountPoint {
  /** Its address. */
  readonly ip: string;
  /** Its port; 0 if it has not registered one. */
  readonly port: number;
}

/** The space of a volume or of all volumes below a directory. */
export interface Usage {
  /** Bytes that there are to the eye. */
  readonly length: number;
  /** Bytes that are allocated, without replicas. */
  readonly allocated: number;
  /** The same by logical pool id. */
  readonly byPool: ReadonlyMap<number, number>;
}
