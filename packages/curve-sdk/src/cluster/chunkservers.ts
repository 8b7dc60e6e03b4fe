import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { leaderVars } from './mds-page.js';
import type { Space } from './space.js';
import { findChunkservers, type RegisteredChunkserver } from './topology.js';
import { numberOf, type Vars } from './vars.js';

/** A chunkserver, with what its last heartbeat told the MDS. */
export interface ClusterChunkserver extends RegisteredChunkserver {
  /** How many copysets it has a replica of; not there before its first heartbeat, like the others. */
  readonly copysets?: number;
  /** How many copysets it leads. */
  readonly leaders?: number;
  /** Files of chunks on its disk, in bytes; when none is left it ends itself. */
  readonly space?: Space;
}

const PREFIX = 'topology_metric_chunkserver_id_';

export async function chunkserversWithSpace(
  connection: Connection,
  course: Course,
  patience: number,
): Promise<ClusterChunkserver[]> {
  const all = await findChunkservers(connection, course);
  const told = await leaderVars(connection, course, [`${PREFIX}*`], { patience });
  return all.map(chunkserver => ({ ...chunkserver, ...heartbeat(told, chunkserver.id) }));
}

function heartbeat(told: Vars, id: number): Partial<ClusterChunkserver> {
  const value = (what: string) => numberOf(told, `${PREFIX}${id}_${what}`);
  const [copysets, leaders] = [value('copysetnum'), value('leadernum')];
  const [total, used, left] = [
    value('chunk_size_total_bytes'),
    value('chunk_size_used_bytes'),
    value('chunk_size_left_bytes'),
  ];
  return {
    ...(copysets !== undefined && { copysets }),
    ...(leaders !== undefined && { leaders }),
    ...(total !== undefined && used !== undefined && left !== undefined && { space: { total, used, left } }),
  };
}
