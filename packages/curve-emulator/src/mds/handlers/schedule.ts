import type { Topology } from '../../cluster/topology.js';
import type { ScheduleService } from '../../proto/schedule_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { TopologyStatus } from '../topology-status.js';

/** QueryChunkServerRecoverStatus: no chunkserver is ever emptied here. */
export function scheduleHandlers(topology: Topology): Handlers<typeof ScheduleService> {
  return {
    queryChunkServerRecoverStatus({ chunkServerID }) {
      const all = topology.chunkservers.map(({ id }) => id);
      if (!chunkServerID.every(id => all.includes(id))) throw new StatusFailure(TopologyStatus.invalidParam);
      const asked = chunkServerID.length === 0 ? all : chunkServerID;
      return {
        statusCode: TopologyStatus.success,
        recoverStatusMap: Object.fromEntries(asked.map(id => [id, false])),
      };
    },
  };
}
