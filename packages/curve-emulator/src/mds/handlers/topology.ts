import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ChunkserverLocation, Topology } from '../../cluster/topology.js';
import {
  type ChunkServerInfoSchema,
  ChunkServerStatus,
  DiskState,
  OnlineState,
  type TopologyService,
} from '../../proto/topology_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { location } from '../location.js';

/** The status codes of the topology (protocol 3.3). */
const TopologyStatus = {
  success: 0,
  invalidParam: -2,
  chunkserverNotFound: -6,
  serverNotFound: -7,
  poolNotFound: -10,
  copysetNotFound: -11,
} as const;

/** The topology calls that clients make. */
export function topologyHandlers(topology: Topology): Handlers<typeof TopologyService> {
  const statusCode = TopologyStatus.success;

  return {
    getClusterInfo: () => ({ statusCode, clusterId: topology.clusterId }),

    listPoolset: () => ({
      statusCode,
      poolsetInfos: topology.poolsets.map(({ id, name, type, description }) => ({
        ...{ poolsetID: id, poolsetName: name, type, desc: description },
      })),
    }),

    getChunkServerListInCopySets({ logicalPoolId, copysetId }) {
      if (!topology.hasPool(logicalPoolId)) throw new StatusFailure(TopologyStatus.poolNotFound);
      const csInfo = copysetId.map(id => {
        const copyset = topology.copyset(logicalPoolId, id);
        if (!copyset) throw new StatusFailure(TopologyStatus.copysetNotFound);
        const members = topology.chunkservers.filter(one => copyset.members.includes(one.id));
        return { copysetId: id, csLocs: members.map(location) };
      });
      return { statusCode, csInfo };
    },

    getChunkServer({ chunkServerID, hostIp, port }) {
      const found =
        chunkServerID > 0 ? topology.chunkserver(chunkServerID) : topology.chunkserverAt(hostIp, port);
      if (!found) throw new StatusFailure(TopologyStatus.chunkserverNotFound);
      return { statusCode, chunkServerInfo: chunkserverInfo(found) };
    },

    listChunkServer({ ip, serverID }) {
      if (ip === '' && serverID === 0) throw new StatusFailure(TopologyStatus.invalidParam);
      // All chunkservers of this cluster are on one server, whose id is 1.
      const found = topology.chunkservers.filter(({ host }) => host === ip || serverID === 1);
      if (found.length === 0) throw new StatusFailure(TopologyStatus.serverNotFound);
      return { statusCode, chunkServerInfos: found.map(chunkserverInfo) };
    },
  };
}

function chunkserverInfo(chunkserver: ChunkserverLocation): MessageInitShape<typeof ChunkServerInfoSchema> {
  const { id, host, port, running } = chunkserver;
  return {
    ...{ chunkServerID: id, hostIp: host, port, externalIp: host },
    diskType: 'ssd',
    status: ChunkServerStatus.READWRITE,
    diskStatus: DiskState.DISKNORMAL,
    onlineState: running ? OnlineState.ONLINE : OnlineState.OFFLINE,
    mountPoint: `chunkserver${id}`,
    diskCapacity: 0n,
    diskUsed: 0n,
  };
}
