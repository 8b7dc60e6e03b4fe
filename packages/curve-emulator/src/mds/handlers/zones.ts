import { isFieldSet } from '@bufbuild/protobuf';
import type { ChunkserverLocation, Topology } from '../../cluster/topology.js';
import {
  GetServerRequestSchema,
  ListPoolZoneRequestSchema,
  ListZoneServerRequestSchema,
  type TopologyService,
  ZoneRequestSchema,
} from '../../proto/topology_pb.js';
import { RpcError, RpcErrorCode } from '../../rpc/rpc-error.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { TopologyStatus } from '../topology-status.js';
import { physicalPoolName } from './pools.js';

/**
 * The calls about zones and servers. Every chunkserver is on a server of its own, with its id and its address, and the
 * servers go round the zones of the first pool.
 */
export function zoneHandlers(topology: Topology): Handlers<typeof TopologyService> {
  const statusCode = TopologyStatus.success;
  const [first] = topology.poolsets;
  const pool = {
    physicalPoolID: first?.id ?? 0,
    physicalPoolName: first ? physicalPoolName(first) : '',
  };

  function zoneInfo(id: number) {
    return { zoneID: id, zoneName: `zone${id}`, ...pool, desc: '' };
  }

  /** The zone of an id, or else of a name in a pool. */
  function zone(id: number | undefined, name: string | undefined, poolName: string | undefined): number {
    if (id === undefined && (name === undefined || poolName === undefined))
      throw new StatusFailure(TopologyStatus.invalidParam);
    for (let zone = 1; zone <= topology.zones; zone++) {
      if (id === undefined ? name === `zone${zone}` && poolName === pool.physicalPoolName : id === zone)
        return zone;
    }
    throw new StatusFailure(TopologyStatus.zoneNotFound);
  }

  function serverInfo({ id, host, port }: ChunkserverLocation) {
    const { desc, ...rest } = zoneInfo(topology.zoneOf(id));
    return {
      ...{ serverID: id, hostName: `server${id}`, ...rest, desc },
      ...{ internalIp: host, internalPort: port, externalIp: host, externalPort: port },
    };
  }

  return {
    listPoolZone(request) {
      const { field } = ListPoolZoneRequestSchema;
      const byId = isFieldSet(request, field.physicalPoolID);
      if (!byId && !isFieldSet(request, field.physicalPoolName))
        throw new StatusFailure(TopologyStatus.invalidParam);
      const found = topology.poolsets.find(one =>
        byId ? one.id === request.physicalPoolID : physicalPoolName(one) === request.physicalPoolName,
      );
      if (!found) throw new StatusFailure(TopologyStatus.physicalPoolNotFound);
      const count = found === first ? topology.zones : 0;
      return { statusCode, zones: Array.from({ length: count }, (_, i) => zoneInfo(i + 1)) };
    },

    getZone(request) {
      const { field } = ZoneRequestSchema;
      const id = isFieldSet(request, field.zoneID) ? request.zoneID : undefined;
      const name = isFieldSet(request, field.zoneName) ? request.zoneName : undefined;
      const poolName = isFieldSet(request, field.physicalPoolName) ? request.physicalPoolName : undefined;
      return { statusCode, zoneInfo: zoneInfo(zone(id, name, poolName)) };
    },

    listZoneServer(request) {
      const { field } = ListZoneServerRequestSchema;
      const id = isFieldSet(request, field.zoneID) ? request.zoneID : undefined;
      const name = isFieldSet(request, field.zoneName) ? request.zoneName : undefined;
      const poolName = isFieldSet(request, field.physicalPoolName) ? request.physicalPoolName : undefined;
      const wanted = zone(id, name, poolName);
      const found = topology.chunkservers.filter(one => topology.zoneOf(one.id) === wanted);
      return { statusCode, serverInfo: found.map(serverInfo) };
    },

    getServer(request) {
      const { field } = GetServerRequestSchema;
      const found = topology.chunkservers.some(({ id, host, port }) => {
        if (isFieldSet(request, field.serverID)) return id === request.serverID;
        if (isFieldSet(request, field.hostName)) return `server${id}` === request.hostName;
        return host === request.hostIp && port === request.port;
      });
      if (!found) throw new StatusFailure(TopologyStatus.serverNotFound);
      // The real one forgets the status of a server that it has found.
      throw new RpcError(RpcErrorCode.ERESPONSE, 'Missing required fields in response: statusCode');
    },
  };
}
