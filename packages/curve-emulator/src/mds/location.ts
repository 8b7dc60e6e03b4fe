import type { ChunkserverLocation } from '../cluster/topology.js';

/** A chunkserver's address as clients are told it; inside and outside are the same here. */
export function location({ id, host, port }: ChunkserverLocation) {
  return { chunkServerID: id, hostIp: host, port, externalIp: host };
}
