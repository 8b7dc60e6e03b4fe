import type { NativeConfig } from '@curve-wcs/curve-native';
import { LIBCURVE_ERROR } from './error-codes.js';
import * as paths from './path-operations.js';
import { namesOf, PromiseCalls } from './promise-calls.js';
import type { CreateContext, CurveAioContext, DirInfo, FileInfo_t, Integer, UserInfo } from './types.js';
import * as volumes from './volume-operations.js';

/**
 * The mirror of Curve's Python class `curvefs.CBDClient`: the same calls with the same arguments, synchronous, with
 * libcurve's integer results (curve-protocol.md §5), for porting scripts. Each call also exists as a promise with
 * `Async` after its name.
 *
 * Results are 0 or more for success and a negative {@link LIBCURVE_ERROR} for failure; {@link errorName} names them.
 * Every call with a path may also give -2 (not initialised, or no answer within `mds.maxRetryMS`), -16 (malformed
 * path), -4 (not the owner, wrong password), -6 (a directory on the way is missing) and -100 (it is a volume).
 * Arguments of a wrong type throw a `TypeError`, numbers that are not whole or out of range a `RangeError`.
 *
 * Beside the calls of the Python class there are those of libcurve's C interface: the `…4Qemu` forms, Discard, the
 * Aio calls and IncreaseEpoch; those of libcbd are in {@link LibCBD}.
 *
 * @example
 * ```ts
 * import { CBDClient, errorName, UserInfo_t } from '@curve-wcs/curve-sdk';
 *
 * const cbd = new CBDClient();
 * const user = new UserInfo_t('alice');
 * cbd.Init('/etc/curve/client.conf');
 * const result = cbd.Create('/vol1', user, 10 * 2 ** 30);
 * if (result < 0) console.log(errorName(result)); // → FAILED
 * cbd.UnInit();
 * ```
 */
export class CBDClient extends PromiseCalls {
  /**
   * Reads the configuration. Asks nobody, so a wrong address is noticed by the first call.
   *
   * @param config - path of a client.conf, or its keys as an object where all but `mds.listen.addr` may be left out
   * (curve-protocol.md §4.1)
   * @returns 0, also when initialised before: then `config` is ignored. -2 if the configuration is missing or wrong.
   */
  Init(config: NativeConfig): number {
    return this.session.begin(config);
  }

  /**
   * Closes all descriptors. Afterwards all calls fail, and Init may be called again. An MDS that does not answer is waited
   * for no longer than a second.
   */
  UnInit(): void {
    const client = this.session.take();
    this.io.clear();
    client?.uninitSync();
  }

  /**
   * Opens a volume; it may be open any number of times.
   *
   * @returns a descriptor: 0, 1, 2…, never used twice by one client. -1 for an empty owner; -2 for every refusal of
   * the cluster.
   */
  Open(path: string, user: UserInfo): number {
    return this.session.now(paths.open(path, user));
  }

  /**
   * {@link CBDClient.Open} with path and owner in one string.
   *
   * @param name - `path_owner_`, such as `/vol1_alice_`
   * @returns as Open; -2 with fewer than two underscores
   */
  Open4Qemu(name: string): number {
    return this.session.now(paths.open4Qemu(name));
  }

  /**
   * Waits for the descriptor's I/O and closes it. The callbacks of Aio calls run from the event loop, so those of I/O
   * that this call waited for run after it returned; with {@link PromiseCalls.CloseAsync} they run before.
   *
   * @returns 0; -2 for an unknown descriptor, or if the volume is gone (then the descriptor stays)
   */
  Close(fd: number): number {
    const result = this.session.now(volumes.close(fd));
    if (result === LIBCURVE_ERROR.OK) this.io.forget(fd);
    return result;
  }

  /**
   * Creates a volume. No space is taken until it is written to.
   *
   * @param path - absolute path
   * @param user - becomes the owner
   * @param size - bytes: 10 GiB to 20 TiB, a multiple of 1 GiB
   * @returns 0; -1 it exists; -24 wrong size or no space
   */
  Create(path: string, user: UserInfo, size: Integer): number {
    return this.session.now(paths.create(path, user, size));
  }

  /**
   * Creates a volume in a poolset, striped if so wished.
   *
   * @returns as Create; -16 unit and count do not go together; -6 no such poolset
   */
  Create2(context: CreateContext): number {
    return this.session.now(paths.create2(context));
  }

