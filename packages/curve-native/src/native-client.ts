import { types } from 'node:util';
import { type AddonClient, loadAddon } from './load-addon.js';
import type {
  CreateClient,
  NativeAllocatedSize,
  NativeCallOptions,
  NativeClient,
  NativeConfig,
  NativeCopyset,
  NativeCreateOptions,
  NativeFileInfo,
  NativeMountPoint,
  NativeNbdConnection,
  NativeNbdEnd,
  NativeNbdRequest,
  NativeNbdTerms,
  NativeOpenOptions,
  NativePoolset,
  NativeSegment,
  NativeStatistics,
  NativeSyncOptions,
  NativeUnaryAnswer,
  NativeUnaryCall,
  NativeUser,
  NativeWriteHold,
} from './native-binding.js';
import { Op } from './operations.js';
import { PendingCalls } from './pending-calls.js';

const addon = loadAddon();

type Size = number | bigint;

const byPath = (path: string, { owner, password }: NativeUser) => ({ path, owner, password });

const creation = (path: string, user: NativeUser, volume: NativeCreateOptions) => ({
  ...byPath(path, user),
  length: volume.length,
  stripeUnit: volume.stripeUnit,
  stripeCount: volume.stripeCount,
  other: volume.poolset,
});

/** No server sends more at once. */
const MOST_ATTACHED = 64 * 2 ** 20;

function unaryCall({ sign, ...call }: NativeUnaryCall) {
  const { attachmentSize: size = 0 } = call;
  if (!Number.isInteger(size) || size < 0 || size > MOST_ATTACHED)
    throw new RangeError(`attachmentSize must be a whole number up to 64 MiB, but is ${size}`);
  return {
    ...call,
    owner: sign?.user.owner,
    password: sign?.user.password,
    dateField: sign?.dateField,
    signatureField: sign?.signatureField,
  };
}

const poolSizes = (raw: unknown): NativeAllocatedSize => {
  const { total, byPool } = raw as { total: bigint; byPool: [number, bigint][] };
  return { total, byPool: new Map(byPool) };
};

/** Native code keeps writing through the address it got, so memory that may shrink or move cannot be used. */
function checkBuffer(buffer: Uint8Array): void {
  if (!types.isUint8Array(buffer)) throw new TypeError('the buffer must be a Uint8Array');
  if ((buffer.buffer as { resizable?: boolean }).resizable) {
    throw new TypeError('a view of a resizable ArrayBuffer cannot be used for I/O');
  }
}

function deadlineOf(options: NativeSyncOptions | undefined): number {
  const deadline = options?.deadline;
  if (deadline === undefined) return 0;
  if (typeof deadline !== 'number' || !(deadline > 0))
    throw new RangeError('deadline must be a positive number of milliseconds');
  return Math.ceil(Math.min(deadline, 2 ** 40));
}

class Client implements NativeClient {
  readonly #pending = new PendingCalls();
  readonly #native: AddonClient;

  constructor(config: NativeConfig) {
    this.#native = new addon.Client(config, this.#pending.transfers, this.#pending.settled);
  }

