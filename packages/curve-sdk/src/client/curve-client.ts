import { types } from 'node:util';
import { createClient, type NativeConfig } from '@curve-wcs/curve-native';
import { type CallOptions, Course } from '../call-options.js';
import {
  checkAddresses,
  checkChoice,
  checkName,
  checkNewPath,
  checkNotRoot,
  checkPath,
  checkStripe,
  checkWhole,
  invalid,
} from '../checks.js';
import { Cluster } from '../cluster/cluster.js';
import { CurveError } from '../errors/curve-error.js';
import { NativeSnapshots } from '../native-snapshots/native-snapshots.js';
import type { OperationMetrics } from '../observe/operation-counters.js';
import { Snapshots } from '../snapshots/snapshots.js';
import { OpenVolume } from '../volume/open-volume.js';
import { Volume } from '../volume/volume.js';
import { Connection } from './connection.js';
import { type FileInfo, fileInfo, pathIn } from './file-info.js';
import { makeDirectories } from './make-directories.js';
import type {
  ConnectOptions,
  CreateVolumeOptions,
  MkdirOptions,
  MountPoint,
  OpenOptions,
  Poolset,
  Usage,
} from './options.js';
import { removeAll } from './remove-all.js';
import { type Segment, segmentsOf } from './segments.js';
import { type ClientStats, clientStats } from './stats.js';
import { isInBin, Trash } from './trash.js';

/**
 * A client of a Curve cluster. All calls are promises, may be made at once, and reject with a {@link CurveError} that
 * says what the server said. Every call takes a `signal` and a `deadline`. An idle client does not keep the process
 * alive.
 *
 * What is asked of an MDS is repeated when no answer comes, by the settings of client.conf. So a call that changes something
 * may be done although it rejects, with `TIMEOUT`, an `AbortError` or no answer, and as long as half a minute later, when
 * the MDS takes such a request no more; the error's `hint` says so. And where an earlier attempt has done the work, a
 * repeated one is told what it then finds: `createVolume` and `mkdir` reject with `EXISTS`, `rename`, `remove`, `rmdir` and
 * `trash.restore` with `NOTEXIST`, `trash.purge` with the status `kFileUnderDeleting`, and `hint` says that too. `extend` and
 * `changeOwner` may be repeated at will; each `increaseEpoch` raises the epoch once more. A late `remove` or `rename` moves
 * what is at its path by then. Segments of discarded ranges are given back by a call that is never repeated.
 *
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 *
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
 * await curve.createVolume('/vol1', { size: 10 * 2 ** 30 });
 * await using volume = await curve.open('/vol1');
 * ```
 */
export class CurveClient implements AsyncDisposable {
  /** The recycle bin. */
  readonly trash: Trash;
  /** What whoever runs the cluster asks it: health, space, servers, clients, limits. */
  readonly cluster: Cluster;
  /** Snapshots, clones and recoveries, by the snapshot-clone service. */
  readonly snapshots: Snapshots;
  /** Snapshots that the MDS itself keeps while somebody copies them. */
  readonly nativeSnapshots: NativeSnapshots;
  readonly #connection: Connection;
  readonly #volumes = new Set<OpenVolume>();
  #closing: Promise<void> | undefined;

  private constructor(connection: Connection, snapshotClone: readonly string[]) {
    this.#connection = connection;
    this.trash = new Trash(connection);
    this.cluster = new Cluster(connection);
    this.snapshots = new Snapshots(connection, snapshotClone);
    this.nativeSnapshots = new NativeSnapshots(connection);
  }

