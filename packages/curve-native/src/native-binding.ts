/**
 * The addon's surface: flat calls, each with a promise form and a `…Sync` form. Nothing is friendly here; names,
 * arguments and numbers are those of the Curve protocol, and curve-sdk adds the kindness.
 */

/** Who is calling. Only `root` needs a password; it signs that user's calls. */
export interface NativeUser {
  /** Name of the user. */
  readonly owner: string;
  /** Only root has one. */
  readonly password?: string | undefined;
}

/** Accepted by the promise form of every call. */
export interface NativeCallOptions {
  /**
   * Milliseconds after which the call fails with kind `timeout`.
   *
   * @default no limit beyond client.conf's own retry budgets; an I/O call may then wait for ever
   */
  readonly deadline?: number | undefined;
  /** Aborting fails the call with kind `canceled`; the caller's buffer is free as soon as the promise settles. */
  readonly signal?: AbortSignal | undefined;
}

/** Accepted by the synchronous form of every call. */
export type NativeSyncOptions = Pick<NativeCallOptions, 'deadline'>;

/**
 * Where a failure was decided, and so what its number is one of, for the same number means another thing in each:
 *
 * | kind | who | status |
 * | --- | --- | --- |
 * | `mds` | an MDS | StatusCode |
 * | `topology` | the topology service of an MDS | its status, negative |
 * | `chunk` | a chunkserver | CHUNK_OP_STATUS |
 * | `rpc` | nobody: there was no answer | brpc or errno code |
 * | `client` | the client itself: bad descriptor, unaligned, bad configuration, an answer without what was asked for | 0 |
 * | `timeout` | the call's deadline | 0 |
 * | `canceled` | the call's signal, or an end of the client | 0 |
 */
export type NativeErrorKind = 'mds' | 'topology' | 'chunk' | 'rpc' | 'client' | 'timeout' | 'canceled';

/** What rejected promises and thrown errors are. `name` is `CurveNativeError`. */
export interface NativeError extends Error {
  /** Where the failure was decided. */
  readonly kind: NativeErrorKind;
  /** What was answered, or why nothing was, by number: see {@link NativeErrorKind}. */
  readonly status: number;
  /** What libcurve's call returns in this situation, e.g. -2 for every refused open. Always negative. */
  readonly libcurveCode: number;
  /**
   * How often that was tried which failed or was waited for: sends of the MDS call, or tries of the chunk request,
   * where looking for a leader in vain is a try too. 0 when the call was refused before anything was sent.
   */
  readonly attempts: number;
  /** Path of the volume it is about, where that is not the call's: the source of the lazy clone that was read. */
  readonly cloneSource?: string;
}

/** `FileInfo` of the MDS. Fields the MDS left out are 0, '' or, for `blocksize`, 4096. */
export interface NativeFileInfo {
  /** Inode id. */
  readonly id: bigint;
  /** Inode id of the directory it is in. */
  readonly parentId: bigint;
  /** Last component of the path. */
  readonly fileName: string;
  /** FileType: 0 directory, 1 volume. */
  readonly fileType: number;
  /** Name of the owner. */
  readonly owner: string;
  /** Bytes. */
  readonly chunkSize: number;
  /** Bytes. */
  readonly segmentSize: number;
  /** Bytes. */
  readonly length: bigint;
  /** Microseconds since 1970, the MDS's clock. */
  readonly ctime: bigint;
  /** Version, raised by snapshots. */
  readonly seqNum: bigint;
  /** FileStatus: 0 created, 1 deleting, 2 cloning, 3 clone metadata installed, 4 cloned, 5 being cloned. */
  readonly fileStatus: number;
  /** Only of entries in `/RecycleBin`. */
  readonly originalFullPathName: string;
  /** Bytes; 0 without stripes. */
  readonly stripeUnit: bigint;
  /** Chunks a stripe goes over; 0 without stripes. */
  readonly stripeCount: bigint;
  /** Fences off clients with a lower one. */
  readonly epoch: bigint;
  /** Name of its poolset. */
  readonly poolset: string;
  /** Bytes that offsets and lengths are multiples of. */
  readonly blocksize: number;
  /** Limits of the volume. */
  readonly throttle: readonly NativeThrottle[];
}

