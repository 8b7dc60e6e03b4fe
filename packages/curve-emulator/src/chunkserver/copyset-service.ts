import { type Copyset, peerAddress, type Topology } from '../cluster/topology.js';
import { type ChunkServerService, COPYSET_OP_STATUS, type CopysetService } from '../proto/chunkserver_pb.js';
import type { raft_stat } from '../proto/raft-stat_pb.js';
import type { Handlers } from '../rpc/service.js';
import { StatusFailure } from '../rpc/status-failure.js';
import { raftStat } from './raft-stat.js';

/** How a replica without a leader names it. */
export const nobody = '0.0.0.0:0:0';
const states = { leader: 1, follower: 4 };

/** ChunkServerStatus: by answering it tells that it runs (cluster 4). */
export function chunkserverService(): Handlers<typeof ChunkServerService> {
  return { chunkServerStatus: () => ({ copysetLoadFin: true }) };
}

/** GetCopysetStatus (cluster 4). Without Raft, all replicas are as far as the leader. */
export function copysetService(id: number, topology: Topology): Handlers<typeof CopysetService> {
  return {
    getCopysetStatus({ logicPoolId, copysetId, peer, queryHash }) {
      const copyset = topology.copyset(logicPoolId, copysetId);
      if (!copyset?.members.includes(id))
        throw new StatusFailure(COPYSET_OP_STATUS.COPYSET_OP_STATUS_COPYSET_NOTEXIST);
      const { appliedIndex: index, leader } = copyset;
      return {
        status: COPYSET_OP_STATUS.COPYSET_OP_STATUS_SUCCESS,
        state: leader === id ? states.leader : states.follower,
        peer: { address: peer?.address ?? '' },
        leader: { address: leaderAddress(topology, copyset) },
        ...{ readOnly: false, term: 1n, committedIndex: index, knownAppliedIndex: index },
        ...{ pendingIndex: 0n, pendingQueueSize: 0n, applyingIndex: 0n },
        ...{ firstIndex: 1n, lastIndex: index, diskIndex: index, epoch: 1n },
        ...(queryHash && { hash: '0' }),
      };
    },
  };
}

/** braft.raft_stat: the text is what follows the message. */
export function raftStatService(id: number, topology: Topology): Handlers<typeof raft_stat> {
  return {
    default_method(_, call) {
      call.replyAttachment = Buffer.from(raftStat(id, topology));
      return {};
    },
  };
}

function leaderAddress(topology: Topology, { leader }: Copyset): string {
  const found = leader === undefined ? undefined : topology.chunkserver(leader);
  return found ? peerAddress(found) : nobody;
}
