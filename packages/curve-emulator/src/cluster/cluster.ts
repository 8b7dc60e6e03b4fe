import { join } from 'node:path';
import { chunkService } from '../chunkserver/chunk-service.js';
import { cliService } from '../chunkserver/cli-service.js';
import { chunkserverService, copysetService, raftStatService } from '../chunkserver/copyset-service.js';
import { EpochTable } from '../chunkserver/epoch-table.js';
import { raftStat } from '../chunkserver/raft-stat.js';
import { chunkserverVariables } from '../chunkserver/variables.js';
import type { FaultRegistry } from '../faults/fault-registry.js';
import type { Role } from '../faults/fault-rule.js';
import { Authenticator } from '../mds/auth.js';
import { Cleaner } from '../mds/cleaner.js';
import { fileService } from '../mds/file-service.js';
import { scheduleHandlers } from '../mds/handlers/schedule.js';
import { topologyHandlers } from '../mds/handlers/topology.js';
import { IdAllocator } from '../mds/id-allocator.js';
import { Mds } from '../mds/mds.js';
import { Namespace } from '../mds/namespace.js';
import { mdsVariables } from '../mds/variables.js';
import type { ResolvedOptions } from '../options.js';
import { ChunkService } from '../proto/chunk_pb.js';
import { ChunkServerService, CopysetService } from '../proto/chunkserver_pb.js';
import { CliService2 } from '../proto/cli2_pb.js';
import { CurveFSService } from '../proto/nameserver2_pb.js';
import { raft_stat } from '../proto/raft-stat_pb.js';
import { ScheduleService } from '../proto/schedule_pb.js';
import { TopologyService } from '../proto/topology_pb.js';
import type { Pages } from '../rpc/http-page.js';
import type { RequestLog } from '../rpc/request-log.js';
import { anyPort, RpcServer } from '../rpc/rpc-server.js';
import { ServiceTable } from '../rpc/service.js';
import { variablesPage } from '../rpc/variables.js';
import { SnapshotHttpServer } from '../snapshot-clone/http-server.js';
import { SnapshotCloneServer } from '../snapshot-clone/snapshot-clone-server.js';
import { ChunkStore } from '../storage/chunk-store.js';
import { MetadataStore } from '../storage/metadata-store.js';
import { Mutex } from '../storage/mutex.js';
import { ObjectStore } from '../storage/object-store.js';
import { ChunkserverGroup } from './chunkserver-group.js';
import { CloneSources } from './clone-sources.js';
import { ensureSettings } from './cluster-settings.js';
import { MdsGroup } from './mds-group.js';
import { SnapshotGroup } from './snapshot-group.js';
import { type ChunkserverLocation, Topology } from './topology.js';
import { Usage } from './usage.js';

/** For how many milliseconds a client that was told of a volume may use it without asking again, at most. */
const lastingLease = 10_000;

/** A cluster that runs. */
export interface Cluster {
  mds: MdsGroup;
  chunkservers: ChunkserverGroup;
  snapshots: SnapshotGroup;
  topology: Topology;
  /** What whichever MDS leads works on. */
  metadata: Mds;
  usage: Usage;
  close(): Promise<void>;
}

