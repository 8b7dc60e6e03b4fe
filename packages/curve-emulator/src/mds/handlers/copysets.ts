import type { ChunkserverLocation, Copyset, Topology } from '../../cluster/topology.js';
import type { GetCopySetsInChunkServerRequest, TopologyService } from '../../proto/topology_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { TopologyStatus } from '../topology-status.js';

/** The calls about copysets. Nothing is ever scanned here, and no operator marks a copyset as unavailable. */
export function copysetHandlers(
  topology: Topology,
  findChunkserver: (request: GetCopySetsInChunkServerRequest) => ChunkserverLocation,
): Handlers<typeof TopologyService> {
  const statusCode = TopologyStatus.success;
  const ids = ({ poolId, id }: Copyset) => ({ logicalPoolId: poolId, copysetId: id });
  const info = (copyset: Copyset) => ({
    ...ids(copyset),
    ...{ scaning: false, lastScanSec: 0n, lastScanConsistent: true },
  });

  return {
    getCopySetsInCluster: ({ filterScaning }) => ({
      statusCode,
      copysetInfos: filterScaning ? [] : [...topology.copysets()].map(info),
    }),

    getCopySetsInChunkServer(request) {
      const { id } = findChunkserver(request);
      return { statusCode, copysetInfos: topology.heldBy(id).map(ids) };
    },

    getCopyset({ logicalPoolId, copysetId }) {
      const copyset = topology.copyset(logicalPoolId, copysetId);
      if (!copyset) throw new StatusFailure(TopologyStatus.copysetNotFound);
      return { statusCode, copysetInfo: info(copyset) };
    },

    listUnAvailCopySets: () => ({ statusCode, copysets: [] }),
  };
}
