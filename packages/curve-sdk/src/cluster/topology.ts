import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { CurveError } from '../errors/curve-error.js';
import { inOrder } from '../flow/in-order.js';
import {
  AllocateStatus,
  ChunkServerStatus,
  DiskState,
  type LogicalPool,
  OnlineState,
  type ChunkServer as RawChunkserver,
  type Server as RawServer,
  TopologyService,
} from './proto/topology_pb.js';
import { askMds } from './rpc.js';

const { method } = TopologyService;
/** Calls to the MDS under way at a time. */
const AHEAD = 8;

/** A part of a cluster, as others name it. */
export interface ClusterPart {
  /** Its id. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
}

/** The machines that a pool's copysets are spread over. */
export interface PhysicalPool extends ClusterPart {
  /** What the operator wrote about it. */
  readonly description: string;
}

/** The disk of a chunkserver. */
export interface ChunkserverDisk {
  /** What kind it is, such as `nvme`. */
  readonly type: string;
  /** Whether the chunkserver finds nothing wrong with it. */
  readonly healthy: boolean;
  /** Bytes of it. */
  readonly capacity: number;
  /** Bytes of it that are taken. */
  readonly used: number;
  /** Where the chunkserver has it. */
  readonly path: string;
}

/** A logical pool: some copysets, on the servers of a physical pool (curve-cluster.md §2). */
export interface Pool {
  /** Id of the logical pool. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** The physical pool it is in. */
  readonly physicalPool: PhysicalPool;
  /** The poolset of that, which volumes are put into by name. */
  readonly poolset: ClusterPart;
  /** How many replicas each of its copysets has. */
  readonly replicas: number;
  /** How many copysets it was made with. */
  readonly copysets: number;
  /** How many zones the replicas of a copyset are in. */
  readonly zones: number;
  /** Whether new segments are put into it. */
  readonly allocates: boolean;
  /** Whether its replicas are compared now and then. */
  readonly scans: boolean;
  /** When it was made. */
  readonly createdAt: Date;
}

/** A zone: servers that may fail together. */
export interface Zone {
  /** Its id. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** What the operator wrote about it. */
  readonly description: string;
  /** The physical pool it is in. */
  readonly physicalPool: ClusterPart;
}

/** A machine that runs chunkservers. */
export interface Server {
  /** Its id. */
  readonly id: number;
  /** Name of the host. */
  readonly name: string;
  /** `ip:port` inside the cluster. */
  readonly internalAddress: string;
  /** `ip:port` for clients. */
  readonly externalAddress: string;
  /** The zone it is in. */
  readonly zone: ClusterPart;
  /** The physical pool it is in. */
  readonly physicalPool: ClusterPart;
  /** What the operator wrote about it. */
  readonly description: string;
}

/** A chunkserver as the MDS knows it. */
export interface RegisteredChunkserver {
  /** Its id. */
  readonly id: number;
  /** `ip:port` for clients. */
  readonly address: string;
  /** `ip:port` by which copysets name it. */
  readonly peer: string;
  /**
   * What the MDS thinks of it: `unstable` after it has missed heartbeats for `mds.heartbeat.misstimeoutMs`, `offline` after
   * `offlinetimeoutMs`, and not before.
   */
  readonly state: 'online' | 'unstable' | 'offline';
  /** What is to become of it: it takes data, is being emptied, or has been taken out of use. */
  readonly use: 'readWrite' | 'pending' | 'retired';
  /** Its disk; capacity and used are bytes of the whole file system that its folder is in, whoever uses them. */
  readonly disk: ChunkserverDisk;
  /** What it was built as; empty where it did not say. */
  readonly version: string;
}

/** How a pool places replicas, as its policy says. */
type Placement = Pick<Pool, 'replicas' | 'copysets' | 'zones'>;

/** A pool as the MDS lists it. */
export interface ListedPool extends Omit<Pool, keyof Placement> {
  /** Or what its policy does not tell. */
  readonly placement: Placement | string;
}

/**
 * The logical pools.
 *
 * @throws CurveError `FAILED` where the policy of one is not what it should be
 */
export async function findPools(connection: Connection, course: Course): Promise<Pool[]> {
  const { operation } = course;
  return (await listPools(connection, course)).map(({ placement, ...pool }) => {
    if (typeof placement !== 'string') return { ...pool, ...placement };
    const said = `${operation}: the policy of pool ${pool.name} does not tell its ${placement}`;
    throw new CurveError('FAILED', said, { operation });
  });
}

export async function listPools(connection: Connection, course: Course): Promise<ListedPool[]> {
  const { physicalPoolInfos } = await askMds(connection, course, method.listPhysicalPool, {});
  const found: ListedPool[] = [];
  for (const physical of physicalPoolInfos) {
    const { physicalPoolID, physicalPoolName: name, desc: description, poolsetId, poolsetName } = physical;
    const { logicalPoolInfos } = await askMds(connection, course, method.listLogicalPool, { physicalPoolID });
    for (const pool of logicalPoolInfos) {
      found.push({
        id: pool.logicalPoolID,
        name: pool.logicalPoolName,
        physicalPool: { id: physicalPoolID, name, description },
        poolset: { id: poolsetId, name: poolsetName },
        placement: placementOf(pool),
        allocates: pool.allocateStatus === AllocateStatus.ALLOW,
        scans: pool.scanEnable,
        createdAt: new Date(Number(pool.createTime) * 1000),
      });
    }
  }
  return found;
}

/** What its policy says, in JSON. */
function placementOf({ redundanceAndPlaceMentPolicy }: LogicalPool): Placement | string {
  let policy: Record<string, unknown> = {};
  try {
    policy = Object(JSON.parse(Buffer.from(redundanceAndPlaceMentPolicy).toString()));
  } catch {
    // Then it has nothing of what it should have.
  }
  const { replicaNum: replicas, copysetNum: copysets, zoneNum: zones } = policy;
  if (!isCount(replicas)) return 'replicaNum';
  if (!isCount(copysets)) return 'copysetNum';
  if (!isCount(zones)) return 'zoneNum';
  return { replicas, copysets, zones };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export async function findZones(connection: Connection, course: Course): Promise<Zone[]> {
  const { physicalPoolInfos } = await askMds(connection, course, method.listPhysicalPool, {});
  const found: Zone[] = [];
  for (const { physicalPoolID } of physicalPoolInfos) {
    const { zones } = await askMds(connection, course, method.listPoolZone, { physicalPoolID });
    for (const zone of zones) {
      found.push({
        id: zone.zoneID,
        name: zone.zoneName,
        description: zone.desc,
        physicalPool: { id: zone.physicalPoolID, name: zone.physicalPoolName },
      });
    }
  }
  return found;
}

/** The servers of each zone in turn. */
export async function findServers(connection: Connection, course: Course): Promise<Server[]> {
  const zones = await findZones(connection, course);
  const inZones = inOrder(
    course,
    AHEAD,
    function* () {
      yield* zones;
    },
    ({ id: zoneID }, part) => askMds(connection, part, method.listZoneServer, { zoneID }),
  );
  const found: Server[] = [];
  for await (const { serverInfo } of inZones) found.push(...serverInfo.map(server));
  return found;
}

function server(raw: RawServer): Server {
  return {
    id: raw.serverID,
    name: raw.hostName,
    internalAddress: `${raw.internalIp}:${raw.internalPort}`,
    externalAddress: `${raw.externalIp}:${raw.externalPort}`,
    zone: { id: raw.zoneID, name: raw.zoneName },
    physicalPool: { id: raw.physicalPoolID, name: raw.physicalPoolName },
    description: raw.desc,
  };
}

/** All chunkservers by their ids, whatever became of them. */
export async function findChunkservers(
  connection: Connection,
  course: Course,
): Promise<RegisteredChunkserver[]> {
  const { chunkServerInfos } = await askMds(connection, course, method.getChunkServerInCluster, {});
  return chunkServerInfos.map(chunkserver).sort((a, b) => a.id - b.id);
}

const STATES = {
  [OnlineState.ONLINE]: 'online',
  [OnlineState.OFFLINE]: 'offline',
  [OnlineState.UNSTABLE]: 'unstable',
} as const;
const USES = {
  [ChunkServerStatus.READWRITE]: 'readWrite',
  [ChunkServerStatus.PENDDING]: 'pending',
  [ChunkServerStatus.RETIRED]: 'retired',
} as const;

function chunkserver(raw: RawChunkserver): RegisteredChunkserver {
  const { chunkServerID: id, hostIp, port, externalIp, diskType: type, diskStatus, version } = raw;
  const [capacity, used, path] = [Number(raw.diskCapacity), Number(raw.diskUsed), raw.mountPoint];
  return {
    id,
    address: `${externalIp || hostIp}:${port}`,
    peer: `${hostIp}:${port}`,
    state: STATES[raw.onlineState],
    use: USES[raw.status],
    disk: { type, healthy: diskStatus === DiskState.DISKNORMAL, capacity, used, path },
    version,
  };
}

/** Which copyset one is, and what the MDS knows of it. */
export interface KnownCopyset {
  readonly poolId: number;
  readonly copysetId: number;
  /** Whether its replicas were the same when they were last compared. */
  readonly consistent: boolean;
}

export async function findCopysets(connection: Connection, course: Course): Promise<KnownCopyset[]> {
  const { copysetInfos } = await askMds(connection, course, method.getCopySetsInCluster, {});
  return copysetInfos.map(({ logicalPoolId, copysetId, lastScanConsistent, lastScanSec }) => ({
    poolId: logicalPoolId,
    copysetId,
    // One that was never compared is not called inconsistent.
    consistent: lastScanConsistent || lastScanSec === 0n,
  }));
}
