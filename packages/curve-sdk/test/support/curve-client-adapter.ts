import { CBDError } from '../../src/cbd/cbd-error.js';
import { parseQemuName } from '../../src/cbd/qemu-name.js';
import { DirInfo } from '../../src/cbd/types.js';
import type { ConformanceClient } from '../../src/conformance/index.js';
import {
  type CreateContext,
  type CurveAioContext,
  CurveClient,
  type CurveConfig,
  CurveError,
  type FileInfo,
  FileInfo_t,
  type Integer,
  LIBCURVE_ERROR,
  type UserInfo,
  type Volume,
} from '../../src/index.js';

type Name = keyof typeof LIBCURVE_ERROR;

/** What a case expects, by the code or status that CurveClient gives instead. */
export type Expectations = Readonly<Record<string, Name>>;

const STATUSES = ['created', 'deleting', 'cloning', 'cloneMetaInstalled', 'cloned', 'beingCloned'];

/** CurveClient behind the calls that the conformance cases make: numbers for errors, descriptors for volumes. */
export class CurveClientAdapter implements ConformanceClient {
  readonly #expects: Expectations;
  /** The expectations that were made use of. */
  readonly #used: Set<string>;
  #config: CurveConfig | undefined;
  readonly #clients = new Map<string, Promise<CurveClient>>();
  readonly #volumes: { readonly volume: Volume; isOpen: boolean }[] = [];

  constructor(expects: Expectations, used: Set<string>) {
    this.#expects = expects;
    this.#used = used;
  }