  /**
   * Moves a volume to `/RecycleBin`; removes an empty directory for good.
   *
   * @returns 0; -6 missing; -12 not empty; -15 it is mounted; -7, -27 it has snapshots or clones
   */
  Unlink(path: string, user: UserInfo): number {
    return this.session.now(paths.unlink(path, user));
  }

  /**
   * Deletes a volume in `/RecycleBin` for good; its space is freed in the background. Only root may.
   *
   * @returns 0; -6 missing; -11 it is not in the recycle bin; -100 already on its way
   */
  DeleteForce(path: string, user: UserInfo): number {
    return this.session.now(paths.deleteForce(path, user));
  }

  /**
   * Brings a volume back from the recycle bin, under `path`.
   *
   * @param id - of the volume; 0 takes the one created last among those that were at `path`
   * @returns 0; -6 nothing to recover; -1 something is at `path`; -100 `id` is not there, or is being deleted
   */
  Recover(path: string, user: UserInfo, id: Integer): number {
    return this.session.now(paths.recover(path, user, id));
  }

  /**
   * Renames a volume. One that is at `newPath` goes to the recycle bin. Note the order of the arguments.
   *
   * @returns 0; -6 missing; -1 `newPath` is a directory or the same; -11 `oldPath` is a directory; -15 mounted
   */
  Rename(user: UserInfo, oldPath: string, newPath: string): number {
    return this.session.now(paths.rename(user, oldPath, newPath));
  }

  /**
   * Makes a volume larger. Open descriptors may use the new range at once.
   *
   * @param size - the new size in bytes; it must grow by a multiple of 1 GiB
   * @returns 0; -13 smaller than now; -24 over 20 TiB; -100 growth is no multiple; -11 a directory; -6 missing
   */
  Extend(path: string, user: UserInfo, size: Integer): number {
    return this.session.now(paths.extend(path, user, size));
  }

  /** {@link CBDClient.Extend} by `path_owner_`; -2 if it is not one or `size` is not over 0. */
  Extend4Qemu(name: string, size: Integer): number {
    return this.session.now(paths.extend4Qemu(name, size));
  }

  /**
   * Reads. What was never written is zeros.
   *
   * @param fd - an open descriptor
   * @param buf - where the bytes go; anything else, such as `''` or `null`, for new memory
   * @param offset - bytes; a multiple of the block size
   * @param length - bytes; a multiple of the block size
   * @returns exactly `length` bytes, a view of `buf` where one was given; or a code: -23 no such descriptor, -22 not
   * aligned, -2 beyond the end, or what a chunkserver said. With length 0 no bytes, whatever the descriptor.
   */
  Read(fd: number, buf: Uint8Array | string | null, offset: Integer, length: number): Buffer | number {
    return this.session.now(volumes.read(fd, buf, offset, length));
  }

  /**
   * Writes. When it returns, the bytes are safe on all replicas.
   *
   * @param fd - an open descriptor
   * @param buf - its first `length` bytes are written
   * @param offset - bytes; a multiple of the block size
   * @param length - bytes; a multiple of the block size
   * @returns `length`; -31 fenced off by another client's IncreaseEpoch; otherwise codes as of Read
   */
  Write(fd: number, buf: Uint8Array, offset: Integer, length: number): number {
    return this.session.now(volumes.write(fd, buf, offset, length));
  }

  /**
   * Says that a range is not needed. Segments (1 GiB) wholly discarded and not touched for `discard.taskDelayMs` are
   * given back and then read as zeros.
   *
   * @returns 0, also for ranges that make no sense; -23 no such descriptor
   */
  Discard(fd: number, offset: Integer, length: Integer): number {
    return this.session.now(volumes.discard(fd, offset, length));
  }

  /**
   * Starts a read into `context.buf`. When it is done, `context.ret` is set and `context.cb` called.
   *
   * @returns 0; -23 no such descriptor, without a callback; -22 not aligned, with a callback. With length 0 it
   * returns 0 and there is no callback.
   */
  AioRead(fd: number, context: CurveAioContext): number {
    return this.#started(this.io.read(this.session.client, fd, context));
  }

