import type { Topology } from '../cluster/topology.js';
import { FileStatus, FileType, StatusCode } from '../proto/nameserver2_pb.js';
import { StatusFailure } from '../rpc/status-failure.js';
import type { Mutex } from '../storage/mutex.js';
import { Access, type Authenticator, type Caller, type Credentials } from './auth.js';
import type { Cleaner } from './cleaner.js';
import type { IdAllocator } from './id-allocator.js';
import { MountRecords } from './mount-records.js';
import { type Namespace, recycleBin } from './namespace.js';
import { type FileRecord, recycleBinName } from './records.js';
import type { VolumeLimits } from './volume-rules.js';

/** What the metadata service is made of. */
export interface MdsParts {
  namespace: Namespace;
  topology: Topology;
  ids: IdAllocator;
  auth: Authenticator;
  cleaner: Cleaner;
  mutex: Mutex;
  limits: VolumeLimits;
  /** Bytes that each pool can hold. */
  poolCapacity: number;
  /** For how many milliseconds a new leader refuses what mount records could forbid. */
  warmUp: number;
  /** Tells the time in microseconds since the epoch. */
  now: () => number;
}

/**
 * Asks the snapshot-clone service which clones need a volume, or whether it is being copied.
 *
 * @throws Error no server of it runs
 */
export type CloneReferences = (
  source: string,
  user: string,
) => Promise<{ inUse: boolean; clones: { File: string; Inode: number }[] }>;

/** The metadata service: whichever MDS leads, works on this. */
export class Mds {
  readonly namespace: Namespace;
  readonly topology: Topology;
  readonly ids: IdAllocator;
  readonly auth: Authenticator;
  readonly cleaner: Cleaner;
  readonly limits: VolumeLimits;
  readonly poolCapacity: number;
  readonly access: Access;
  readonly mounts: MountRecords;
  readonly now: () => number;
  /** Who depends on a volume as the source of clones; undefined where there is no snapshot-clone service. */
  cloneReferences: CloneReferences | undefined;
  readonly #mutex: Mutex;
  readonly #warmUp: number;
  #leadingSince = 0;

  constructor(parts: MdsParts) {
    this.namespace = parts.namespace;
    this.topology = parts.topology;
    this.ids = parts.ids;
    this.auth = parts.auth;
    this.cleaner = parts.cleaner;
    this.limits = parts.limits;
    this.poolCapacity = parts.poolCapacity;
    this.access = new Access(parts.namespace);
    this.mounts = new MountRecords(parts.now);
    this.now = parts.now;
    this.#mutex = parts.mutex;
    this.#warmUp = parts.warmUp;
  }

  /** Does what an MDS does when it becomes leader: makes the recycle bin, sets ids aside, goes on deleting. */
  async lead(): Promise<void> {
    await this.exclusive(async () => {
      const bin = recycleBin(this.auth.rootUser, recycleBinName, this.now());
      await this.namespace.commit({ put: bin }, this.ids.startBundle());
      this.#leadingSince = this.now();
    });
    this.cleaner.wake();
  }

  /** Runs what reads, decides and writes, so that nothing else changes the namespace meanwhile. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(work);
  }

  identify(credentials: Credentials, ...paths: string[]): Caller {
    return this.auth.identify(credentials, ...paths);
  }

  /**
   * Guards a volume that is to be deleted, renamed, overwritten or given away (protocol 5.3).
   *
   * @throws StatusFailure kFileUnderSnapShot, kDeleteFileBeingCloned, kNotSupported, kFileOccupied
   */
  guard(file: FileRecord, path: string): void {
    if (this.namespace.snapshotOf(file)) throw new StatusFailure(StatusCode.kFileUnderSnapShot);
    if (file.status === FileStatus.kFileBeingCloned)
      throw new StatusFailure(StatusCode.kDeleteFileBeingCloned);
    if (this.warmsUp(1)) throw new StatusFailure(StatusCode.kNotSupported);
    if (this.mounts.of(path)?.length) throw new StatusFailure(StatusCode.kFileOccupied);
  }

  /** Whether it leads for less than so many times the time in which clients make themselves known. */
  warmsUp(times: number): boolean {
    const since = this.now() - this.#leadingSince;
    return this.#warmUp > 0 && since < times * this.#warmUp * 1000;
  }

  /** Bytes that are left in the pool of a poolset. */
  free(poolId: number): number {
    return this.poolCapacity - this.namespace.allocatedIn(poolId);
  }
}

/** @throws StatusFailure the given one, unless the file is a volume */
export function requireVolume(file: FileRecord, otherwise: StatusCode): void {
  if (file.type !== FileType.INODE_PAGEFILE) throw new StatusFailure(otherwise);
}

/** @throws StatusFailure kFileIdNotMatch when a request names an id (0 does not) and the file has another */
export function requireId(file: FileRecord, id: bigint): void {
  if (id !== 0n && id !== BigInt(file.id)) throw new StatusFailure(StatusCode.kFileIdNotMatch);
}