  InitAsync(config: CurveConfig) {
    if (this.#config !== undefined) return Promise.resolve(0);
    return this.#code(async () => {
      this.#clients.set(keyOf({ owner: 'u1' }), Promise.resolve(await connect(config, { owner: 'u1' })));
      this.#config = config;
    });
  }

  async UnInitAsync() {
    for (const client of this.#clients.values()) await (await client).close();
    this.#clients.clear();
    this.#volumes.length = 0;
    this.#config = undefined;
  }

  CreateAsync(path: string, user: UserInfo, size: Integer) {
    return this.Create2Async({ name: path, user, length: size });
  }

  Create2Async({ name, user, length, stripeUnit = 0, stripeCount = 0, poolset }: CreateContext) {
    const stripe = { unit: Number(stripeUnit), count: Number(stripeCount) };
    const isStriped = stripe.unit !== 0 || stripe.count !== 0;
    const options = { size: Number(length), poolset, stripe: isStriped ? stripe : undefined };
    return this.#code(async () => (await this.#as(user)).createVolume(name, options));
  }

  MkdirAsync(path: string, user: UserInfo) {
    return this.#code(async () => (await this.#as(user)).mkdir(path));
  }

  RmdirAsync(path: string, user: UserInfo) {
    return this.#code(async () => (await this.#as(user)).rmdir(path));
  }

  UnlinkAsync(path: string, user: UserInfo) {
    return this.#code(async () => (await this.#as(user)).remove(path));
  }

  DeleteForceAsync(path: string, user: UserInfo) {
    return this.#code(async () => (await this.#as(user)).trash.purge(path));
  }

  RecoverAsync(path: string, user: UserInfo, id: Integer) {
    const options = { id: BigInt(id) };
    return this.#code(async () => (await this.#as(user)).trash.restore(path, options));
  }

  RenameAsync(user: UserInfo, from: string, to: string) {
    return this.#code(async () => (await this.#as(user)).rename(from, to));
  }

  ExtendAsync(path: string, user: UserInfo, size: Integer) {
    return this.#code(async () => (await this.#as(user)).extend(path, Number(size)));
  }

  Extend4QemuAsync(name: string, size: Integer) {
    return this.#named(name, ({ path, user }) => this.ExtendAsync(path, user, size));
  }

  ChangeOwnerAsync(path: string, newOwner: string, user: UserInfo) {
    return this.#code(async () => (await this.#as(user)).changeOwner(path, newOwner));
  }

  StatFileAsync(path: string, user: UserInfo, info: FileInfo_t): Promise<number>;
  StatFileAsync(fd: number, info: FileInfo_t): Promise<number>;
  StatFileAsync(...args: [string, UserInfo, FileInfo_t] | [number, FileInfo_t]) {
    return this.#code(async () => {
      if (args.length === 2) fill(args[1], await this.#volume(args[0]).stat());
      else fill(args[2], await (await this.#as(args[1])).stat(args[0]));
    });
  }

  StatFile4QemuAsync(name: string, info: FileInfo_t) {
    return this.#named(name, ({ path, user }) => this.StatFileAsync(path, user, info));
  }

  OpenDir(path: string, user: UserInfo) {
    return new DirInfo(path, user);
  }

  CloseDir(dir: DirInfo | null) {
    if (dir !== null) dir.fileInfo = [];
  }

  ListdirAsync(path: string, user: UserInfo): Promise<string[]>;
  ListdirAsync(dir: DirInfo): Promise<number>;
  async ListdirAsync(...args: [string, UserInfo] | [DirInfo]): Promise<string[] | number> {
    const dir = args.length === 1 ? args[0] : this.OpenDir(...args);
    const code = await this.#code(async () => {
      dir.fileInfo = [];
      for await (const entry of (await this.#as(dir.userInfo)).list(dir.dirPath)) {
        dir.fileInfo.push(fill(new FileInfo_t(), entry));
      }
    });
    if (args.length === 1) return code;
    if (code !== 0) throw new CBDError('list', code);
    return dir.fileInfo.map(({ filename }) => filename);
  }

  OpenAsync(path: string, user: UserInfo) {
    return this.#number(async () => {
      const volume = await (await this.#as(user)).open(path);
      return this.#volumes.push({ volume, isOpen: true }) - 1;
    });
  }

  Open4QemuAsync(name: string) {
    return this.#named(name, ({ path, user }) => this.OpenAsync(path, user));
  }

  async CloseAsync(fd: number) {
    const entry = this.#volumes[fd];
    if (!entry?.isOpen) return -LIBCURVE_ERROR.FAILED;
    return this.#code(async () => {
      await entry.volume.close();
      entry.isOpen = false;
    });
  }

  async ReadAsync(fd: number, buf: Uint8Array | string | null, offset: Integer, length: number) {
    const buffer =
      buf instanceof Uint8Array ? Buffer.from(buf.buffer, buf.byteOffset, length) : Buffer.alloc(length);
    if (length === 0) return buffer;
    const code = await this.#code(() => this.#volume(fd).read({ offset: Number(offset), buffer }));
    return code === 0 ? buffer : code;
  }

  async WriteAsync(fd: number, buf: Uint8Array, offset: Integer, length: number) {
    if (length === 0) return 0;
    return this.#number(async () => {
      const data = buf.subarray(0, length);
      return (await this.#volume(fd).write(data, { offset: Number(offset) })).bytesWritten;
    });
  }

  DiscardAsync(fd: number, offset: Integer, length: Integer) {
    const range = { offset: Number(offset), length: Number(length) };
    return this.#code(async () => this.#volume(fd).discard(range));
  }

  AioRead(fd: number, context: CurveAioContext) {
    return this.#aio(context, buf => this.ReadAsync(fd, buf, context.offset, context.length));
  }

  AioWrite(fd: number, context: CurveAioContext) {
    return this.#aio(context, buf => this.WriteAsync(fd, buf, context.offset, context.length));
  }

  /** A volume's epoch is increased by who has it open. */
  IncreaseEpochAsync(name: string) {
    return this.#named(name, ({ path, user }) =>
      this.#code(async () => {
        const open = this.#volumes.findLast(({ volume, isOpen }) => isOpen && volume.path === path);
        const volume = open?.volume ?? (await (await this.#as(user)).open(path));
        await volume.increaseEpoch();
        if (open === undefined) await volume.close();
      }),
    );
  }

  GetClusterIdAsync(): Promise<string>;
  GetClusterIdAsync(buf: Uint8Array): Promise<number>;
  async GetClusterIdAsync(buf?: Uint8Array) {
    const id = await (await this.#as({ owner: 'u1' })).clusterId();
    if (buf === undefined) return id;
    if (buf.length <= id.length) return -LIBCURVE_ERROR.FAILED;
    buf.set(Buffer.from(`${id}\0`));
    return 0;
  }

  async ListPoolsetAsync() {
    return (await (await this.#as({ owner: 'u1' })).poolsets()).map(({ name }) => name);
  }

  /** The client of a user. */
  #as(user: UserInfo): Promise<CurveClient> {
    const client = this.#clients.get(keyOf(user)) ?? connect(this.#config ?? '', user);
    client.catch(() => this.#clients.delete(keyOf(user)));
    this.#clients.set(keyOf(user), client);
    return client;
  }

  #volume(fd: number): Volume {
    const entry = this.#volumes[fd];
    if (entry === undefined) throw new NumberedError(-LIBCURVE_ERROR.BAD_FD);
    return entry.volume;
  }

  #aio(context: CurveAioContext, work: (buf: Uint8Array) => Promise<Uint8Array | number>): number {
    if (context.length > 0) {
      void work(context.buf ?? Buffer.alloc(0)).then(result => {
        context.ret = typeof result === 'number' ? result : result.length;
        context.cb?.(context);
      });
    }
    return 0;
  }

  async #named(
    name: string,
    work: (volume: { path: string; user: UserInfo }) => Promise<number>,
  ): Promise<number> {
    const volume = parseQemuName(name);
    return volume === undefined ? -LIBCURVE_ERROR.FAILED : work(volume);
  }

  #code(work: () => Promise<unknown>): Promise<number> {
    return this.#number(async () => {
      await work();
      return LIBCURVE_ERROR.OK;
    });
  }

  async #number(work: () => Promise<number>): Promise<number> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NumberedError) return error.code;
      if (!(error instanceof CurveError)) throw error;
      return -LIBCURVE_ERROR[this.#nameOf(error)];
    }
  }

  #nameOf({ code, status = '', message }: CurveError): Name {
    for (const said of [status, code]) {
      const name = this.#expects[said];
      if (name === undefined) continue;
      this.#used.add(said);
      return name;
    }
    if (!(code in LIBCURVE_ERROR)) throw new Error(`the case does not expect ${code}: ${message}`);
    return code as Name;
  }
}

class NumberedError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`code ${code}`);
    this.code = code;
  }
}

function connect(config: CurveConfig, { owner, password }: UserInfo): Promise<CurveClient> {
  return CurveClient.connect(config, { user: { name: owner, password } });
}

function keyOf({ owner, password }: UserInfo): string {
  return JSON.stringify([owner, password ?? '']);
}

function fill(target: FileInfo_t, info: FileInfo): FileInfo_t {
  return Object.assign(target, {
    id: Number(info.id),
    parentid: Number(info.parentId),
    filetype: info.kind === 'volume' ? 1 : 0,
    length: info.length,
    ctime: info.createdAt.getTime() * 1000,
    filename: info.name,
    owner: info.owner,
    fileStatus: STATUSES.indexOf(info.status),
    stripeUnit: info.stripe?.unit ?? 0,
    stripeCount: info.stripe?.count ?? 0,
    blocksize: info.blockSize,
  });
}
