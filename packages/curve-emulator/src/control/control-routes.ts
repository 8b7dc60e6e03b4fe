import type { Cluster } from '../cluster/cluster.js';
import type { FaultRegistry } from '../faults/fault-registry.js';
import type { FaultRule } from '../faults/fault-rule.js';
import type { RequestLog } from '../rpc/request-log.js';
import { ControlError } from './control-error.js';
import { overview } from './overview.js';
import { watchedRequests } from './watched-requests.js';

/** What can be steered and looked at. */
export interface ControlledCluster extends Cluster {
  host: string;
  faults: FaultRegistry;
  log: RequestLog;
}

/** A request to the control endpoint. */
export interface ControlRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** From JSON; undefined for an empty body. */
  body: unknown;
  /** Says when nobody waits for the answer any more. */
  ending: AbortSignal;
}

type Operation = (cluster: ControlledCluster, request: ControlRequest, id: number) => unknown;

/** Each path, with what its methods do. */
const routes: readonly [RegExp, Record<string, Operation>][] = [
  [/^\/cluster$/, { GET: describeCluster }],
  [/^\/overview$/, { GET: cluster => overview(cluster, cluster.host) }],
  [/^\/requests$/, { GET: ({ log }, { query, ending }) => watchedRequests(log, query, ending) }],
  [/^\/faults$/, { GET: listFaults, POST: addFault, DELETE: endFaults }],
  [/^\/leaders$/, { POST: moveLeader }],
  [/^\/chunkservers\/(\d+)\/stop$/, { POST: stopChunkserver }],
  [/^\/chunkservers\/(\d+)\/start$/, { POST: startChunkserver }],
  [/^\/mds\/(\d+)\/stop$/, { POST: stopMds }],
  [/^\/mds\/(\d+)\/start$/, { POST: startMds }],
  [/^\/snapshot-servers\/(\d+)\/stop$/, { POST: stopSnapshotServer }],
  [/^\/snapshot-servers\/(\d+)\/start$/, { POST: startSnapshotServer }],
];

/**
 * Does what a request asks for, and gives the answer's JSON.
 *
 * @throws ControlError, CurveEmulatorError
 */
export async function performControl(cluster: ControlledCluster, request: ControlRequest): Promise<unknown> {
  for (const [pattern, methods] of routes) {
    const match = pattern.exec(request.path);
    if (!match) continue;
    const operation = methods[request.method];
    if (operation) return operation(cluster, request, Number(match[1]));
    throw new ControlError(405, `${request.path} knows ${Object.keys(methods).join(', ')}`);
  }
  throw new ControlError(404, `there is no ${request.path}`);
}

function describeCluster({ host, mds, snapshots, topology }: ControlledCluster): unknown {
  return {
    clusterId: topology.clusterId,
    mds: mds.states.map((state, index) => ({ index, address: `${host}:${mds.ports[index]}`, ...state })),
    snapshotServers: snapshots.states.map((state, index) => ({
      index,
      address: `${host}:${snapshots.ports[index]}`,
      ...state,
    })),
    chunkservers: topology.chunkservers.map(({ id, port, running }) => ({
      id,
      address: `${host}:${port}`,
      running,
    })),
    copysets: [...topology.copysets()].map(({ poolId, id, members, leader = null }) => ({
      poolId,
      copysetId: id,
      members,
      leader,
    })),
  };
}

function listFaults({ faults }: ControlledCluster): unknown {
  return { faults: faults.list() };
}

function addFault({ faults }: ControlledCluster, { body }: ControlRequest): unknown {
  if (typeof body !== 'object' || body === null || !('do' in body)) {
    throw new ControlError(400, 'the body is not a fault rule: {"match": …, "do": …}');
  }
  return faults.insert(body as FaultRule);
}

function endFaults(cluster: ControlledCluster, { query }: ControlRequest): unknown {
  const id = query.get('id');
  if (id === null) cluster.faults.clear();
  else if (!cluster.faults.remove(id)) throw new ControlError(404, `there is no fault ${id}`);
  return listFaults(cluster);
}

function moveLeader({ chunkservers, topology }: ControlledCluster, { body }: ControlRequest): unknown {
  const { copysetId, poolId, to } = numbers(body, ['copysetId', 'poolId', 'to']);
  if (copysetId === undefined) throw new ControlError(400, 'copysetId is missing');
  const pool = poolId ?? topology.poolsets[0]?.poolId ?? 0;
  return { poolId: pool, copysetId, leader: chunkservers.moveLeader(pool, copysetId, to) };
}

async function stopChunkserver(
  cluster: ControlledCluster,
  { body }: ControlRequest,
  id: number,
): Promise<unknown> {
  await cluster.chunkservers.stop(id, numbers(body ?? {}, ['electionDelay']).electionDelay ?? 0);
  return describeCluster(cluster);
}

async function startChunkserver(cluster: ControlledCluster, _: ControlRequest, id: number): Promise<unknown> {
  await cluster.chunkservers.start(id);
  return describeCluster(cluster);
}

async function stopMds(cluster: ControlledCluster, _: ControlRequest, index: number): Promise<unknown> {
  await cluster.mds.stop(index);
  return describeCluster(cluster);
}

async function startMds(cluster: ControlledCluster, _: ControlRequest, index: number): Promise<unknown> {
  await cluster.mds.start(index);
  return describeCluster(cluster);
}

async function stopSnapshotServer(
  cluster: ControlledCluster,
  _: ControlRequest,
  index: number,
): Promise<unknown> {
  await cluster.snapshots.stop(index);
  return describeCluster(cluster);
}

async function startSnapshotServer(
  cluster: ControlledCluster,
  _: ControlRequest,
  index: number,
): Promise<unknown> {
  await cluster.snapshots.start(index);
  return describeCluster(cluster);
}

/** The members of a body, which are whole numbers and no others than these. */
function numbers<Name extends string>(body: unknown, names: readonly Name[]): Partial<Record<Name, number>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ControlError(400, `the body is not an object with ${names.join(', ')}`);
  }
  for (const [name, value] of Object.entries(body)) {
    if (!names.includes(name as Name))
      throw new ControlError(400, `there is no ${name}: ${names.join(', ')}`);
    if (!Number.isInteger(value) || value < 0) throw new ControlError(400, `${name} is no whole number`);
  }
  return body;
}
