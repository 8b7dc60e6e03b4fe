import type { FaultRegistry } from '../faults/fault-registry.js';
import type { MetadataStore } from '../storage/metadata-store.js';
import { Mutex } from '../storage/mutex.js';
import type { ObjectStore } from '../storage/object-store.js';
import { cloneActions } from './clone-actions.js';
import { CloneTasks } from './clone-tasks.js';
import { ClusterCalls, type ClusterParts } from './cluster-calls.js';
import { Parameters } from './parameters.js';
import { RecordBook } from './record-book.js';
import type { ActionAnswer, Service } from './service.js';
import { ServiceCodes, ServiceError } from './service-error.js';
import { snapshotActions } from './snapshot-actions.js';
import { SnapshotTasks } from './snapshot-tasks.js';

/** What a server that leads is made of. */
export interface ServerParts extends ClusterParts {
  store: MetadataStore;
  objects: ObjectStore;
  faults: FaultRegistry;
  noticedWithin: (path: string) => number;
  /** Milliseconds between two looks for lazy clones that are gone. */
  scanInterval: number;
}

/** The server that leads, from when it takes over until it ends: another one goes on with what it leaves. */
export class SnapshotCloneServer {
  readonly #service: Service;
  readonly #end: AbortController;
  readonly #actions: Record<string, (asked: Parameters) => Promise<ActionAnswer>>;
  #scan: NodeJS.Timeout;
  #scanning: Promise<void> = Promise.resolve();

  private constructor(service: Service, end: AbortController, scanInterval: number) {
    this.#service = service;
    this.#end = end;
    this.#actions = { ...snapshotActions(service), ...cloneActions(service) };
    this.#scan = setInterval(() => {
      this.#scanning = this.#scanning.then(() => service.clones.forgetGone()).catch(() => {});
    }, scanInterval).unref();
  }

  /** Takes over: reads what is known, and goes on with it. */
  static async start(parts: ServerParts): Promise<SnapshotCloneServer> {
    const end = new AbortController();
    const book = await RecordBook.load(parts.store);
    const calls = new ClusterCalls(parts, end.signal);
    const snapshots = new SnapshotTasks({ book, calls, ...parts });
    const clones = new CloneTasks({ book, calls, retryPause: Math.min(1000, parts.patience) });
    const server = new SnapshotCloneServer(
      { book, calls, snapshots, clones, mutex: new Mutex() },
      end,
      parts.scanInterval,
    );
    snapshots.resume();
    await clones.resume();
    return server;
  }

  /**
   * Does an action.
   *
   * @throws ServiceError
   */
  async perform(asked: Parameters): Promise<ActionAnswer> {
    const action = this.#actions[asked.required('Action')];
    if (!action) throw new ServiceError(ServiceCodes.invalidRequest);
    asked.required('Version');
    return action(asked);
  }

  /** Which lazy clones read from a volume, or that it is being copied: what the MDS asks before it deletes one. */
  async references(
    source: string,
    user: string,
  ): Promise<{ inUse: boolean; clones: { File: string; Inode: number }[] }> {
    const { RefStatus, CloneFileInfo } = await this.perform(
      new Parameters(`Action=GetCloneRefStatus&Version=1&User=${user}&Source=${source}`),
    );
    return { inUse: RefStatus === 1, clones: (CloneFileInfo ?? []) as { File: string; Inode: number }[] };
  }

  /** Stops the tasks where they are. */
  async close(): Promise<void> {
    clearInterval(this.#scan);
    this.#end.abort();
    await Promise.all([this.#service.snapshots.settled(), this.#service.clones.settled(), this.#scanning]);
  }
}
