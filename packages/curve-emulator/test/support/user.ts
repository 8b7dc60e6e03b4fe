import { createHmac } from 'node:crypto';
import { CurveFSService, FileType, type StatusCode } from '../../src/proto/nameserver2_pb.js';
import { call } from './rpc-client.js';

export const GiB = 1024 ** 3;
const fs = CurveFSService.method;

/** Where to call. */
export interface Cluster {
  readonly mdsAddresses: readonly string[];
}

/** The calls that a user of a cluster makes to the MDS, as one-liners. */
export class User {
  readonly cluster: Cluster;
  readonly owner: string;
  readonly password: string;
  readonly clock: () => number;

  constructor(cluster: Cluster, owner: string, password = '', clock: () => number = Date.now) {
    this.cluster = cluster;
    this.owner = owner;
    this.password = password;
    this.clock = clock;
  }

  /** The MDS that leads. */
  get mds(): string {
    return this.cluster.mdsAddresses[0] ?? '';
  }

  get credentials() {
    const date = BigInt(this.clock() * 1000);
    const signature =
      this.password === ''
        ? ''
        : createHmac('sha256', this.password).update(`${date}:${this.owner}`).digest('base64');
    return { owner: this.owner, date, signature };
  }

  async create(
    path: string,
    size = 10 * GiB,
    { stripeUnit = 0, stripeCount = 0, poolset = '' } = {},
  ): Promise<StatusCode> {
    const { statusCode } = await call(this.mds, fs.createFile, {
      ...{ fileName: path, fileType: FileType.INODE_PAGEFILE, fileLength: BigInt(size), poolset },
      ...{ stripeUnit: BigInt(stripeUnit), stripeCount: BigInt(stripeCount), ...this.credentials },
    });
    return statusCode;
  }

  async mkdir(path: string): Promise<StatusCode> {
    const fileType = FileType.INODE_DIRECTORY;
    return (await call(this.mds, fs.createFile, { fileName: path, fileType, ...this.credentials }))
      .statusCode;
  }

  stat(path: string) {
    return call(this.mds, fs.getFileInfo, { fileName: path, ...this.credentials });
  }

  open(path: string) {
    return call(this.mds, fs.openFile, { fileName: path, ...this.credentials });
  }

  refresh(path: string, clientPort = 9000) {
    const where = { clientIP: '127.0.0.1', clientPort };
    return call(this.mds, fs.refreshSession, {
      fileName: path,
      sessionID: '',
      ...where,
      ...this.credentials,
    });
  }

  async close(path: string, clientPort = 9000): Promise<StatusCode> {
    const where = { clientIP: '127.0.0.1', clientPort };
    const request = { fileName: path, sessionID: '', ...where, ...this.credentials };
    return (await call(this.mds, fs.closeFile, request)).statusCode;
  }

  async unlink(path: string, forceDelete = false): Promise<StatusCode> {
    return (await call(this.mds, fs.deleteFile, { fileName: path, forceDelete, ...this.credentials }))
      .statusCode;
  }

  async rename(from: string, to: string): Promise<StatusCode> {
    const request = { oldFileName: from, newFileName: to, ...this.credentials };
    return (await call(this.mds, fs.renameFile, request)).statusCode;
  }

  async recover(path: string, id = 0n): Promise<StatusCode> {
    const request = { fileName: path, fileId: id, ...this.credentials };
    return (await call(this.mds, fs.recoverFile, request)).statusCode;
  }

  async extend(path: string, size: number): Promise<StatusCode> {
    const request = { fileName: path, newSize: BigInt(size), ...this.credentials };
    return (await call(this.mds, fs.extendFile, request)).statusCode;
  }

  async chown(path: string, newOwner: string): Promise<StatusCode> {
    const { owner: rootOwner, ...rest } = this.credentials;
    return (await call(this.mds, fs.changeOwner, { fileName: path, newOwner, rootOwner, ...rest }))
      .statusCode;
  }

  async list(path: string): Promise<{ statusCode: StatusCode; names: string[] }> {
    const { statusCode, fileInfo } = await call(this.mds, fs.listDir, {
      fileName: path,
      ...this.credentials,
    });
    return { statusCode, names: fileInfo.map(({ fileName }) => fileName) };
  }

  segment(path: string, offset: number, allocateIfNotExist: boolean, epoch?: bigint) {
    return call(this.mds, fs.getOrAllocateSegment, {
      ...{ fileName: path, offset: BigInt(offset), allocateIfNotExist, ...this.credentials },
      ...(epoch !== undefined && { epoch }),
    });
  }

  async discard(path: string, offset: number): Promise<StatusCode> {
    const request = { fileName: path, offset: BigInt(offset), ...this.credentials };
    return (await call(this.mds, fs.deAllocateSegment, request)).statusCode;
  }

  increaseEpoch(path: string) {
    return call(this.mds, fs.increaseFileEpoch, { fileName: path, ...this.credentials });
  }

  async allocated(path: string): Promise<bigint> {
    return (await call(this.mds, fs.getAllocatedSize, { fileName: path })).allocatedSize;
  }
}