/** Puts a cluster together over a data folder, and starts it. */
export async function openCluster(
  folder: string,
  options: ResolvedOptions,
  { faults, log }: { faults: FaultRegistry; log: RequestLog },
): Promise<Cluster> {
  const { host, portBase, clock } = options;
  const store = await MetadataStore.open(join(folder, 'metadata'), options.durability);
  const chunks = new ChunkStore(join(folder, 'chunks'), options);
  const objects = new ObjectStore(join(folder, 'objects'));
  const closers: (() => Promise<void> | void)[] = [() => chunks.close(), () => store.close()];
  const close = async () => {
    for (const closer of closers.splice(0)) await closer();
  };
  const serve = (role: Role, offset: number, table: ServiceTable, pages: Pages) =>
    new RpcServer(host, portBase === 0 ? 0 : portBase + offset, { role, table, pages, faults, log, clock });

  try {
    const settings = await ensureSettings(store, options);
    const locations = Array.from(
      { length: options.chunkservers },
      (_, i): ChunkserverLocation => ({ id: i + 1, host, port: 0, running: false }),
    );
    const topology = new Topology(settings.clusterId, settings.poolsets, locations);

    const mds = await openMds(store, chunks, topology, options);
    closers.unshift(() => mds.cleaner.close());
    const mdsTable = new ServiceTable()
      .add(CurveFSService, fileService(mds))
      .add(TopologyService, topologyHandlers(topology, { folder, ...options }))
      .add(ScheduleService, scheduleHandlers(topology));
    const { chunkSize, blockSize, poolCapacity } = options;
    const usage = new Usage({ topology, chunks, namespace: mds.namespace, chunkSize, poolCapacity });
    const mdsGroup: MdsGroup = new MdsGroup(
      mds,
      Array.from({ length: options.mds }, (_, i) =>
        serve('mds', i, mdsTable, {
          vars: wanted =>
            variablesPage(mdsVariables(topology, usage, `${host}:${mdsGroup.ports[i]}`), wanted),
        }),
      ),
    );

    const sources = new CloneSources({ namespace: mds.namespace, chunks, objects });
    const servers: RpcServer[] = [];
    const tables: ServiceTable[] = [];
    for (const location of locations) {
      const { id } = location;
      const epochs = await EpochTable.load(store, id);
      const table = new ServiceTable()
        .add(ChunkService, chunkService({ id, topology, chunks, sources, epochs, chunkSize, blockSize }))
        .add(CliService2, cliService(id, topology))
        .add(ChunkServerService, chunkserverService())
        .add(CopysetService, copysetService(id, topology))
        .add(raft_stat, raftStatService(id, topology));
      tables.push(table);
      servers.push(
        serve('chunkserver', options.mds + id - 1, table, {
          raft_stat: () => raftStat(id, topology),
          vars: wanted => variablesPage(chunkserverVariables(location, topology, usage, chunkSize), wanted),
        }),
      );
    }
    const chunkservers = new ChunkserverGroup(topology, servers, clock);

    closers.unshift(() => chunkservers.close());
    await chunkservers.open();
    closers.unshift(() => mdsGroup.close());
    await mdsGroup.open();

    const noticedWithin = (path: string) =>
      mds.mounts.silence(path) < lastingLease ? options.snapshotWait : 0;
    const firstPort = portBase + options.mds + options.chunkservers + 1;
    const snapshots = new SnapshotGroup(
      options.snapshotServers,
      (index, perform) =>
        new SnapshotHttpServer({ host, faults, log, clock, perform }, () =>
          portBase === 0 ? anyPort() : firstPort + index,
        ),
      () =>
        SnapshotCloneServer.start({
          mds: () => (mdsGroup.states.some(({ leads }) => leads) ? mdsTable : undefined),
          chunkserver: id => (topology.chunkserver(id)?.running ? tables[id - 1] : undefined),
          ...{ topology, auth: mds.auth, faults, store, objects, noticedWithin },
          ...{ patience: options.snapshotPatience, scanInterval: options.cloneScanInterval },
        }),
    );
    closers.unshift(() => snapshots.close());
    await snapshots.open();
    if (options.snapshotServers > 0)
      mds.cloneReferences = async (source, user) => {
        if (!snapshots.work) throw new Error('no snapshot-clone server leads');
        return snapshots.work.references(source, user);
      };
    return { mds: mdsGroup, chunkservers, snapshots, topology, metadata: mds, usage, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openMds(
  store: MetadataStore,
  chunks: ChunkStore,
  topology: Topology,
  options: ResolvedOptions,
): Promise<Mds> {
  const { rootUser, rootPassword, clock, poolCapacity, warmUp, deleteDelay } = options;
  const { chunkSize, segmentSize, blockSize, minVolumeSize, maxVolumeSize } = options;
  const now = () => Math.round(clock() * 1000);
  const namespace = await Namespace.load(store, rootUser);
  const mutex = new Mutex();
  return new Mds({
    ...{ namespace, topology, mutex, poolCapacity, warmUp, now },
    ids: await IdAllocator.load(store),
    auth: new Authenticator(rootUser, rootPassword, now),
    cleaner: new Cleaner(namespace, chunks, mutex, deleteDelay),
    limits: { chunkSize, segmentSize, blockSize, minLength: minVolumeSize, maxLength: maxVolumeSize },
  });
}