  /** @param memory - that is used until the call has settled */
  #call<T = void>(
    op: Op,
    args: object,
    options: NativeCallOptions | undefined,
    memory?: ArrayBufferView,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = this.#pending.nextId;
      if (!this.#native.submit(op, id, deadlineOf(options), args)) return resolve(undefined as T);
      this.#pending.add(resolve, reject, memory);
      if (options?.signal) this.#cancelOnAbort(id, options.signal);
    });
  }

  #callSync<T = void>(op: Op, args: object, options: NativeSyncOptions | undefined): T {
    return this.#native.submitSync(op, this.#pending.takeWaitingId(), deadlineOf(options), args) as T;
  }

  #transfer(
    op: Op,
    fd: number,
    offset: Size,
    buffer: Uint8Array,
    options: NativeCallOptions | undefined,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      checkBuffer(buffer);
      const id = this.#pending.nextId;
      this.#native.transfer(op, id, deadlineOf(options), fd, offset, buffer);
      this.#pending.add(resolve, reject, buffer);
      if (options?.signal) this.#cancelOnAbort(id, options.signal);
    });
  }

  #transferSync(
    op: Op,
    fd: number,
    offset: Size,
    buffer: Uint8Array,
    options: NativeSyncOptions | undefined,
  ): number {
    checkBuffer(buffer);
    return this.#native.transferSync(
      op,
      this.#pending.takeWaitingId(),
      deadlineOf(options),
      fd,
      offset,
      buffer,
    ) as number;
  }

  #cancelOnAbort(id: number, signal: AbortSignal): void {
    this.#pending.listen(id, signal, () => this.#native.cancel(id));
  }

  uninit(options?: NativeCallOptions) {
    return this.#call(Op.uninit, {}, options);
  }
  uninitSync(options?: NativeSyncOptions) {
    this.#callSync(Op.uninit, {}, options);
  }

  create(path: string, user: NativeUser, volume: NativeCreateOptions, options?: NativeCallOptions) {
    return this.#call(Op.create, creation(path, user, volume), options);
  }
  createSync(path: string, user: NativeUser, volume: NativeCreateOptions, options?: NativeSyncOptions) {
    this.#callSync(Op.create, creation(path, user, volume), options);
  }
  mkdir(path: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call(Op.mkdir, byPath(path, user), options);
  }
  mkdirSync(path: string, user: NativeUser, options?: NativeSyncOptions) {
    this.#callSync(Op.mkdir, byPath(path, user), options);
  }
  rmdir(path: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call(Op.rmdir, byPath(path, user), options);
  }
  rmdirSync(path: string, user: NativeUser, options?: NativeSyncOptions) {
    this.#callSync(Op.rmdir, byPath(path, user), options);
  }
  stat(path: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call<NativeFileInfo>(Op.stat, byPath(path, user), options);
  }
  statSync(path: string, user: NativeUser, options?: NativeSyncOptions) {
    return this.#callSync<NativeFileInfo>(Op.stat, byPath(path, user), options);
  }
  list(path: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call<NativeFileInfo[]>(Op.list, byPath(path, user), options);
  }
  listSync(path: string, user: NativeUser, options?: NativeSyncOptions) {
    return this.#callSync<NativeFileInfo[]>(Op.list, byPath(path, user), options);
  }
  extend(path: string, user: NativeUser, length: Size, options?: NativeCallOptions) {
    return this.#call(Op.extend, { ...byPath(path, user), length }, options);
  }
  extendSync(path: string, user: NativeUser, length: Size, options?: NativeSyncOptions) {
    this.#callSync(Op.extend, { ...byPath(path, user), length }, options);
  }
  rename(from: string, to: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call(Op.rename, { ...byPath(from, user), other: to }, options);
  }
  renameSync(from: string, to: string, user: NativeUser, options?: NativeSyncOptions) {
    this.#callSync(Op.rename, { ...byPath(from, user), other: to }, options);
  }
  unlink(path: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call(Op.unlink, byPath(path, user), options);
  }
  unlinkSync(path: string, user: NativeUser, options?: NativeSyncOptions) {
    this.#callSync(Op.unlink, byPath(path, user), options);
  }
  deleteForce(path: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call(Op.deleteForce, byPath(path, user), options);
  }
  deleteForceSync(path: string, user: NativeUser, options?: NativeSyncOptions) {
    this.#callSync(Op.deleteForce, byPath(path, user), options);
  }
  recover(path: string, user: NativeUser, fileId: Size, options?: NativeCallOptions) {
    return this.#call(Op.recover, { ...byPath(path, user), fileId }, options);
  }
  recoverSync(path: string, user: NativeUser, fileId: Size, options?: NativeSyncOptions) {
    this.#callSync(Op.recover, { ...byPath(path, user), fileId }, options);
  }
  changeOwner(path: string, newOwner: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call(Op.changeOwner, { ...byPath(path, user), other: newOwner }, options);
  }
  changeOwnerSync(path: string, newOwner: string, user: NativeUser, options?: NativeSyncOptions) {
    this.#callSync(Op.changeOwner, { ...byPath(path, user), other: newOwner }, options);
  }
  increaseEpoch(path: string, user: NativeUser, options?: NativeCallOptions) {
    return this.#call<bigint>(Op.increaseEpoch, byPath(path, user), options);
  }
  increaseEpochSync(path: string, user: NativeUser, options?: NativeSyncOptions) {
    return this.#callSync<bigint>(Op.increaseEpoch, byPath(path, user), options);
  }

  clusterId(options?: NativeCallOptions) {
    return this.#call<string>(Op.clusterId, {}, options);
  }
  clusterIdSync(options?: NativeSyncOptions) {
    return this.#callSync<string>(Op.clusterId, {}, options);
  }
  listPoolset(options?: NativeCallOptions) {
    return this.#call<NativePoolset[]>(Op.listPoolset, {}, options);
  }
  listPoolsetSync(options?: NativeSyncOptions) {
    return this.#callSync<NativePoolset[]>(Op.listPoolset, {}, options);
  }
  async allocatedSize(path: string, options?: NativeCallOptions) {
    return poolSizes(await this.#call<unknown>(Op.allocatedSize, { path }, options));
  }
  allocatedSizeSync(path: string, options?: NativeSyncOptions) {
    return poolSizes(this.#callSync<unknown>(Op.allocatedSize, { path }, options));
  }
  fileSize(path: string, options?: NativeCallOptions) {
    return this.#call<bigint>(Op.fileSize, { path }, options);
  }
  fileSizeSync(path: string, options?: NativeSyncOptions) {
    return this.#callSync<bigint>(Op.fileSize, { path }, options);
  }
  mountPoints(path: string, options?: NativeCallOptions) {
    return this.#call<NativeMountPoint[]>(Op.mountPoints, { path }, options);
  }
  mountPointsSync(path: string, options?: NativeSyncOptions) {
    return this.#callSync<NativeMountPoint[]>(Op.mountPoints, { path }, options);
  }
  segment(path: string, user: NativeUser, offset: Size, options?: NativeCallOptions) {
    return this.#call<NativeSegment | undefined>(Op.segment, { ...byPath(path, user), offset }, options);
  }
  segmentSync(path: string, user: NativeUser, offset: Size, options?: NativeSyncOptions) {
    return this.#callSync<NativeSegment | undefined>(Op.segment, { ...byPath(path, user), offset }, options);
  }
  copysetServers(logicalPoolId: number, copysetIds: readonly number[], options?: NativeCallOptions) {
    return this.#call<NativeCopyset[]>(Op.copysetServers, { logicalPoolId, copysetIds }, options);
  }
  copysetServersSync(logicalPoolId: number, copysetIds: readonly number[], options?: NativeSyncOptions) {
    return this.#callSync<NativeCopyset[]>(Op.copysetServers, { logicalPoolId, copysetIds }, options);
  }

  async unary(call: NativeUnaryCall, options?: NativeCallOptions) {
    return this.#call<NativeUnaryAnswer>(Op.unary, unaryCall(call), options);
  }
  unarySync(call: NativeUnaryCall, options?: NativeSyncOptions) {
    return this.#callSync<NativeUnaryAnswer>(Op.unary, unaryCall(call), options);
  }

  open(path: string, user: NativeUser, open?: NativeOpenOptions, options?: NativeCallOptions) {
    return this.#call<number>(Op.open, { ...byPath(path, user), ...open }, options);
  }
  openSync(path: string, user: NativeUser, open?: NativeOpenOptions, options?: NativeSyncOptions) {
    return this.#callSync<number>(Op.open, { ...byPath(path, user), ...open }, options);
  }
  close(fd: number, options?: NativeCallOptions) {
    return this.#call(Op.close, { fd }, options);
  }
  closeSync(fd: number, options?: NativeSyncOptions) {
    this.#callSync(Op.close, { fd }, options);
  }
  statFd(fd: number) {
    return this.#callSync<NativeFileInfo>(Op.statFd, { fd }, undefined);
  }
  read(fd: number, offset: Size, target: Uint8Array, options?: NativeCallOptions) {
    return this.#transfer(Op.read, fd, offset, target, options);
  }
  readSync(fd: number, offset: Size, target: Uint8Array, options?: NativeSyncOptions) {
    return this.#transferSync(Op.read, fd, offset, target, options);
  }
  write(fd: number, offset: Size, data: Uint8Array, options?: NativeCallOptions) {
    return this.#transfer(Op.write, fd, offset, data, options);
  }
  writeSync(fd: number, offset: Size, data: Uint8Array, options?: NativeSyncOptions) {
    return this.#transferSync(Op.write, fd, offset, data, options);
  }
  discard(fd: number, offset: Size, length: Size, options?: NativeCallOptions) {
    return this.#call(Op.discard, { fd, offset, length }, options);
  }
  discardSync(fd: number, offset: Size, length: Size, options?: NativeSyncOptions) {
    this.#callSync(Op.discard, { fd, offset, length }, options);
  }

  holdWrites(fd: number, offset: number, length: number): NativeWriteHold {
    const id = this.#pending.nextId;
    return {
      held: this.#call(Op.holdWrites, { fd, offset, length }, undefined),
      release: () => this.#call(Op.releaseWrites, { fd, offset: id }, undefined),
    };
  }

  serveNbd(fd: number, terms: NativeNbdTerms): NativeNbdConnection {
    const id = this.#pending.nextId;
    return {
      ended: this.#call<NativeNbdEnd>(Op.nbdServe, { fd, ...terms }, undefined, terms.counts),
      next: () => this.#call<readonly NativeNbdRequest[] | undefined>(Op.nbdNext, { fd: id }, undefined),
      reply: async (number, bytes) => {
        await this.#transfer(Op.nbdReply, id, number, bytes, undefined);
      },
      end: atOnce => this.#call(Op.nbdEnd, { fd: id, length: atOnce ? 1 : 0 }, undefined),
    };
  }

  mdsAddresses() {
    return this.#native.mdsAddresses();
  }

  statistics() {
    return this.#native.statistics() as NativeStatistics;
  }
}

/** Reads the configuration and starts the client's thread; talks to nobody. Throws a `NativeError` (-2). */
export const createClient: CreateClient = config => new Client(config);