  /** Starts a write of `context.buf`; otherwise as {@link CBDClient.AioRead}. */
  AioWrite(fd: number, context: CurveAioContext): number {
    return this.#started(this.io.write(this.session.client, fd, context));
  }

  /** {@link CBDClient.Discard} with a callback, which is always called unless this returns -23. */
  AioDiscard(fd: number, context: CurveAioContext): number {
    return this.#started(this.io.discard(this.session.client, fd, context));
  }

  /**
   * Fills `info` with what the cluster knows of a path; or, given a descriptor, with what was known when it was
   * opened, without asking.
   *
   * @returns 0; -6 missing; -2 no such descriptor
   */
  StatFile(path: string, user: UserInfo, info: FileInfo_t): number;
  StatFile(fd: number, info: FileInfo_t): number;
  StatFile(...args: [string, UserInfo, FileInfo_t] | [number, FileInfo_t]): number {
    return this.session.now(args.length === 3 ? paths.statFile(...args) : volumes.statFd(...args));
  }

  /** {@link CBDClient.StatFile} by `path_owner_`; -2 if it is not one. */
  StatFile4Qemu(name: string, info: FileInfo_t): number {
    return this.session.now(paths.statFile4Qemu(name, info));
  }

  /**
   * Gives an entry to somebody else. Only root may, with its password.
   *
   * @returns 0; -4 not root; -15 mounted; -12 a directory with entries; -7, -27 snapshots or clones; -6 missing
   */
  ChangeOwner(path: string, newOwner: string, user: UserInfo): number {
    return this.session.now(paths.changeOwner(path, newOwner, user));
  }

  /** Makes a handle for Listdir. Asks nobody. */
  OpenDir(path: string, user: UserInfo): DirInfo {
    return paths.openDir(path, user);
  }

  /**
   * Lists a directory, in the order of the names' bytes.
   *
   * @returns with a path, the names; with a handle, a code, and `dir.fileInfo` has the entries
   * @throws CBDError with a path only, as in Python: code -6 missing, -100 not a directory
   */
  Listdir(path: string, user: UserInfo): string[];
  Listdir(dir: DirInfo): number;
  Listdir(...args: [string, UserInfo] | [DirInfo]): string[] | number {
    if (args.length === 1) return this.session.now(paths.listdir(args[0]));
    const dir = paths.openDir(...args);
    return namesOf(dir, this.session.now(paths.listdir(dir)));
  }

  /** Forgets the entries of a handle; null does no harm. */
  CloseDir(dir: DirInfo | null): void {
    if (dir !== null) dir.fileInfo = [];
  }

  /** Creates one directory, not its parents. Returns 0; -1 exists; -6 a parent is missing. */
  Mkdir(path: string, user: UserInfo): number {
    return this.session.now(paths.mkdir(path, user));
  }

  /** Removes an empty directory. On a volume it is {@link CBDClient.Unlink}. Returns 0; -12 not empty; -6 missing. */
  Rmdir(path: string, user: UserInfo): number {
    return this.session.now(paths.rmdir(path, user));
  }

  /**
   * The cluster's id.
   *
   * @returns the id, empty on failure; or, given a buffer as in C, 0 with the id and a NUL in it, -2 if it is too
   * small
   */
  GetClusterId(): string;
  GetClusterId(buf: Uint8Array): number;
  GetClusterId(buf?: Uint8Array): string | number {
    return buf === undefined
      ? this.session.now(volumes.clusterId())
      : this.session.now(volumes.clusterIdInto(buf));
  }

  /** The names of the poolsets; none on failure. */
  ListPoolset(): string[] {
    return this.session.now(volumes.listPoolset());
  }

  /**
   * Fences off the clients that have the volume open: their writes give -31 from now on (curve-protocol.md §4.11).
   * A refusal of the cluster is returned, where libcurve says 0.
   *
   * @param name - `path_owner_`
   * @returns 0; -2 not a `path_owner_`; -31 somebody else was faster
   */
  IncreaseEpoch(name: string): number {
    return this.session.now(paths.increaseEpoch(name));
  }

  #started({ returned, ended }: ReturnType<PromiseCalls['io']['read']>): number {
    // A callback that throws shall be seen as an uncaught exception, like one that throws in any other event.
    ended.catch(error =>
      queueMicrotask(() => {
        throw error;
      }),
    );
    return returned;
  }
}
