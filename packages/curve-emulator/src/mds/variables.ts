import type { Topology } from '../cluster/topology.js';
import type { Usage } from '../cluster/usage.js';
import { setting, type Variables, variableName } from '../rpc/variables.js';
import { logicalPoolName } from './handlers/pools.js';

/** What the MDS that leads tells at `/vars` (cluster 4). */
export function* mdsVariables(topology: Topology, usage: Usage, address: string): Variables {
  yield ['mds_status', 'leader'];
  yield ['mds_config_mds_listen_addr', setting('mds.listen.addr', address)];
  yield ['curve_version', 'unknown'];
  yield ['process_uptime', Math.round(process.uptime() * 1e6) / 1e6];
  for (const kind of [
    'operator',
    'high_operator',
    'normal_operator',
    'transfer_leader',
    'add_peer',
    'remove_peer',
    'change_peer',
  ])
    yield [`mds_scheduler_metric_${kind}_num`, 0];
  const copysets = [...topology.copysets()];
  for (const poolset of topology.poolsets) {
    const { poolId } = poolset;
    const name = (what: string) =>
      variableName('topology_metric_logical_pool', logicalPoolName(poolset), what);
    const { total, used } = usage.ofPool(poolId);
    const allocated = usage.allocated(poolId);
    yield [name('chunk_size_total_bytes'), total];
    yield [name('chunk_size_used_bytes'), used];
    yield [name('chunk_size_left_bytes'), total - used];
    yield [name('chunk_size_trashed_bytes'), 0];
    yield [name('logical_capacity'), usage.poolCapacity];
    yield [name('logical_alloc'), allocated];
    yield [name('disk_alloc'), allocated * topology.replicas];
    yield [name('server_num'), topology.chunkservers.length];
    yield [name('chunkserver_num'), topology.chunkservers.length];
    yield [name('copyset_num'), copysets.filter(copyset => copyset.poolId === poolId).length];
    for (const rate of ['read_iops', 'write_iops', 'read_rate', 'write_rate']) yield [name(rate), 0];
  }
  for (const { id } of topology.chunkservers) {
    const name = (what: string) => `topology_metric_chunkserver_id_${id}_${what}`;
    const { total, used } = usage.ofChunkserver(id);
    const held = topology.heldBy(id);
    const led = held.filter(({ leader }) => leader === id).length;
    yield [name('chunk_size_total_bytes'), total];
    yield [name('chunk_size_used_bytes'), used];
    yield [name('chunk_size_left_bytes'), total - used];
    yield [name('chunk_size_trashed_bytes'), 0];
    yield [name('copysetnum'), held.length];
    yield [name('copyset_count_from_heartbeat'), held.length];
    yield [name('leadernum'), led];
    yield [name('leader_count_from_heartbeat'), led];
  }
}