  /**
   * Reads the configuration and asks the cluster for its id, so that a wrong address fails here, unless `lazy` is set.
   *
   * @param config - path of a client.conf, or its keys as an object where all but `mds.listen.addr` may be left out
   * (curve-protocol.md §4.1)
   * @throws CurveError `CONFIG` if the configuration is missing or wrong, `FAILED` if no MDS answers
   */
  static async connect(config: NativeConfig, options: ConnectOptions): Promise<CurveClient> {
    const user = nativeUser(options?.user);
    checkChoice(options?.lazy, [true, false], 'connect', 'lazy');
    const course = new Course(options, 'connect');
    const snapshotClone = options?.snapshotClone ?? [];
    checkAddresses(snapshotClone, 'connect', 'snapshotClone');
    const client = new CurveClient(new Connection(started(config), user), snapshotClone);
    if (options.lazy) return client;
    try {
      await client.#connection.ask(course, native => native.clusterId(course.step()));
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /**
   * Creates a volume (CreateFile, curve-protocol.md §5.2).
   *
   * @returns what it is now
   * @throws CurveError `EXISTS`, `LENGTH_NOT_SUPPORT` the cluster does not take the size or has no room, `NOTEXIST` a
   * directory on the way or the poolset, `PARAM_ERROR` the stripes do not fit
   */
  async createVolume(path: string, options: CreateVolumeOptions): Promise<FileInfo> {
    const operation = 'createVolume';
    checkNewPath(path, operation);
    const { size: length, stripe, poolset } = options ?? {};
    checkWhole(length, operation, 'size', 1);
    if (stripe !== undefined) checkStripe(stripe, operation);
    if (poolset !== undefined) checkName(poolset, operation, 'poolset');
    const volume = { length, stripeUnit: stripe?.unit, stripeCount: stripe?.count, poolset };
    return this.#connection.steps(operation, path, options, async course => {
      const info = await this.#connection.ask(course, async (native, user) => {
        await native.create(path, user, volume, course.step());
        return native.stat(path, user, course.step());
      });
      return fileInfo(path, info);
    });
  }

  /**
   * What is known of a volume or directory (GetFileInfo).
   *
   * @throws CurveError `NOTEXIST`, `AUTHFAIL` it is somebody else's
   */
  async stat(path: string, options?: CallOptions): Promise<FileInfo> {
    checkPath(path, 'stat');
    const info = await this.#call('stat', path, options, (native, user) => native.stat(path, user, options));
    return fileInfo(path, info);
  }

  /** Whether there is a volume or directory; other failures than its absence reject. */
  async exists(path: string, options?: CallOptions): Promise<boolean> {
    checkPath(path, 'exists');
    try {
      await this.#call('exists', path, options, (native, user) => native.stat(path, user, options));
      return true;
    } catch (error) {
      if (error instanceof CurveError && MISSING.has(error.status)) return false;
      throw error;
    }
  }

  /**
   * What is in a directory, in the order of the names' bytes (ListDir).
   *
   * @param path - `/` by default, which only root may list
   * @throws CurveError `NOTEXIST`, `AUTHFAIL`, `UNKNOWN` with the status `kNotDirectory` it is a volume
   */
  async *list(path = '/', options?: CallOptions): AsyncGenerator<FileInfo, void, undefined> {
    checkPath(path, 'list');
    const entries = await this.#call('list', path, options, (native, user) =>
      native.list(path, user, options),
    );
    for (const entry of entries) yield fileInfo(pathIn(path, entry.fileName), entry);
  }

  /**
   * Opens a volume (OpenFile, curve-protocol.md §4.5); it may be open any number of times, and anywhere. Once it turns out
   * that it was removed or replaced meanwhile, its reads and writes fail with `NOTEXIST`; libcurve's never end.
   *
   * @throws CurveError `NOTEXIST`, `AUTHFAIL`, `NOT_SUPPORT` it is a directory
   */
  async open(path: string, options?: OpenOptions): Promise<Volume> {
    checkPath(path, 'open');
    checkChoice(options?.exclusive, [true, false], 'open', 'exclusive');
    return this.#connection.steps('open', path, options, async course => {
      const [fd, info] = await this.#connection.ask(course, async (native, user) => {
        const opening = { exclusive: options?.exclusive, failWhenLost: true };
        const fd = await native.open(path, user, opening, course.step());
        return [fd, native.statFd(fd)] as const;
      });
      const same = [...this.#volumes].find(other => other.info.id === info.id);
      const open = new OpenVolume(this.#connection, fd, fileInfo(path, info), same);
      this.#volumes.add(open);
      return new Volume(open, () => {
        if (this.#volumes.delete(open)) this.#connection.volumes.closed(open.path);
      });
    });
  }

  /**
   * Makes a volume larger (ExtendFile); whoever has it open can use the new range at once.
   *
   * @param size - bytes; it must grow by whole segments
   * @throws CurveError `NO_SHRINK_BIGGER_FILE` it has more already, `UNKNOWN` with the status `kExtentUnitError`,
   * `LENGTH_NOT_SUPPORT` too large, `NOT_SUPPORT` it is a directory, `NOTEXIST`
   */
  async extend(path: string, size: number, options?: CallOptions): Promise<void> {
    checkPath(path, 'extend');
    checkWhole(size, 'extend', 'size', 1);
    await this.#call('extend', path, options, (native, user) => native.extend(path, user, size, options));
  }

  /**
   * Renames a volume (RenameFile); one that is at `to` goes to the recycle bin.
   *
   * @throws CurveError `NOTEXIST`, `EXISTS` `to` is a directory or the same, `FILE_OCCUPIED` one of them is open,
   * `NOT_SUPPORT` `from` is a directory, `AUTHFAIL`
   */
  async rename(from: string, to: string, options?: CallOptions): Promise<void> {
    checkPath(from, 'rename', 'from');
    checkNotRoot(from, 'rename', 'from');
    checkNewPath(to, 'rename', 'to');
    if (to.startsWith(`${from}/`)) throw invalid('rename', 'to', `outside of ${from}`, to);
    if (from.startsWith(`${to}/`)) throw invalid('rename', 'to', `no directory that ${from} is in`, to);
    await this.#call('rename', from, options, (native, user) => native.rename(from, to, user, options));
  }

  /**
   * Moves a volume to the recycle bin, or removes an empty directory for good (DeleteFile).
   *
   * @throws CurveError `NOTEXIST`, `FILE_OCCUPIED` it is open somewhere, `NOT_EMPTY`, `UNDER_SNAPSHOT`,
   * `DELETE_BEING_CLONED`, `AUTHFAIL`
   */
  async remove(path: string, options?: CallOptions): Promise<void> {
    checkPath(path, 'remove');
    checkNotRoot(path, 'remove');
    if (isInBin(path))
      throw invalid('remove', 'path', 'outside of the recycle bin: trash.purge() is for that', path);
    await this.#call('remove', path, options, (native, user) => native.unlink(path, user, options));
  }

  /**
   * Makes a directory (CreateFile).
   *
   * @throws CurveError `EXISTS`, `NOTEXIST` a directory on the way, `AUTHFAIL`
   */
  async mkdir(path: string, options?: MkdirOptions): Promise<void> {
    checkNewPath(path, 'mkdir');
    checkChoice(options?.recursive, [true, false], 'mkdir', 'recursive');
    await this.#connection.steps('mkdir', path, options, async course => {
      if (options?.recursive) return makeDirectories(this.#connection, path, course);
      return this.#connection.ask(course, (native, user) => native.mkdir(path, user, course.step()));
    });
  }

  /**
   * Removes an empty directory, and only that (DeleteFile).
   *
   * @throws CurveError `NOT_EMPTY`, `NOTEXIST`, `INVALID_ARGUMENT` it is a volume, `AUTHFAIL`
   */
  async rmdir(path: string, options?: CallOptions): Promise<void> {
    checkPath(path, 'rmdir');
    checkNotRoot(path, 'rmdir');
    await this.#connection.steps('rmdir', path, options, async course => {
      await this.#connection.ask(course, async (native, user) => {
        const { fileType } = await native.stat(path, user, course.step());
        // The MDS would move it to the recycle bin.
        if (fileType !== 0) throw invalid('rmdir', 'path', 'a directory, not a volume', path);
        await native.rmdir(path, user, course.step());
      });
    });
  }

  /**
   * Removes a directory and all below it, or a volume: what is in a directory first, in the order of the names' bytes;
   * volumes go to the recycle bin. Stops at the first failure.
   *
   * @throws CurveError as {@link remove}, with the `path` of the entry that could not be removed
   */
  async removeAll(path: string, options?: CallOptions): Promise<void> {
    checkPath(path, 'removeAll');
    checkNotRoot(path, 'removeAll');
    if (path === '/RecycleBin' || isInBin(path)) {
      throw invalid('removeAll', 'path', 'outside of the recycle bin: trash.purge() is for that', path);
    }
    await this.#connection.steps('removeAll', path, options, course =>
      removeAll(this.#connection, path, course),
    );
  }

  /**
   * Gives a volume or an empty directory to somebody else (ChangeOwner).
   *
   * @throws CurveError `AUTHFAIL` unless the user is root, `FILE_OCCUPIED`, `NOT_EMPTY`, `NOTEXIST`
   */
  async changeOwner(path: string, owner: string, options?: CallOptions): Promise<void> {
    checkPath(path, 'changeOwner');
    checkName(owner, 'changeOwner', 'owner');
    await this.#call('changeOwner', path, options, (native, user) =>
      native.changeOwner(path, owner, user, options),
    );
  }

  /** The cluster's id (GetClusterInfo). */
  async clusterId(options?: CallOptions): Promise<string> {
    return this.#call('clusterId', undefined, options, native => native.clusterId(options));
  }

  /** The cluster's poolsets (ListPoolset). */
  async poolsets(options?: CallOptions): Promise<Poolset[]> {
    return this.#call('poolsets', undefined, options, native => native.listPoolset(options));
  }

  /** How much space a volume, or all volumes below a directory, have and take (GetFileSize, GetAllocatedSize). */
  async usage(path: string, options?: CallOptions): Promise<Usage> {
    checkPath(path, 'usage');
    return this.#connection.steps('usage', path, options, async course => {
      const at = course.step();
      const [length, { total, byPool }] = await this.#connection.ask(course, native =>
        Promise.all([native.fileSize(path, at), native.allocatedSize(path, at)]),
      );
      return {
        length: Number(length),
        allocated: Number(total),
        byPool: new Map([...byPool].map(([pool, size]) => [pool, Number(size)])),
      };
    });
  }

  /**
   * Who has a volume open (FindFileMountPoint). Anybody may ask. That nobody has open what is not there, an MDS does
   * not tell from other answers; so then GetFileInfo is asked, too.
   *
   * @throws CurveError `NOTEXIST`, as far as the user may know
   */
  async mounts(path: string, options?: CallOptions): Promise<MountPoint[]> {
    checkPath(path, 'mounts');
    return this.#connection.steps('mounts', path, options, async course => {
      const mounts = await this.#connection.ask(course, native => native.mountPoints(path, course.step()));
      if (mounts.length > 0) return mounts;
      try {
        await this.#connection.ask(course, (native, user) => native.stat(path, user, course.step()));
      } catch (error) {
        // Whoever may not look at it still knows who has it open.
        if (!(error instanceof CurveError && error.status === 'kOwnerAuthFail')) throw error;
      }
      return mounts;
    });
  }

  /**
   * Which segments of a volume have space, and where, in order (GetOrAllocateSegment without allocating,
   * GetChunkServerListInCopySets).
   */
  async *segments(path: string, options?: CallOptions): AsyncGenerator<Segment, void, undefined> {
    const { kind, length, segmentSize } = await this.stat(path, options);
    if (kind !== 'volume') throw invalid('segments', 'path', 'that of a volume, not of a directory', path);
    yield* segmentsOf(this.#connection, { path, length, segmentSize }, options);
  }

  /**
   * What the calls of this client have done, by operation and volume, whether it is open or was closed. Asks nobody. `@curve-wcs/curve-sdk/exporter` makes Prometheus' text of it.
   */
  metrics(): OperationMetrics[] {
    return this.#connection.metrics();
  }

  /** The MDSs of the configuration, as `ip:port`. */
  mdsAddresses(): string[] {
    return this.#connection.native.mdsAddresses();
  }

  /** What this client has done since it was connected. Asks nobody. */
  stats(): ClientStats {
    return clientStats(this.#connection.native.statistics());
  }

  /**
   * Waits for the calls under way, refuses others, and closes the volumes. May be repeated. After the deadline, or when
   * the signal is aborted, what is still under way is given up and rejects with `CLOSED`, and the cluster has half a second
   * to hear of it, without a deadline ten: a volume that it has not heard of being closed counts as open until its lease
   * has run out.
   */
  async close(options?: CallOptions): Promise<void> {
    // A signal that is aborted already asks for haste.
    const course = options?.signal?.aborted ? undefined : new Course(options, 'close');
    this.#closing ??= this.#close();
    await course?.unlessOver(this.#closing).catch(() => {});
    await this.#connection.end(IN_HASTE);
    await this.#closing;
  }

  /** Calls {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const volumesSettled = () => Promise.all([...this.#volumes].map(volume => volume.endCalls()));
    await Promise.all([this.#connection.endCalls(), volumesSettled()]);
    // An open may have been under way.
    await volumesSettled();
    await this.#connection.end(AT_LEISURE);
    for (const volume of this.#volumes) volume.markClosed();
    this.#volumes.clear();
  }

  #call: Connection['call'] = (operation, path, options, work) =>
    this.#connection.call(operation, path, options, work);
}

/** Milliseconds that an MDS has to answer at the end. */
const IN_HASTE = 500;
const AT_LEISURE = 10_000;

const MISSING = new Set<string | undefined>(['kFileNotExists', 'kDirNotExist', 'kNotDirectory']);

function nativeUser(user: unknown) {
  const { name, password } = typeof user === 'string' ? { name: user, password: undefined } : Object(user);
  checkName(name, 'connect', 'user');
  if (password !== undefined && typeof password !== 'string') {
    throw new CurveError('INVALID_ARGUMENT', 'connect: user.password must be a string', {
      operation: 'connect',
    });
  }
  return { owner: name, password };
}

function started(config: NativeConfig) {
  if (typeof config !== 'string' && (typeof config !== 'object' || config === null)) {
    throw invalid('connect', 'config', 'the path of a client.conf, or its keys as an object', config);
  }
  try {
    return createClient(config);
  } catch (error) {
    const message = `connect: ${types.isNativeError(error) ? error.message : String(error)}`;
    throw new CurveError('CONFIG', message, { operation: 'connect', cause: error });
  }
}
