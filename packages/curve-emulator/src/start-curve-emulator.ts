import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { clientConf, isOwnClientConf } from './client-conf.js';
import { type Cluster, openCluster } from './cluster/cluster.js';
import { startControlServer } from './control/control-server.js';
import { CurveEmulatorError } from './errors.js';
import { type CurveFaults, FaultRegistry } from './faults/fault-registry.js';
import { type CurveEmulatorOptions, resolveOptions } from './options.js';
import { RequestLog, type RequestRecord } from './rpc/request-log.js';

const CLIENT_CONF = 'client.conf';

/** A running emulator. */
export interface CurveEmulator extends AsyncDisposable {
  /** Where the MDSs are, as `ip:port`; the first leads at the start. */
  readonly mdsAddresses: readonly string[];
  /** Where the chunkservers are, as `ip:port`; the first has the id 1. */
  readonly chunkserverAddresses: readonly string[];
  /** Where the snapshot-clone servers are, as `ip:port`; the first leads at the start. client.conf has no key for them. */
  readonly snapshotAddresses: readonly string[];
  /**
   * Where other processes of this machine steer the cluster, by HTTP: `GET /cluster`, `/faults`, `/leaders`,
   * `/chunkservers/ID/stop`, `/mds/INDEX/stop` and others. In a browser it is a page that shows the cluster.
   */
  readonly controlUrl: string;
  /** The text of a `client.conf` for this cluster. */
  readonly clientConf: string;
  /** A file with that text, in the data folder. */
  readonly clientConfPath: string;
  /** The folder that holds the data. */
  readonly dataDir: string;
  /** The name of the user who may do everything. */
  readonly rootUser: string;
  /** That user's password. */
  readonly rootPassword: string;
  /** The faults in force. */
  readonly faults: CurveFaults;
  /** The latest 10,000 calls, oldest first. */
  readonly requests: readonly RequestRecord[];
  /**
   * Lets another member lead a copyset: the one given, or any. Both ids count from 1; the pool is that of the
   * first poolset unless given.
   *
   * @returns the id of the new leader
   * @throws CurveEmulatorError `INVALID_OPTION` when there is no such copyset or nobody else can lead it
   */
  moveLeader(copyset: { copysetId: number; poolId?: number; to?: number }): number;
  /**
   * Stops a chunkserver, by its id: its connections end and new ones are refused. Other members lead its copysets,
   * at once or after `electionDelay` milliseconds, in which they name the dead one.
   *
   * @throws CurveEmulatorError `INVALID_OPTION`
   */
  stopChunkserver(id: number, options?: { electionDelay?: number }): Promise<void>;
  /** Starts a stopped chunkserver at its old port. */
  startChunkserver(id: number): Promise<void>;
  /**
   * Stops an MDS, by its place in `mdsAddresses`. If it led, the next one does from now on.
   *
   * @throws CurveEmulatorError `INVALID_OPTION`
   */
  stopMds(index: number): Promise<void>;
  /** Starts a stopped MDS. It stands by, or leads if no other does. */
  startMds(index: number): Promise<void>;
  /**
   * Stops a snapshot-clone server, by its place in `snapshotAddresses`. If it led, the next one goes on with its tasks.
   *
   * @throws CurveEmulatorError `INVALID_OPTION`
   */
  stopSnapshotServer(index: number): Promise<void>;
  /** Starts a stopped snapshot-clone server. It stands by, or leads if no other does. */
  startSnapshotServer(index: number): Promise<void>;
  /** Ends all connections and closes the storage. Called again, waits for the same. */
  close(): Promise<void>;
}

/**
 * Starts a Curve cluster in this process: MDSs and chunkservers on ports of their own.
 *
 * @throws {@link CurveEmulatorError} for options that cannot be used (before any I/O), a folder that cannot be
 * used, or an address that is taken
 *
 * @example
 * ```ts
 * import { startCurveEmulator } from '@curve-wcs/curve-emulator';
 *
 * await using emulator = await startCurveEmulator({ chunkservers: 3 });
 * console.log(emulator.clientConfPath);
 * ```
 */