/** One limit of a volume: type 1…6 is IOPS total/read/write, BPS total/read/write. */
export interface NativeThrottle {
  /** What is limited: see above. */
  readonly type: number;
  /** Operations or bytes per second. */
  readonly limit: bigint;
  /** Operations or bytes per second in a burst. */
  readonly burst: bigint;
  /** Seconds. */
  readonly burstLength: bigint;
}

/** What to create. */
export interface NativeCreateOptions {
  /** Bytes. */
  readonly length: number | bigint;
  /** @default 0 */
  readonly stripeUnit?: number | bigint | undefined;
  /** @default 0 */
  readonly stripeCount?: number | bigint | undefined;
  /** @default '' (the MDS chooses) */
  readonly poolset?: string | undefined;
}

/** How to open. */
export interface NativeOpenOptions {
  /**
   * Whether a read may trust that a segment it once saw unallocated stays so (libcurve's default). Off, a read asks
   * the MDS again and so sees what other clients allocated meanwhile.
   *
   * @default false
   */
  readonly exclusive?: boolean | undefined;
  /**
   * Whether reads and writes fail, with -2, once a refresh of the lease tells that the volume is gone or another one. As
   * in libcurve they otherwise wait, until the volume is closed (curve-protocol §4.5).
   *
   * @default false
   */
  readonly failWhenLost?: boolean | undefined;
}

/** A poolset of the cluster. */
export interface NativePoolset {
  /** Id of the poolset. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Kind of its disks. */
  readonly type: string;
  /** What the operator wrote about it. */
  readonly description: string;
}

/** A client that has a volume open. */
export interface NativeMountPoint {
  /** Address of the client. */
  readonly ip: string;
  /** Port of the client. */
  readonly port: number;
}

/** What a volume takes in the cluster. */
export interface NativeAllocatedSize {
  /** Bytes. */
  readonly total: bigint;
  /** Bytes by logical pool id. */
  readonly byPool: ReadonlyMap<number, bigint>;
}

/** A segment of a volume that is allocated. */
export interface NativeSegment {
  /** Bytes from the volume's beginning. */
  readonly startOffset: bigint;
  /** Bytes. */
  readonly segmentSize: number;
  /** Bytes. */
  readonly chunkSize: number;
  /** Logical pool that all its copysets belong to. */
  readonly logicalPoolId: number;
  /** In the order of their offsets. */
  readonly chunks: readonly NativeChunk[];
}

/** A chunk of a segment. */
export interface NativeChunk {
  /** Copyset that holds it. */
  readonly copysetId: number;
  /** Id of the chunk. */
  readonly chunkId: bigint;
}

/** Who holds the replicas of a copyset. */
export interface NativeCopyset {
  /** Id of the copyset, unique in its logical pool. */
  readonly copysetId: number;
  /** Its members, in no particular order; which of them leads is not known to the MDS. */
  readonly chunkservers: readonly NativeChunkserver[];
}

/** A chunkserver as the MDS knows it. */
export interface NativeChunkserver {
  /** Id of the chunkserver. */
  readonly id: number;
  /** IPv4 address inside the cluster. */
  readonly ip: string;
  /** Port it listens on. */
  readonly port: number;
  /** IPv4 address for clients; '' when `ip` is for them too. */
  readonly externalIp: string;
}

/** What a server answered to an RPC. */
export interface NativeUnaryAnswer {
  /** In protobuf's wire format. */
  readonly message: Uint8Array;
  /** What came attached; nothing if it were other than as many bytes as were to come. */
  readonly attachment: Uint8Array;
}

