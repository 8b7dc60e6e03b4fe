import type { Cluster } from '../cluster/cluster.js';
import type { Topology } from '../cluster/topology.js';
import type { Mds } from '../mds/mds.js';
import type { FileRecord, SegmentRecord } from '../mds/records.js';
import { FileType } from '../proto/nameserver2_pb.js';

/** More volumes than these, and segments of one, are counted and not shown. */
const shown = { volumes: 200, segments: 1024 };

/** What there is and how it is doing, for somebody who looks at it. */
export function overview({ mds, topology, metadata, usage }: Cluster, host: string): unknown {
  const chunks = usage.chunksByServer();
  const copysets = [...topology.copysets()];
  const volumes = [...volumesUnder(metadata, metadata.namespace.root, '')];
  return {
    clusterId: topology.clusterId,
    mds: mds.states.map((state, index) => ({ index, address: `${host}:${mds.ports[index]}`, ...state })),
    chunkservers: topology.chunkservers.map(({ id, port, running }) => {
      const held = topology.heldBy(id);
      const leaders = held.filter(({ leader }) => leader === id).length;
      const address = `${host}:${port}`;
      return { id, address, running, copysets: held.length, leaders, chunks: chunks.get(id) ?? 0 };
    }),
    copysets: {
      total: copysets.length,
      withoutLeader: copysets.filter(({ leader }) => leader === undefined).length,
    },
    volumeCount: volumes.length,
    volumes: volumes
      .slice(0, shown.volumes)
      .map(([path, volume]) => describeVolume(path, volume, metadata, topology)),
    clients: clientsOf(metadata),
  };
}

function* volumesUnder(
  metadata: Mds,
  directory: FileRecord,
  path: string,
): Iterable<[path: string, volume: FileRecord]> {
  for (const entry of metadata.namespace.list(directory)) {
    const at = `${path}/${entry.name}`;
    if (entry.type === FileType.INODE_PAGEFILE) yield [at, entry];
    else if (entry.type === FileType.INODE_DIRECTORY) yield* volumesUnder(metadata, entry, at);
  }
}

function describeVolume(path: string, volume: FileRecord, { namespace, mounts }: Mds, topology: Topology) {
  const { owner, length, segmentSize } = volume;
  const allocated = namespace.segments(volume).sort(([one], [other]) => one - other);
  return {
    ...{ path, owner, length, segmentSize },
    segments: Math.ceil(length / segmentSize),
    allocatedCount: allocated.length,
    allocated: allocated
      .map(([offset, segment]) => ({ index: offset / segmentSize, usable: isUsable(segment, topology) }))
      .filter(({ index }) => index < shown.segments),
    clients: mounts.of(path)?.length ?? 0,
  };
}

/** Whether somebody leads every copyset that it has chunks in. */
function isUsable({ poolId, chunks }: SegmentRecord, topology: Topology): boolean {
  return chunks.every(({ copysetId }) => topology.copyset(poolId, copysetId)?.leader !== undefined);
}

/** Who has what open, by addresses. */
function clientsOf({ mounts }: Mds): unknown[] {
  const found = new Map<string, { address: string; version: string; volumes: string[] }>();
  for (const [path, clients] of mounts.open()) {
    for (const { ip, port, version } of clients) {
      const address = `${ip}:${port}`;
      const client = found.get(address) ?? { address, version, volumes: [] };
      client.volumes.push(path);
      found.set(address, client);
    }
  }
  return [...found.values()];
}
