import type { CBDClient } from '../cbd/cbd-client.js';
import type { CurveAioContext, FileInfo_t, UserInfo } from '../cbd/types.js';

/** Whether calls wait in this thread or as promises. */
export type CallForm = 'sync' | 'promise';

/** The calls that a script makes by name: those without overloads that give a code. */
type PlainCall =
  | 'Init'
  | 'Open'
  | 'Open4Qemu'
  | 'Close'
  | 'Create'
  | 'Create2'
  | 'Unlink'
  | 'DeleteForce'
  | 'Recover'
  | 'Rename'
  | 'Extend'
  | 'Extend4Qemu'
  | 'Write'
  | 'Discard'
  | 'StatFile4Qemu'
  | 'ChangeOwner'
  | 'Mkdir'
  | 'Rmdir'
  | 'IncreaseEpoch';

/** A client whose calls are made in one of both forms, so that a script can show that they agree. */
export class Calls {
  readonly client: CBDClient;
  readonly #sync: boolean;

  constructor(client: CBDClient, form: CallForm) {
    this.client = client;
    this.#sync = form === 'sync';
  }

  do<Name extends PlainCall>(name: Name, ...args: Parameters<CBDClient[Name]>): number | Promise<number> {
    // The parameters of a name are those of its own method, which TypeScript cannot follow through the union.
    const method = this.#sync ? this.client[name] : this.client[`${name}Async`];
    return (method as (...args: unknown[]) => number | Promise<number>).apply(this.client, args);
  }

  uninit(): void | Promise<void> {
    return this.#sync ? this.client.UnInit() : this.client.UnInitAsync();
  }

  statFile(path: string, user: UserInfo, info: FileInfo_t): number | Promise<number> {
    return this.#sync ? this.client.StatFile(path, user, info) : this.client.StatFileAsync(path, user, info);
  }

  read(fd: number, offset: number, length: number): Buffer | number | Promise<Buffer | number> {
    return this.#sync
      ? this.client.Read(fd, null, offset, length)
      : this.client.ReadAsync(fd, null, offset, length);
  }

  clusterId(buffer: Buffer): number | Promise<number> {
    return this.#sync ? this.client.GetClusterId(buffer) : this.client.GetClusterIdAsync(buffer);
  }

  poolsets(): string[] | Promise<string[]> {
    return this.#sync ? this.client.ListPoolset() : this.client.ListPoolsetAsync();
  }

  /** OpenDir, Listdir and CloseDir in one. */
  async list(path: string, user: UserInfo): Promise<{ result: number; entries: FileInfo_t[] }> {
    const { client } = this;
    const dir = client.OpenDir(path, user);
    const result = this.#sync ? client.Listdir(dir) : await client.ListdirAsync(dir);
    const entries = dir.fileInfo;
    client.CloseDir(dir);
    return { result, entries };
  }

  /** Starts an operation and waits for its callback, if there will be one. */
  aio(
    name: 'AioRead' | 'AioWrite' | 'AioDiscard',
    fd: number,
    request: CurveAioContext,
  ): Promise<{ returned: number; ret: number | undefined }> {
    return new Promise((resolve, reject) => {
      try {
        const cb = ({ ret }: CurveAioContext) => resolve({ returned, ret });
        const returned = this.client[name](fd, { ...request, cb });
        const silent = returned < 0 || (request.length === 0 && name !== 'AioDiscard');
        if (silent) resolve({ returned, ret: undefined });
      } catch (error) {
        reject(error);
      }
    });
  }
}
