import type { ChunkserverLocation, Topology } from '../cluster/topology.js';
import type { Usage } from '../cluster/usage.js';
import { setting, type Variables, variableName } from '../rpc/variables.js';

/** What a chunkserver tells at `/vars` (cluster 4). It has no pool of files of its own for its logs. */
export function* chunkserverVariables(
  { id, host, port }: ChunkserverLocation,
  topology: Topology,
  usage: Usage,
  chunkSize: number,
): Variables {
  const name = (what: string) => variableName('chunkserver', host, port, what);
  const { total, used } = usage.ofChunkserver(id);
  yield [name('chunkfilepool_left'), Math.floor((total - used) / chunkSize)];
  yield [name('chunk_count'), usage.chunksOf(id)];
  yield [name('chunk_trashed'), 0];
  yield [name('clonechunk_count'), 0];
  yield [name('leader_count'), [...topology.copysets()].filter(({ leader }) => leader === id).length];
  yield [
    name('config_copyset_raft_log_uri'),
    setting('copyset.raft_log_uri', `curve:///chunkserver${id}/copysets`),
  ];
  yield [name('config_walfilepool_use_chunk_file_pool'), setting('walfilepool.use_chunk_file_pool', 'true')];
  yield ['curve_version', 'unknown'];
  yield ['process_uptime', Math.round(process.uptime() * 1e6) / 1e6];
}
