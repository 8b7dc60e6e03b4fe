import { peerAddress, type Topology } from '../cluster/topology.js';
import type { CliService2 } from '../proto/cli2_pb.js';
import { RpcError, RpcErrorCode } from '../rpc/rpc-error.js';
import type { Handlers } from '../rpc/service.js';

/** GetLeader (protocol 3.4). What fails is an RPC error: the answer has no status. */
export function cliService(id: number, topology: Topology): Handlers<typeof CliService2> {
  return {
    getLeader({ logicPoolId, copysetId }) {
      const copyset = topology.copyset(logicPoolId, copysetId);
      if (!copyset?.members.includes(id)) {
        throw new RpcError(RpcErrorCode.ENOENT, `no copyset ${logicPoolId}-${copysetId} here`);
      }
      const leader = copyset.leader === undefined ? undefined : topology.chunkserver(copyset.leader);
      if (!leader) throw new RpcError(RpcErrorCode.EAGAIN, 'the leader is unknown');
      return { leader: { address: peerAddress(leader) } };
    },
  };
}