/** An RPC whose message the caller has written and whose answer the caller reads, for what no other call here is about. */
export interface NativeUnaryCall {
  /** Full name of the service: `curve.mds.topology.TopologyService`. */
  readonly service: string;
  /** Name of the method: `ListPhysicalPool`. */
  readonly method: string;
  /** The request in protobuf's wire format; it is copied. */
  readonly message: Uint8Array;
  /**
   * Whom to ask, as `ip:port`: the request is sent once, and the answer has `chunkserver.rpcTimeoutMS` to come.
   *
   * @default whichever MDS leads, with the time-outs, repetitions and changes of address of any call to the MDS
   */
  readonly server?: string | undefined;
  /**
   * Bytes that are to come attached to the answer of a `server`, 64 MiB at most.
   *
   * @default 0
   */
  readonly attachmentSize?: number | undefined;
  /**
   * Has the date and the signature of a user appended to the message, anew for every attempt: an MDS refuses what is older
   * than 15 seconds. Only of calls to the leading MDS.
   */
  readonly sign?:
    | {
        /** Who calls; the message itself says so, too. */
        readonly user: NativeUser;
        /** Number of the field of the date, in microseconds. */
        readonly dateField: number;
        /** Number of the field of the signature, which is empty for all but root. */
        readonly signatureField: number;
      }
    | undefined;
  /**
   * Whether the MDS is asked again only while it has certainly not received the request, so that nothing is done twice.
   *
   * @default false
   */
  readonly once?: boolean | undefined;
}

/** What a client has done so far. */
export interface NativeStatistics {
  /** Calls given to the client and not settled yet. */
  readonly callsInFlight: number;
  /** Chunk requests on the wire or waiting for a resend. */
  readonly requestsInFlight: number;
  /** Volumes now open. */
  readonly openVolumes: number;
  /** Read calls so far. */
  readonly reads: number;
  /** Write calls so far. */
  readonly writes: number;
  /** Bytes read so far. */
  readonly bytesRead: number;
  /** Bytes written so far. */
  readonly bytesWritten: number;
  /** Chunk requests sent again, for whatever reason. */
  readonly retries: number;
  /** Replies that said another chunkserver leads. */
  readonly redirects: number;
  /** RPCs that passed their deadline. */
  readonly timeouts: number;
  /** MDS calls repeated, on the same or another address. */
  readonly mdsRetries: number;
  /** Connections made so far. */
  readonly connects: number;
  /** Read and write calls by duration: entry i counts those under 2^i microseconds that fit no earlier entry. */
  readonly latency: readonly number[];
  /** What has failed and is tried again just now. */
  readonly waits: readonly NativeWait[];
}

/** Calls of one method to one server that have failed and are tried again. */
export interface NativeWait {
  /** The RPC: `GetOrAllocateSegment`, `WriteChunk`. */
  readonly method: string;
  /** What was asked last, `ip:port`; empty when nobody could be asked yet. */
  readonly server: string;
  /** Logical pool of the copyset, of chunk requests. */
  readonly poolId?: number;
  /** The copyset, of chunk requests. */
  readonly copysetId?: number;
  /** What the last failure was. */
  readonly kind: NativeErrorKind;
  /** Its number among those of its kind; 0 where there is none. */
  readonly status: number;
  /** How many calls wait. */
  readonly calls: number;
  /** Since when the first of them is tried. */
  readonly milliseconds: number;
}

/** See {@link NativeClient.holdWrites}. */
export interface NativeWriteHold {
  /** Settles when no such write is under way in the range; none begins until the release. */
  readonly held: Promise<void>;
  /** At any time, once. */
  release(): Promise<void>;
}

/** What NBD's handshake has led to, and what the client may take. */
export interface NativeNbdTerms {
  /** Descriptor of a connected socket that does not block. */
  readonly socket: number;
  /** What has come from it already. */
  readonly received: Uint8Array;
  /** Whether structured replies were agreed upon. */
  readonly structured: boolean;
  /** Whether writes are handed up, to be refused. */
  readonly readOnly: boolean;
  /** Bytes of the export, as the client was told. */
  readonly size: number;
  /** Requests under way at a time. */
  readonly requests: number;
  /** Bytes of its reads and writes under way. */
  readonly bytes: number;
  /** Bytes of the reads and writes under way of all connections of this client. */
  readonly totalBytes: number;
  /** Milliseconds without a byte after which a client is given up that owes the rest of a request, or takes no replies. */
  readonly stallTimeout: number;
  /**
   * Counted in from another thread, so the memory had best be shared: requests under way, reads, writes, flushes, bytes
   * read and bytes written.
   */
  readonly counts: BigUint64Array;
}

