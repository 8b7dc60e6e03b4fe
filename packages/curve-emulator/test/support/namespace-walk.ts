import { createHmac } from 'node:crypto';
import {
  create,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import {
  CurveFSService,
  type FileInfo,
  FileStatus,
  FileType,
  StatusCode,
  ThrottleType,
} from '../../src/proto/nameserver2_pb.js';
import { RpcConnection } from './rpc-client.js';
import { callText, type WalkCall, type Walker, walkCalls } from './walk-calls.js';

/** The cluster to walk on. */
export interface WalkedCluster {
  /** The address of the MDS that leads. */
  mds: string;
  rootPassword: string;
}

const fs = CurveFSService.method;
const bin = '/RecycleBin';
const ports = [0, 29_001, 29_002];

/**
 * Makes the calls of a seed and tells each with its answer, `call => answer`. What else the cluster has stays out of it,
 * and what the walk leaves is removed. No name is used by two walks: a real MDS remembers for a while who had what open.
 */
export async function namespaceWalk(
  cluster: WalkedCluster,
  { seed, count = 400 }: { seed: number; count?: number },
): Promise<string[]> {
  const prefix = `walk${seed}x${Date.now().toString(36)}-`;
  const walk = new NamespaceWalk(cluster, prefix);
  try {
    const lines: string[] = [];
    for (const call of walkCalls(seed, count)) lines.push(`${callText(call)} => ${await walk.answer(call)}`);
    return lines;
  } finally {
    await walk.clear().finally(() => walk.close());
  }
}

class NamespaceWalk {
  readonly #connection: RpcConnection;
  readonly #password: string;
  readonly #prefix: string;
  #missing = 0;
  readonly #purged = new Set<string>();
  /** Whatever may have been opened. */
  readonly #opened = new Set<string>();

  constructor({ mds, rootPassword }: WalkedCluster, prefix: string) {
    this.#connection = new RpcConnection(mds);
    this.#password = rootPassword;
    this.#prefix = prefix;
  }

  async answer(call: WalkCall): Promise<string> {
    const path = await this.#path(call.path);
    const { user, operation, number = 0, option = '' } = call;
    const as = { fileName: path, ...this.#as(user) };
    switch (operation) {
      case 'create':
        return this.#status(fs.createFile, {
          ...{ ...as, fileType: FileType.INODE_PAGEFILE, fileLength: BigInt(number) },
          ...(option === 'striped' && { stripeUnit: 65_536n, stripeCount: 4n }),
          ...(option === 'half striped' && { stripeUnit: 65_536n }),
          ...(option === 'no such poolset' && { poolset: 'none' }),
        });
      case 'mkdir': {
        const fileLength = option === 'long' ? { fileLength: 4096n } : {};
        return this.#status(fs.createFile, { ...as, fileType: FileType.INODE_DIRECTORY, ...fileLength });
      }
      case 'stat': {
        const { statusCode, fileInfo } = await this.#ask(fs.getFileInfo, as);
        return `${statusCode}${statusCode === 0 && fileInfo ? ` ${this.#described(fileInfo)}` : ''}`;
      }
      case 'list': {
        const { statusCode, fileInfo } = await this.#ask(fs.listDir, as);
        const others = path === '/' || path === bin;
        const own = fileInfo.filter(({ fileName, fileStatus }) => {
          return !others || (fileName.startsWith(this.#prefix) && fileStatus !== FileStatus.kFileDeleting);
        });
        return `${statusCode}${own
          .map(one => ` ${this.#described(one)}`)
          .sort()
          .join('')}`;
      }
      case 'usage': {
        const size = await this.#ask(fs.getFileSize, { fileName: path });
        const space = await this.#ask(fs.getAllocatedSize, { fileName: path });
        // Of all that others have, too, the status is all that is compared.
        const sizes = path.replaceAll('/', '') === '' ? '' : ` ${size.fileSize} ${space.allocatedSize}`;
        return `${size.statusCode} ${space.statusCode}${sizes}`;
      }
      case 'delete':
        return this.#status(fs.deleteFile, as);
      case 'purge': {
        // What is being deleted can be met at two paths alone: this, and where it was. Nothing tells when it is gone.
        if (path === `${bin}/${this.#prefix}z`) return 'not asked';
        const { fileInfo } = await this.#ask(fs.getFileInfo, { fileName: path, ...this.#as('root') });
        const status = await this.#status(fs.deleteFile, { ...as, forceDelete: true });
        if (status === '0') this.#purged.add(fileInfo?.originalFullPathName ?? '');
        return status;
      }
      case 'rename': {
        const newFileName = await this.#path(call.other ?? '');
        return this.#status(fs.renameFile, { oldFileName: path, newFileName, ...this.#as(user) });
      }
      case 'recover':
        if (this.#purged.has(path)) return 'not asked';
        return this.#status(fs.recoverFile, { ...as, ...(await this.#wantedId(option)) });
      case 'extend':
        return this.#status(fs.extendFile, { ...as, newSize: BigInt(number) });
      case 'chown': {
        const { owner: rootOwner, ...rest } = this.#as(user);
        return this.#status(fs.changeOwner, {
          fileName: path,
          newOwner: call.other ?? '',
          rootOwner,
          ...rest,
        });
      }
      case 'refresh': {
        this.#opened.add(path);
        return this.#status(fs.refreshSession, { ...as, ...this.#session(number) });
      }
      case 'open':
        return this.#status(fs.openFile, as);
      case 'close':
        return this.#status(fs.closeFile, { ...as, ...this.#session(number) });
      case 'mounts': {
        // None, just now or for long, is the same to a walk that does not wait.
        const { clientInfo } = await this.#ask(fs.findFileMountPoint, { fileName: path });
        return clientInfo.map(({ port }) => port).join(' ') || 'none';
      }
      case 'segment':
      case 'allocate': {
        const { statusCode, pageFileSegment } = await this.#ask(fs.getOrAllocateSegment, {
          ...{ ...as, offset: BigInt(number), allocateIfNotExist: operation === 'allocate' },
          ...(option === 'epoch 0' && { epoch: 0n }),
        });
        return `${statusCode}${pageFileSegment ? ` ${pageFileSegment.chunks.length} chunks` : ''}`;
      }
      case 'discard':
        return this.#status(fs.deAllocateSegment, { ...as, offset: BigInt(number) });
      case 'fence': {
        const { statusCode, fileInfo } = await this.#ask(fs.increaseFileEpoch, as);
        return `${statusCode}${statusCode === 0 ? ` epoch ${fileInfo?.epoch}` : ''}`;
      }
      case 'throttle': {
        const throttleParams = {
          ...{ type: ThrottleType.IOPS_READ, limit: BigInt(number) },
          ...(option === 'burst' && { burst: 99n, burstLength: 3n }),
          ...(option === 'unlimited' && { limit: 2n ** 64n - 1n }),
        };
        return this.#status(fs.updateFileThrottleParams, { ...as, throttleParams });
      }
      default:
        throw new Error(`no such operation: ${operation}`);
    }
  }

  /** Removes what the walk has left. */
  async clear(): Promise<void> {
    for (const path of this.#opened) {
      for (const port of ports) {
        await this.#ask(fs.closeFile, { fileName: path, ...this.#as('root'), ...this.#session(port) });
      }
    }
    await this.#clear('/');
    for (const { fileName } of await this.#inBin()) {
      await this.#ask(fs.deleteFile, {
        fileName: `${bin}/${fileName}`,
        forceDelete: true,
        ...this.#as('root'),
      });
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #clear(path: string): Promise<void> {
    const { fileInfo } = await this.#ask(fs.listDir, { fileName: path, ...this.#as('root') });
    for (const { fileName, fileType } of fileInfo) {
      if (path === '/' && !fileName.startsWith(this.#prefix)) continue;
      const entry = `${path === '/' ? '' : path}/${fileName}`;
      if (fileType === FileType.INODE_DIRECTORY) await this.#clear(entry);
      const { statusCode } = await this.#ask(fs.deleteFile, { fileName: entry, ...this.#as('root') });
      if (statusCode !== StatusCode.kOK) throw new Error(`cannot remove ${entry}: ${statusCode}`);
    }
  }

  /** The walk's entries of the recycle bin that stay there, in the order in which they were created. */
  async #inBin(): Promise<FileInfo[]> {
    const { fileInfo } = await this.#ask(fs.listDir, { fileName: bin, ...this.#as('root') });
    return fileInfo
      .filter(({ fileName, fileStatus }) => {
        return fileName.startsWith(this.#prefix) && fileStatus !== FileStatus.kFileDeleting;
      })
      .sort((a, b) => Number(a.id - b.id));
  }

  async #path(path: string): Promise<string> {
    if (!path.startsWith('bin ')) return path.replaceAll('~', this.#prefix);
    const entries = await this.#inBin();
    const entry = entries[Number(path.slice(4)) % Math.max(entries.length, 1)];
    // No name twice: what was made there may be under deletion.
    return `${bin}/${entry?.fileName ?? `${this.#prefix}none${this.#missing++}`}`;
  }

  async #wantedId(option: string): Promise<{ fileId?: bigint }> {
    if (option === '') return {};
    // A real MDS never answers again when it is to recover what was only renamed into the bin: it waits for itself.
    const entries = (await this.#inBin()).filter(({ originalFullPathName }) => originalFullPathName !== '');
    if (option === 'none') return { fileId: 999_999_999n };
    return { fileId: entries[Number(option) % Math.max(entries.length, 1)]?.id ?? 999_999_999n };
  }

  /** What is the same on every cluster. */
  #described(file: FileInfo): string {
    const {
      fileName,
      fileType,
      owner,
      length,
      fileStatus,
      epoch,
      poolset,
      stripeUnit,
      originalFullPathName,
    } = file;
    const limits = file.throttleParams?.throttleParams ?? [];
    const throttle = limits.map(({ type, limit, burst }) => `${type}:${limit}:${burst}`).join(',');
    const parts = [
      fileName,
      fileType,
      owner,
      length,
      fileStatus,
      epoch,
      poolset,
      stripeUnit,
      throttle,
      originalFullPathName,
    ];
    const text = parts.join('|').replaceAll(this.#prefix, '~');
    // Recycled files are named after their ids and the time.
    return text.replaceAll(/-\d+-\d{10}\b/g, '-ID-TIME').replaceAll(/-\d+\b/g, '-ID');
  }

  #session(port: number) {
    return { sessionID: '', ...(port !== 0 && { clientIP: '127.0.0.1', clientPort: port }) };
  }

  #as(owner: Walker) {
    const date = BigInt(Date.now()) * 1000n;
    const text = `${date}:${owner}`;
    const signature =
      owner === 'root' ? createHmac('sha256', this.#password).update(text).digest('base64') : '';
    return { owner, date, signature };
  }

  async #status<I extends DescMethodUnary['input'], O extends DescMethodUnary['output']>(
    method: DescMethodUnary<I, O> & { parent: DescService },
    request: MessageInitShape<I>,
  ): Promise<string> {
    const answer = (await this.#ask(method, request)) as { statusCode?: StatusCode };
    return String(answer.statusCode);
  }

  async #ask<I extends DescMethodUnary['input'], O extends DescMethodUnary['output']>(
    method: DescMethodUnary<I, O> & { parent: DescService },
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    const message = toBinary(method.input, create(method.input, request));
    const reply = await this.#connection.call(method.parent.typeName, method.name, message);
    if (reply.errorCode !== 0)
      throw new Error(`${method.name}: RPC error ${reply.errorCode} ${reply.errorText}`);
    return fromBinary(method.output, reply.message);
  }
}
