import { statfsSync } from 'node:fs';
import { isFieldSet, type MessageInitShape } from '@bufbuild/protobuf';
import type { ChunkserverLocation, Topology } from '../../cluster/topology.js';
import {
  type ChunkServerInfoSchema,
  ChunkServerStatus,
  DiskState,
  type GetChunkServerInfoRequest,
  type GetCopySetsInChunkServerRequest,
  ListChunkServerRequestSchema,
  OnlineState,
  type TopologyService,
} from '../../proto/topology_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { location } from '../location.js';
import { TopologyStatus } from '../topology-status.js';
import { copysetHandlers } from './copysets.js';
import { poolHandlers } from './pools.js';
import { zoneHandlers } from './zones.js';

/** What chunkservers say who were built without naming a version. */
const version = 'unknown';

/** What the MDS knows of chunkservers beside their places. */
export interface ChunkserverKnowledge {
  /** The folder that has their data. */
  folder: string;
  /** For how many milliseconds a stopped one still counts as online, and for how many as unstable at most. */
  missTimeout: number;
  offlineTimeout: number;
  /** Tells the time in milliseconds since the epoch. */
  clock: () => number;
}

/** TopologyService: the calls that clients and tools make (protocol 3.3, cluster 2). */
export function topologyHandlers(
  topology: Topology,
  known: ChunkserverKnowledge,
): Handlers<typeof TopologyService> {
  const statusCode = TopologyStatus.success;

  function findChunkserver(
    request: GetChunkServerInfoRequest | GetCopySetsInChunkServerRequest,
  ): ChunkserverLocation {
    const has = (name: string) => Object.hasOwn(request, name);
    let found: ChunkserverLocation | undefined;
    if (has('chunkServerID')) found = topology.chunkserver(request.chunkServerID);
    else if (has('hostIp') && has('port')) found = topology.chunkserverAt(request.hostIp, request.port);
    else throw new StatusFailure(TopologyStatus.invalidParam);
    if (!found) throw new StatusFailure(TopologyStatus.chunkserverNotFound);
    return found;
  }

  return {
    getClusterInfo: () => ({ statusCode, clusterId: topology.clusterId }),

    ...poolHandlers(topology),
    ...zoneHandlers(topology),
    ...copysetHandlers(topology, findChunkserver),

    getChunkServerListInCopySets({ logicalPoolId, copysetId }) {
      const csInfo = [];
      for (const id of copysetId) {
        const copyset = topology.copyset(logicalPoolId, id);
        // Those before it are told all the same.
        if (!copyset) return { statusCode: TopologyStatus.copysetNotFound, csInfo };
        const members = topology.chunkservers.filter(one => copyset.members.includes(one.id));
        csInfo.push({ copysetId: id, csLocs: members.map(location) });
      }
      return { statusCode, csInfo };
    },

    getChunkServer: request => ({
      statusCode,
      chunkServerInfo: chunkserverInfo(findChunkserver(request), known),
    }),

    getChunkServerInCluster: () => ({
      statusCode,
      chunkServerInfos: topology.chunkservers.map(one => ({ ...chunkserverInfo(one, known), version })),
    }),

    listChunkFormatStatus: () => ({
      chunkFormatStatus: topology.chunkservers.map(({ id, host, port }) => ({
        ...{ ip: host, port, chunkServerID: id, formatPercent: 100 },
      })),
    }),

    listChunkServer(request) {
      const { ip, port, serverID } = request;
      const { field } = ListChunkServerRequestSchema;
      // Every chunkserver is on a server of its own, with its id and its address.
      let found: ChunkserverLocation | undefined;
      if (isFieldSet(request, field.ip)) found = topology.chunkserverAt(ip, port);
      else if (isFieldSet(request, field.serverID)) found = topology.chunkserver(serverID);
      else throw new StatusFailure(TopologyStatus.invalidParam);
      if (!found) throw new StatusFailure(TopologyStatus.serverNotFound);
      return { statusCode, chunkServerInfos: [{ ...chunkserverInfo(found, known), version }] };
    },
  };
}

function chunkserverInfo(
  chunkserver: ChunkserverLocation,
  known: ChunkserverKnowledge,
): MessageInitShape<typeof ChunkServerInfoSchema> {
  const { id, host, port } = chunkserver;
  // Those of the file system, whoever uses it.
  const { blocks, bfree, bsize } = statfsSync(known.folder);
  return {
    ...{ chunkServerID: id, hostIp: host, port, externalIp: host },
    diskType: 'nvme',
    status: ChunkServerStatus.READWRITE,
    diskStatus: DiskState.DISKNORMAL,
    onlineState: onlineState(chunkserver, known),
    mountPoint: `local:///chunkserver${id}/`,
    diskCapacity: BigInt(blocks * bsize),
    diskUsed: BigInt((blocks - bfree) * bsize),
  };
}

/** What the MDS makes of the heartbeats that it misses (cluster 5). */
function onlineState(
  { running, stoppedAt = 0 }: ChunkserverLocation,
  { missTimeout, offlineTimeout, clock }: ChunkserverKnowledge,
): OnlineState {
  const silence = clock() - stoppedAt;
  if (running || silence < missTimeout) return OnlineState.ONLINE;
  return silence < offlineTimeout ? OnlineState.UNSTABLE : OnlineState.OFFLINE;
}