export async function startCurveEmulator(options: CurveEmulatorOptions = {}): Promise<CurveEmulator> {
  const resolved = resolveOptions(options);
  const faults = new FaultRegistry(resolved.faults, resolved.random);
  const log = new RequestLog();
  const temporary = resolved.dataDir === undefined;
  const dataDir = await makeFolder(resolved.dataDir);
  const removeFolder = async () => {
    if (temporary) await rm(dataDir, { recursive: true, force: true });
  };

  const cluster = await openCluster(dataDir, resolved, { faults, log }).catch(async error => {
    await removeFolder();
    throw error;
  });
  const { host, portBase, mds, chunkservers } = resolved;
  const controlPort = portBase === 0 ? 0 : portBase + mds + chunkservers;
  const control = await startControlServer({ host, faults, log, ...cluster }, controlPort).catch(
    async error => {
      await cluster.close().then(removeFolder);
      throw error;
    },
  );
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= control.close().then(cluster.close).then(removeFolder);
    return closed;
  };

  const mdsAddresses = cluster.mds.ports.map(port => `${host}:${port}`);
  const conf = clientConf({ mdsAddresses, logDir: join(dataDir, 'log') });
  const clientConfPath = join(dataDir, CLIENT_CONF);
  await writeFile(clientConfPath, conf).catch(async error => {
    await close();
    throw error;
  });
  return {
    mdsAddresses,
    controlUrl: control.url,
    snapshotAddresses: cluster.snapshots.ports.map(port => `${host}:${port}`),
    chunkserverAddresses: cluster.topology.chunkservers.map(one => `${one.host}:${one.port}`),
    clientConf: conf,
    clientConfPath,
    dataDir,
    rootUser: resolved.rootUser,
    rootPassword: resolved.rootPassword,
    faults,
    get requests() {
      return log.list();
    },
    ...controls(cluster),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Controls = Pick<
  CurveEmulator,
  | 'moveLeader'
  | 'stopChunkserver'
  | 'startChunkserver'
  | 'stopMds'
  | 'startMds'
  | 'stopSnapshotServer'
  | 'startSnapshotServer'
>;

function controls({ mds, chunkservers, snapshots, topology }: Cluster): Controls {
  const firstPool = topology.poolsets[0]?.poolId ?? 0;
  return {
    moveLeader: ({ copysetId, poolId = firstPool, to }) => chunkservers.moveLeader(poolId, copysetId, to),
    stopChunkserver: (id, { electionDelay = 0 } = {}) => chunkservers.stop(id, electionDelay),
    startChunkserver: id => chunkservers.start(id),
    stopMds: index => mds.stop(index),
    startMds: index => mds.start(index),
    stopSnapshotServer: index => snapshots.stop(index),
    startSnapshotServer: index => snapshots.start(index),
  };
}

/** @throws CurveEmulatorError `DATA_DIR_UNUSABLE` */
async function makeFolder(wanted: string | undefined): Promise<string> {
  try {
    if (wanted === undefined) return await mkdtemp(join(tmpdir(), 'curve-emulator-'));
    const folder = resolve(wanted);
    await mkdir(folder, { recursive: true });
    await keepForeignConf(join(folder, CLIENT_CONF));
    return folder;
  } catch (error) {
    if (error instanceof CurveEmulatorError) throw error;
    throw new CurveEmulatorError(
      'DATA_DIR_UNUSABLE',
      `cannot keep data in ${wanted}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Fails where the client.conf of some other cluster would be replaced. */
async function keepForeignConf(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined || isOwnClientConf(text)) return;
  throw new CurveEmulatorError(
    'DATA_DIR_UNUSABLE',
    `${path} is not of an emulator, and would be replaced: choose another folder`,
  );
}
