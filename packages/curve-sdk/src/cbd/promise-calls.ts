import type { NativeConfig } from '@curve-wcs/curve-native';
import { AsyncIo } from './aio.js';
import { CBDError } from './cbd-error.js';
import { LIBCURVE_ERROR } from './error-codes.js';
import * as paths from './path-operations.js';
import { Session } from './session.js';
import type { CreateContext, CurveAioContext, DirInfo, FileInfo_t, Integer, UserInfo } from './types.js';
import * as volumes from './volume-operations.js';

/**
 * Every call of {@link CBDClient} as a promise: same arguments, same results, but only the promise waits. Arguments of
 * a wrong type reject with a `TypeError` or `RangeError`; everything else resolves, with a code if it failed.
 *
 * @example
 * ```ts
 * import { CBDClient, UserInfo_t } from '@curve-wcs/curve-sdk';
 *
 * const cbd = new CBDClient();
 * console.log(await cbd.CreateAsync('/vol1', new UserInfo_t('alice'), 10 * 2 ** 30)); // → -2
 * ```
 */
export class PromiseCalls {
  /** @internal */
  protected readonly session = new Session();
  /** @internal */
  protected readonly io = new AsyncIo();

  /** {@link CBDClient.Init} as a promise. */
  async InitAsync(config: NativeConfig): Promise<number> {
    return this.session.begin(config);
  }

  /** {@link CBDClient.UnInit} as a promise. */
  async UnInitAsync(): Promise<void> {
    const client = this.session.take();
    this.io.clear();
    await client?.uninit();
  }

  /** {@link CBDClient.Open} as a promise. */
  async OpenAsync(path: string, user: UserInfo): Promise<number> {
    return this.session.later(paths.open(path, user));
  }

  /** {@link CBDClient.Open4Qemu} as a promise. */
  async Open4QemuAsync(name: string): Promise<number> {
    return this.session.later(paths.open4Qemu(name));
  }

  /** {@link CBDClient.Close} as a promise; it resolves after the descriptor's Aio callbacks have run. */
  async CloseAsync(fd: number): Promise<number> {
    const result = await this.session.later(volumes.close(fd));
    await this.io.settled(fd);
    if (result === LIBCURVE_ERROR.OK) this.io.forget(fd);
    return result;
  }

  /** {@link CBDClient.Create} as a promise. */
  async CreateAsync(path: string, user: UserInfo, size: Integer): Promise<number> {
    return this.session.later(paths.create(path, user, size));
  }

  /** {@link CBDClient.Create2} as a promise. */
  async Create2Async(context: CreateContext): Promise<number> {
    return this.session.later(paths.create2(context));
  }

  /** {@link CBDClient.Unlink} as a promise. */
  async UnlinkAsync(path: string, user: UserInfo): Promise<number> {
    return this.session.later(paths.unlink(path, user));
  }

  /** {@link CBDClient.DeleteForce} as a promise. */
  async DeleteForceAsync(path: string, user: UserInfo): Promise<number> {
    return this.session.later(paths.deleteForce(path, user));
  }

  /** {@link CBDClient.Recover} as a promise. */
  async RecoverAsync(path: string, user: UserInfo, id: Integer): Promise<number> {
    return this.session.later(paths.recover(path, user, id));
  }

  /** {@link CBDClient.Rename} as a promise. */
  async RenameAsync(user: UserInfo, oldPath: string, newPath: string): Promise<number> {
    return this.session.later(paths.rename(user, oldPath, newPath));
  }

  /** {@link CBDClient.Extend} as a promise. */
  async ExtendAsync(path: string, user: UserInfo, size: Integer): Promise<number> {
    return this.session.later(paths.extend(path, user, size));
  }

  /** {@link CBDClient.Extend4Qemu} as a promise. */
  async Extend4QemuAsync(name: string, size: Integer): Promise<number> {
    return this.session.later(paths.extend4Qemu(name, size));
  }

  /** {@link CBDClient.Read} as a promise; `buf` must be left alone until it resolves. */
  async ReadAsync(
    fd: number,
    buf: Uint8Array | string | null,
    offset: Integer,
    length: number,
  ): Promise<Buffer | number> {
    return this.session.later(volumes.read(fd, buf, offset, length));
  }

  /** {@link CBDClient.Write} as a promise; `buf` must be left alone until it resolves. */
  async WriteAsync(fd: number, buf: Uint8Array, offset: Integer, length: number): Promise<number> {
    return this.session.later(volumes.write(fd, buf, offset, length));
  }

