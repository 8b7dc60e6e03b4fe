// All that speaks protobuf, loaded by the first call that needs it: the runtime takes some 50 ms to load, more than all
// the rest.
import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import type { CopysetName } from '../client/stats.js';
import { CurveFSService } from './proto/files_pb.js';
import { askMds } from './rpc.js';
import type { ThrottleParams } from './throttle.js';

export { chunkserversWithSpace } from './chunkservers.js';
export { findSpace } from './space.js';
export { clusterStatus } from './status.js';
export { knownCluster, survey } from './survey.js';
export { findPools, findServers, findZones, listPools } from './topology.js';

const { listClient, listVolumesOnCopysets, updateFileThrottleParams } = CurveFSService.method;

/** A client that has volumes open. */
export interface ClusterClient {
  /** Its address. */
  readonly ip: string;
  /** The port it has registered, by which it tells its metrics if it is libcurve. */
  readonly port: number;
}

export async function findClients(connection: Connection, course: Course): Promise<ClusterClient[]> {
  const { clientInfos } = await askMds(connection, course, listClient, { listAllClient: true });
  return clientInfos.map(({ ip, port }) => ({ ip, port }));
}

export async function findVolumesOn(
  connection: Connection,
  course: Course,
  copysets: readonly CopysetName[],
): Promise<string[]> {
  const wanted = copysets.map(({ poolId, copysetId }) => ({ logicalPoolId: poolId, copysetId }));
  return (await askMds(connection, course, listVolumesOnCopysets, { copysets: wanted })).fileNames;
}

/** Sets one limit after the other: each call takes one. */
export async function setLimits(
  connection: Connection,
  course: Course,
  path: string,
  all: readonly ThrottleParams[],
): Promise<void> {
  for (const throttleParams of all) {
    const request = { fileName: path, owner: connection.user.owner, throttleParams };
    await askMds(connection, course, updateFileThrottleParams, request, { dateField: 4, signatureField: 3 });
  }
}
