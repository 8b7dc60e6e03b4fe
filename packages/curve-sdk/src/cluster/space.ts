import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { CurveError } from '../errors/curve-error.js';
import { underscored } from '../underscored.js';
import { leaderVars } from './mds-page.js';
import type { PageRequest } from './page.js';
import { CurveFSService } from './proto/files_pb.js';
import { askMds } from './rpc.js';
import type { ClusterPart } from './topology.js';
import { numberOf, type Vars } from './vars.js';

/** Bytes of some space. */
export interface Space {
  /** How much there is. */
  readonly total: number;
  /** How much of it is used; may be more than there is where segments are given out freely. */
  readonly used: number;
  /** What is left, never below 0. */
  readonly left: number;
}

/** The space of a logical pool. */
export interface PoolSpace {
  /** Id of the pool. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Files of chunks on disks, all replicas and snapshots of them counted. */
  readonly physical: Space;
  /** Segments that volumes can be given and have been given, each counted once. */
  readonly logical: Space;
}

/** The space of a cluster, in bytes (curve-cluster.md §5). */
export interface ClusterSpace {
  /** Files of chunks on disks, all replicas and snapshots of them counted. */
  readonly physical: Space;
  /** Segments that volumes can be given and have been given, those in the recycle bin too; each counted once. */
  readonly logical: Space;
  /** Segments of volumes in the recycle bin: what purging gives back. */
  readonly recyclable: number;
  /** Lengths of all volumes together, those in the recycle bin too; may be more than the total. */
  readonly created: number;
  /** The same by pool. */
  readonly pools: readonly PoolSpace[];
}

const PREFIX = 'topology_metric_logical_pool_';

export async function findSpace(
  connection: Connection,
  course: Course,
  pools: readonly ClusterPart[],
  time: Pick<PageRequest, 'patience' | 'until'>,
): Promise<ClusterSpace> {
  const all = await leaderVars(connection, course, [`${PREFIX}*`], time);
  const byPool = pools.map(({ id, name }) => poolSpace(course, all, id, name));
  const { getAllocatedSize, getFileSize } = CurveFSService.method;
  const bin = await askMds(connection, course, getAllocatedSize, { fileName: '/RecycleBin' });
  const everything = await askMds(connection, course, getFileSize, { fileName: '/' });
  return {
    physical: sum(byPool.map(({ physical }) => physical)),
    logical: sum(byPool.map(({ logical }) => logical)),
    recyclable: Number(bin.allocatedSize),
    created: Number(everything.fileSize),
    pools: byPool,
  };
}

function poolSpace({ operation }: Course, all: Vars, id: number, name: string): PoolSpace {
  const value = (what: string) => {
    const variable = underscored(`${PREFIX}${name}_${what}`);
    const number = numberOf(all, variable);
    if (number !== undefined) return number;
    throw new CurveError('FAILED', `${operation}: the MDS does not tell ${variable}`, { operation });
  };
  return {
    id,
    name,
    physical: space(value('chunk_size_total_bytes'), value('chunk_size_used_bytes')),
    logical: space(value('logical_capacity'), value('logical_alloc')),
  };
}

function space(total: number, used: number): Space {
  return { total, used, left: Math.max(0, total - used) };
}

function sum(spaces: readonly Space[]): Space {
  const add = (key: 'total' | 'used') => spaces.reduce((all, one) => all + one[key], 0);
  return space(add('total'), add('used'));
}