  /** {@link CBDClient.Discard} as a promise. */
  async DiscardAsync(fd: number, offset: Integer, length: Integer): Promise<number> {
    return this.session.later(volumes.discard(fd, offset, length));
  }

  /** {@link CBDClient.AioRead} as a promise of what the callback sees, or of the code if the call was refused. */
  async AioReadAsync(fd: number, context: CurveAioContext): Promise<number> {
    return this.io.read(this.session.client, fd, context).ended;
  }

  /** {@link CBDClient.AioWrite} as a promise of what the callback sees, or of the code if the call was refused. */
  async AioWriteAsync(fd: number, context: CurveAioContext): Promise<number> {
    return this.io.write(this.session.client, fd, context).ended;
  }

  /** {@link CBDClient.AioDiscard} as a promise of what the callback sees, or of the code if the call was refused. */
  async AioDiscardAsync(fd: number, context: CurveAioContext): Promise<number> {
    return this.io.discard(this.session.client, fd, context).ended;
  }

  /** {@link CBDClient.StatFile} as a promise; `info` is filled when it resolves with 0. */
  StatFileAsync(path: string, user: UserInfo, info: FileInfo_t): Promise<number>;
  StatFileAsync(fd: number, info: FileInfo_t): Promise<number>;
  async StatFileAsync(...args: [string, UserInfo, FileInfo_t] | [number, FileInfo_t]): Promise<number> {
    return this.session.later(args.length === 3 ? paths.statFile(...args) : volumes.statFd(...args));
  }

  /** {@link CBDClient.StatFile4Qemu} as a promise. */
  async StatFile4QemuAsync(name: string, info: FileInfo_t): Promise<number> {
    return this.session.later(paths.statFile4Qemu(name, info));
  }

  /** {@link CBDClient.ChangeOwner} as a promise. */
  async ChangeOwnerAsync(path: string, newOwner: string, user: UserInfo): Promise<number> {
    return this.session.later(paths.changeOwner(path, newOwner, user));
  }

  /** {@link CBDClient.OpenDir} as a promise. */
  async OpenDirAsync(path: string, user: UserInfo): Promise<DirInfo> {
    return paths.openDir(path, user);
  }

  /** {@link CBDClient.Listdir} as a promise. */
  ListdirAsync(path: string, user: UserInfo): Promise<string[]>;
  ListdirAsync(dir: DirInfo): Promise<number>;
  async ListdirAsync(...args: [string, UserInfo] | [DirInfo]): Promise<string[] | number> {
    if (args.length === 1) return this.session.later(paths.listdir(args[0]));
    const dir = paths.openDir(...args);
    return namesOf(dir, await this.session.later(paths.listdir(dir)));
  }

  /** {@link CBDClient.CloseDir} as a promise. */
  async CloseDirAsync(dir: DirInfo | null): Promise<void> {
    if (dir !== null) dir.fileInfo = [];
  }

  /** {@link CBDClient.Mkdir} as a promise. */
  async MkdirAsync(path: string, user: UserInfo): Promise<number> {
    return this.session.later(paths.mkdir(path, user));
  }

  /** {@link CBDClient.Rmdir} as a promise. */
  async RmdirAsync(path: string, user: UserInfo): Promise<number> {
    return this.session.later(paths.rmdir(path, user));
  }

  /** {@link CBDClient.GetClusterId} as a promise. */
  GetClusterIdAsync(): Promise<string>;
  GetClusterIdAsync(buf: Uint8Array): Promise<number>;
  async GetClusterIdAsync(buf?: Uint8Array): Promise<string | number> {
    return buf === undefined
      ? this.session.later(volumes.clusterId())
      : this.session.later(volumes.clusterIdInto(buf));
  }

  /** {@link CBDClient.ListPoolset} as a promise. */
  async ListPoolsetAsync(): Promise<string[]> {
    return this.session.later(volumes.listPoolset());
  }

  /** {@link CBDClient.IncreaseEpoch} as a promise. */
  async IncreaseEpochAsync(name: string): Promise<number> {
    return this.session.later(paths.increaseEpoch(name));
  }
}

/** @internal */
export function namesOf(dir: DirInfo, result: number): string[] {
  if (result !== LIBCURVE_ERROR.OK) throw new CBDError(`Listdir(${dir.dirPath})`, result);
  return dir.fileInfo.map(({ filename }) => filename);
}