/** A request that somebody else must answer. */
export interface NativeNbdRequest {
  /** For the answer. */
  readonly number: number;
  /** Its 28 bytes. */
  readonly request: Uint8Array;
  /** Of a write that can be done. */
  readonly data?: Uint8Array;
  /** Why the cluster did not do it. */
  readonly error?: NativeError;
}

/**
 * Why a connection has ended: the client has gone or was sent away, it sent no request where one should be, it left one
 * unfinished, or it took no replies.
 */
export type NativeNbdEnd = 'gone' | 'nonsense' | 'unfinished' | 'unread';

/** See {@link NativeClient.serveNbd}. */
export interface NativeNbdConnection {
  /** Settles when nothing of it is under way any more. */
  readonly ended: Promise<NativeNbdEnd>;
  /** The next requests that were handed up; undefined when there will be none. One such call at a time. */
  next(): Promise<readonly NativeNbdRequest[] | undefined>;
  /** Sends the reply to one of them. */
  reply(number: number, bytes: Uint8Array): Promise<void>;
  /** Takes no more requests and ends the connection, at once or when those under way are answered. */
  end(atOnce: boolean): Promise<void>;
}

/** A client of one cluster. Safe to use for many calls at once; not shareable between worker threads. */
export interface NativeClient {
  /**
   * Cancels what is in flight, sends CloseFile for every open volume and ends the client's thread, whatever is answered.
   * Calls made afterwards fail with kind `canceled`, libcurveCode -2. May be repeated.
   *
   * `deadline` is how long the MDS may take to answer, 1000 where none is given: what it has not heard of then counts as
   * open until its lease has run out.
   */
  uninit(options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.uninit}, waiting. */
  uninitSync(options?: NativeSyncOptions): void;

  /** CreateFile, for a volume. */
  create(
    path: string,
    user: NativeUser,
    volume: NativeCreateOptions,
    options?: NativeCallOptions,
  ): Promise<void>;
  /** {@link NativeClient.create}, waiting. */
  createSync(path: string, user: NativeUser, volume: NativeCreateOptions, options?: NativeSyncOptions): void;
  /** CreateFile, for a directory. */
  mkdir(path: string, user: NativeUser, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.mkdir}, waiting. */
  mkdirSync(path: string, user: NativeUser, options?: NativeSyncOptions): void;
  /** Same RPC as {@link unlink}: on a volume it recycles it. */
  rmdir(path: string, user: NativeUser, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.rmdir}, waiting. */
  rmdirSync(path: string, user: NativeUser, options?: NativeSyncOptions): void;
  /** GetFileInfo. */
  stat(path: string, user: NativeUser, options?: NativeCallOptions): Promise<NativeFileInfo>;
  /** {@link NativeClient.stat}, waiting. */
  statSync(path: string, user: NativeUser, options?: NativeSyncOptions): NativeFileInfo;
  /** ListDir. */
  list(path: string, user: NativeUser, options?: NativeCallOptions): Promise<NativeFileInfo[]>;
  /** {@link NativeClient.list}, waiting. */
  listSync(path: string, user: NativeUser, options?: NativeSyncOptions): NativeFileInfo[];
  /** ExtendFile to `length` bytes. */
  extend(path: string, user: NativeUser, length: number | bigint, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.extend}, waiting. */
  extendSync(path: string, user: NativeUser, length: number | bigint, options?: NativeSyncOptions): void;
  /** RenameFile. */
  rename(from: string, to: string, user: NativeUser, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.rename}, waiting. */
  renameSync(from: string, to: string, user: NativeUser, options?: NativeSyncOptions): void;
  /** DeleteFile: the volume goes to the recycle bin. */
  unlink(path: string, user: NativeUser, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.unlink}, waiting. */
  unlinkSync(path: string, user: NativeUser, options?: NativeSyncOptions): void;
  /** DeleteFile with force: the volume leaves the recycle bin for good. */
  deleteForce(path: string, user: NativeUser, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.deleteForce}, waiting. */
  deleteForceSync(path: string, user: NativeUser, options?: NativeSyncOptions): void;
  /** `fileId` 0 recovers by name. */
  recover(
    path: string,
    user: NativeUser,
    fileId: number | bigint,
    options?: NativeCallOptions,
  ): Promise<void>;
  /** {@link NativeClient.recover}, waiting. */
  recoverSync(path: string, user: NativeUser, fileId: number | bigint, options?: NativeSyncOptions): void;
  /** ChangeOwner; only root may. */
  changeOwner(path: string, newOwner: string, user: NativeUser, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.changeOwner}, waiting. */
  changeOwnerSync(path: string, newOwner: string, user: NativeUser, options?: NativeSyncOptions): void;
  /**
   * Returns the new epoch. All descriptors of the volume have it at once, and none of their writes is refused meanwhile. A
   * failure's message says which chunkservers were not reached.
   */
  increaseEpoch(path: string, user: NativeUser, options?: NativeCallOptions): Promise<bigint>;
  /** {@link NativeClient.increaseEpoch}, waiting. */
  increaseEpochSync(path: string, user: NativeUser, options?: NativeSyncOptions): bigint;

