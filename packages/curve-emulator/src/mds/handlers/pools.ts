import { isFieldSet, type MessageInitShape } from '@bufbuild/protobuf';
import type { Poolset, Topology } from '../../cluster/topology.js';
import {
  AllocateStatus,
  GetLogicalPoolRequestSchema,
  ListLogicalPoolRequestSchema,
  type LogicalPoolInfoSchema,
  LogicalPoolType,
  type PhysicalPoolInfoSchema,
  PhysicalPoolRequestSchema,
  type PoolsetInfoSchema,
  PoolsetRequestSchema,
  type TopologyService,
} from '../../proto/topology_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { TopologyStatus } from '../topology-status.js';

/** The calls about poolsets and their pools. Here each poolset has one physical pool, and that one logical pool. */
export function poolHandlers(topology: Topology): Handlers<typeof TopologyService> {
  const statusCode = TopologyStatus.success;
  const { poolsets } = topology;

  function find(matches: (poolset: Poolset) => boolean, missing: number): Poolset {
    const found = poolsets.find(matches);
    if (!found) throw new StatusFailure(missing);
    return found;
  }

  /** The pool of an id or else of a name; one of them must be given. */
  function physicalPool(id: number | undefined, name: string | undefined): Poolset {
    if (id !== undefined) return find(one => one.id === id, TopologyStatus.physicalPoolNotFound);
    if (name === undefined) throw new StatusFailure(TopologyStatus.invalidParam);
    return find(one => physicalPoolName(one) === name, TopologyStatus.physicalPoolNotFound);
  }

  return {
    listPoolset: () => ({ statusCode, poolsetInfos: poolsets.map(poolsetInfo) }),

    getPoolset(request) {
      const { poolsetID, poolsetName } = request;
      const { field } = PoolsetRequestSchema;
      const named = isFieldSet(request, field.poolsetName);
      const byId = isFieldSet(request, field.poolsetID);
      if (!byId && !named) throw new StatusFailure(TopologyStatus.invalidParam);
      const found = find(
        ({ id, name }) => (byId ? id === poolsetID : name === poolsetName),
        TopologyStatus.poolsetNotFound,
      );
      return { statusCode, poolsetInfo: poolsetInfo(found) };
    },

    listPhysicalPool: () => ({ statusCode, physicalPoolInfos: poolsets.map(physicalPoolInfo) }),

    getPhysicalPool(request) {
      const { field } = PhysicalPoolRequestSchema;
      const id = isFieldSet(request, field.physicalPoolID) ? request.physicalPoolID : undefined;
      const name = isFieldSet(request, field.physicalPoolName) ? request.physicalPoolName : undefined;
      return { statusCode, physicalPoolInfo: physicalPoolInfo(physicalPool(id, name)) };
    },

    listPhysicalPoolsInPoolset({ poolsetId }) {
      if (poolsetId.length === 0) throw new StatusFailure(TopologyStatus.invalidParam);
      const found = poolsetId.map(id => find(one => one.id === id, TopologyStatus.poolsetNotFound));
      return { statusCode, physicalPoolInfos: found.map(physicalPoolInfo) };
    },

    listLogicalPool(request) {
      const { field } = ListLogicalPoolRequestSchema;
      const id = isFieldSet(request, field.physicalPoolID) ? request.physicalPoolID : undefined;
      const name = isFieldSet(request, field.physicalPoolName) ? request.physicalPoolName : undefined;
      const info = logicalPoolInfo(topology, physicalPool(id, name));
      return { statusCode, logicalPoolInfos: [{ ...info, scanEnable: true }] };
    },

    getLogicalPool(request) {
      const { logicalPoolID, logicalPoolName: name, physicalPoolName: physical } = request;
      const { field } = GetLogicalPoolRequestSchema;
      const byId = isFieldSet(request, field.logicalPoolID);
      const named = isFieldSet(request, field.logicalPoolName) && isFieldSet(request, field.physicalPoolName);
      if (!byId && !named) throw new StatusFailure(TopologyStatus.invalidParam);
      const found = find(
        one =>
          byId
            ? one.poolId === logicalPoolID
            : logicalPoolName(one) === name && physicalPoolName(one) === physical,
        TopologyStatus.logicalPoolNotFound,
      );
      return { statusCode, logicalPoolInfo: logicalPoolInfo(topology, found) };
    },
  };
}

/** The name of the physical pool of a poolset. */
export function physicalPoolName({ id }: Poolset): string {
  return `pool${id}`;
}

/** The name of the logical pool of a poolset. */
export function logicalPoolName({ poolId }: Poolset): string {
  return `logicalPool${poolId}`;
}

function poolsetInfo({ id, name, type, description }: Poolset): MessageInitShape<typeof PoolsetInfoSchema> {
  return { poolsetID: id, poolsetName: name, type, desc: description };
}

function physicalPoolInfo(poolset: Poolset): MessageInitShape<typeof PhysicalPoolInfoSchema> {
  const { id, name } = poolset;
  return {
    ...{ physicalPoolID: id, physicalPoolName: physicalPoolName(poolset), desc: '' },
    ...{ poolsetId: id, poolsetName: name },
  };
}

function logicalPoolInfo(
  { createdAt, replicas, zones }: Topology,
  poolset: Poolset,
): MessageInitShape<typeof LogicalPoolInfoSchema> {
  const policy = { copysetNum: poolset.copysets, replicaNum: replicas, zoneNum: zones };
  const lines = Object.entries(policy).map(([name, value]) => `\t"${name}" : ${value}`);
  return {
    ...{ logicalPoolID: poolset.poolId, logicalPoolName: logicalPoolName(poolset) },
    ...{ physicalPoolID: poolset.id, type: LogicalPoolType.PAGEFILE, createTime: BigInt(createdAt) },
    redundanceAndPlaceMentPolicy: Buffer.from(`{\n${lines.join(',\n')}\n}\n`),
    userPolicy: Buffer.from('{"policy" : 1}'),
    allocateStatus: AllocateStatus.ALLOW,
  };
}