  /** GetClusterInfo. */
  clusterId(options?: NativeCallOptions): Promise<string>;
  /** {@link NativeClient.clusterId}, waiting. */
  clusterIdSync(options?: NativeSyncOptions): string;
  /** ListPoolset. */
  listPoolset(options?: NativeCallOptions): Promise<NativePoolset[]>;
  /** {@link NativeClient.listPoolset}, waiting. */
  listPoolsetSync(options?: NativeSyncOptions): NativePoolset[];
  /** GetAllocatedSize. */
  allocatedSize(path: string, options?: NativeCallOptions): Promise<NativeAllocatedSize>;
  /** {@link NativeClient.allocatedSize}, waiting. */
  allocatedSizeSync(path: string, options?: NativeSyncOptions): NativeAllocatedSize;
  /** Sum of the lengths below a directory, or the length of a volume. */
  fileSize(path: string, options?: NativeCallOptions): Promise<bigint>;
  /** {@link NativeClient.fileSize}, waiting. */
  fileSizeSync(path: string, options?: NativeSyncOptions): bigint;
  /**
   * FindFileMountPoint. Resolves with none when the MDS knows of no client that has the volume open: it does not look
   * whether there is such a volume.
   */
  mountPoints(path: string, options?: NativeCallOptions): Promise<NativeMountPoint[]>;
  /** {@link NativeClient.mountPoints}, waiting. */
  mountPointsSync(path: string, options?: NativeSyncOptions): NativeMountPoint[];
  /**
   * GetOrAllocateSegment without allocating. `offset` is where a segment begins, a multiple of the volume's
   * `segmentSize` (else status 104). Resolves with `undefined` when nothing is allocated there.
   */
  segment(
    path: string,
    user: NativeUser,
    offset: number | bigint,
    options?: NativeCallOptions,
  ): Promise<NativeSegment | undefined>;
  /** {@link NativeClient.segment}, waiting. */
  segmentSync(
    path: string,
    user: NativeUser,
    offset: number | bigint,
    options?: NativeSyncOptions,
  ): NativeSegment | undefined;
  /** GetChunkServerListInCopySets: one entry for each id, in the order of `copysetIds`. */
  copysetServers(
    logicalPoolId: number,
    copysetIds: readonly number[],
    options?: NativeCallOptions,
  ): Promise<NativeCopyset[]>;
  /** {@link NativeClient.copysetServers}, waiting. */
  copysetServersSync(
    logicalPoolId: number,
    copysetIds: readonly number[],
    options?: NativeSyncOptions,
  ): NativeCopyset[];

  /**
   * Makes an RPC and resolves with the answer, whatever it says: only where there is no answer does it reject, with kind
   * `rpc`.
   */
  unary(call: NativeUnaryCall, options?: NativeCallOptions): Promise<NativeUnaryAnswer>;
  /** {@link NativeClient.unary}, waiting. */
  unarySync(call: NativeUnaryCall, options?: NativeSyncOptions): NativeUnaryAnswer;

  /** Returns a descriptor: 0, 1, 2…, never used twice by one client. */
  open(
    path: string,
    user: NativeUser,
    open?: NativeOpenOptions,
    options?: NativeCallOptions,
  ): Promise<number>;
  /** {@link NativeClient.open}, waiting. */
  openSync(path: string, user: NativeUser, open?: NativeOpenOptions, options?: NativeSyncOptions): number;
  /**
   * Sends CloseFile and, once that is accepted, lets no more I/O begin and waits for what is under way. The last
   * descriptor of a volume also waits for segments that are being given back, and for writes that were given up but may
   * still be done.
   */
  close(fd: number, options?: NativeCallOptions): Promise<void>;
  /** {@link NativeClient.close}, waiting. */
  closeSync(fd: number, options?: NativeSyncOptions): void;
  /** What the client knows of an open volume; asks nobody, so `length` is the one at open. */
  statFd(fd: number): NativeFileInfo;
  /**
   * Fills `target` from `offset`; both must be multiples of the block size. The reply is received straight into
   * `target`, which must not be resized, transferred or read until the promise settles. Resolves with its length.
   */
  read(fd: number, offset: number | bigint, target: Uint8Array, options?: NativeCallOptions): Promise<number>;
  /** {@link NativeClient.read}, waiting. */
  readSync(fd: number, offset: number | bigint, target: Uint8Array, options?: NativeSyncOptions): number;
  /** Sends `data` from where it lies; it must not change until the promise settles. Resolves with its length. */
  write(fd: number, offset: number | bigint, data: Uint8Array, options?: NativeCallOptions): Promise<number>;
  /** {@link NativeClient.write}, waiting. */
  writeSync(fd: number, offset: number | bigint, data: Uint8Array, options?: NativeSyncOptions): number;
  /**
   * Marks a range as not needed; segments wholly discarded, and touched by no descriptor of the volume, are given back after
   * `discard.taskDelayMs`, a few at a time and each by one call that is not repeated.
   */
  discard(
    fd: number,
    offset: number | bigint,
    length: number | bigint,
    options?: NativeCallOptions,
  ): Promise<void>;
  /** {@link NativeClient.discard}, waiting. */
  discardSync(
    fd: number,
    offset: number | bigint,
    length: number | bigint,
    options?: NativeSyncOptions,
  ): void;

  /**
   * Keeps the writes of NBD clients ({@link NativeClient.serveNbd}) out of a range of an open volume, for whoever reads,
   * changes and writes it back.
   */
  holdWrites(fd: number, offset: number, length: number): NativeWriteHold;
  /**
   * Goes on with a connection on the client's thread, from the end of NBD's handshake: reads and writes of whole blocks
   * go between it and the cluster, all else is handed up. The descriptor is duplicated at once, and the caller closes its
   * own.
   */
  serveNbd(fd: number, terms: NativeNbdTerms): NativeNbdConnection;

  /** The MDSs of the configuration, as `ip:port`. */
  mdsAddresses(): string[];
  /** Counts so far; asks nobody. */
  statistics(): NativeStatistics;
}

/**
 * Path of a client.conf, read by libcurve's rules (missing required keys are refused), or its keys as an object, where
 * every key but `mds.listen.addr` may be left out and then has the value of the client.conf Curve ships.
 */
export type NativeConfig = string | Readonly<Record<string, string | number | boolean>>;

/** Reads the configuration and starts the client's thread; talks to nobody. Throws a {@link NativeError} (-2). */
export type CreateClient = (config: NativeConfig) => NativeClient;
