import { type CallOptions, Course, checkCallOptions } from '../call-options.js';
import { checkAddresses, checkChoice, checkPath, checkWhole, invalid } from '../checks.js';
import type { Connection } from '../client/connection.js';
import { fileInfo } from '../client/file-info.js';
import type { CopysetName } from '../client/stats.js';
import { CurveError, closed } from '../errors/curve-error.js';
import { onAbort } from '../flow/on-abort.js';
import type { ClusterClient } from './calls.js';
import type { ClusterChunkserver } from './chunkservers.js';
import type { CopysetHealth } from './copyset-health.js';
import { PATIENCE } from './page.js';
import type { ClusterSpace } from './space.js';
import type { ClusterStatus, StatusOptions } from './status.js';
import { noLimits, throttleParams, type VolumeLimits } from './throttle.js';
import type { Pool, Server, Zone } from './topology.js';

/** Options of calls that ask servers beside the MDS. */
export interface ClusterCallOptions extends CallOptions {
  /**
   * Milliseconds that a server may be silent before it counts as one that does not answer.
   *
   * @default 3000
   */
  readonly patience?: number | undefined;
}

/** Options of {@link Cluster.copysets}. */
export interface CopysetsOptions extends ClusterCallOptions {
  /**
   * Whether only those are given that something is wrong with.
   *
   * @default false
   */
  readonly unhealthy?: boolean | undefined;
}

/**
 * What whoever runs a cluster asks it (curve-cluster.md). Nobody's identity is checked but for throttles, which a volume's
 * owner and root may set. Beside its RPCs every server is asked for pages by HTTP, at the same port.
 *
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 *
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
 * const { state, reasons } = await curve.cluster.status();
 * console.log(state); // → healthy
 * for (const { code, says } of reasons) console.log(code, says);
 * ```
 */
export class Cluster {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * How the cluster is doing. A server that does not answer, were it the MDS, is a reason in what is told and no failure of
   * the call. The copysets are judged as Curve's own tool does, by what every chunkserver says.
   *
   * @throws CurveError `TIMEOUT`, or `CANCELED` by the call's own `deadline` and `signal`
   */
  async status(options?: StatusOptions): Promise<ClusterStatus> {
    const operation = 'cluster.status';
    const patience = patienceOf(options, operation);
    checkMembers(options, operation);
    return this.#run(operation, undefined, options, ({ clusterStatus }, course) =>
      clusterStatus(this.#connection, course, options, patience),
    );
  }

  /**
   * Refuses what {@link status} would refuse.
   *
   * @internal
   */
  checkStatus(options: StatusOptions, operation: string): void {
    checkCallOptions(options, operation);
    patienceOf(options, operation);
    checkMembers(options, operation);
  }

  /** The logical pools (ListPhysicalPool, ListLogicalPool). */
  async pools(options?: CallOptions): Promise<Pool[]> {
    return this.#run('cluster.pools', undefined, options, ({ findPools }, course) =>
      findPools(this.#connection, course),
    );
  }

  /** The zones of all physical pools (ListPoolZone). */
  async zones(options?: CallOptions): Promise<Zone[]> {
    return this.#run('cluster.zones', undefined, options, ({ findZones }, course) =>
      findZones(this.#connection, course),
    );
  }

  /** The servers, zone by zone (ListZoneServer). */
  async *servers(options?: CallOptions): AsyncGenerator<Server, void, undefined> {
    yield* await this.#run('cluster.servers', undefined, options, ({ findServers }, course) =>
      findServers(this.#connection, course),
    );
  }

  /**
   * The chunkservers by their ids, also those out of use (GetChunkServerInCluster, and what the MDS's page says of their
   * heartbeats).
   */
  async *chunkservers(options?: ClusterCallOptions): AsyncGenerator<ClusterChunkserver, void, undefined> {
    const operation = 'cluster.chunkservers';
    const patience = patienceOf(options, operation);
    yield* await this.#run(operation, undefined, options, ({ chunkserversWithSpace }, course) =>
      chunkserversWithSpace(this.#connection, course, patience),
    );
  }

  /** The copysets by pools and ids, and how they are: every chunkserver is asked (`/raft_stat`). */
  async *copysets(options?: CopysetsOptions): AsyncGenerator<CopysetHealth, void, undefined> {
    const operation = 'cluster.copysets';
    const patience = patienceOf(options, operation);
    checkChoice(options?.unhealthy, [true, false], operation, 'unhealthy');
    const { copysets } = await this.#run(
      operation,
      undefined,
      options,
      async ({ knownCluster, survey }, course) =>
        survey(course, await knownCluster(this.#connection, course), {
          ...{ patience, until: course.until(PART) },
        }),
    );
    for (const copyset of copysets()) if (!options?.unhealthy || !copyset.healthy) yield copyset;
  }

  /** The space there is, by pool and together (GetFileSize, GetAllocatedSize, and a page of the MDS that leads). */
  async space(options?: ClusterCallOptions): Promise<ClusterSpace> {
    const operation = 'cluster.space';
    const patience = patienceOf(options, operation);
    return this.#run(operation, undefined, options, async ({ listPools, findSpace }, course) =>
      findSpace(this.#connection, course, await listPools(this.#connection, course), { patience }),
    );
  }

  /** The clients that have any volume open (ListClient); {@link CurveClient.mounts} tells who has a certain one. */
  async clients(options?: CallOptions): Promise<ClusterClient[]> {
    return this.#run('cluster.clients', undefined, options, ({ findClients }, course) =>
      findClients(this.#connection, course),
    );
  }

  /**
   * The volumes that have any chunk in one of these copysets, by their names alone, which is all that an MDS tells; those in
   * the recycle bin are among them (ListVolumesOnCopysets).
   */
  async volumesOn(copysets: Iterable<CopysetName>, options?: CallOptions): Promise<string[]> {
    const operation = 'cluster.volumesOn';
    const wanted = [...checkIterable(copysets, operation)].map(copyset => {
      const { poolId, copysetId } = Object(copyset);
      checkWhole(poolId, operation, 'poolId', 0, 2 ** 32 - 1);
      checkWhole(copysetId, operation, 'copysetId', 0, 2 ** 32 - 1);
      return { poolId, copysetId };
    });
    return this.#run(operation, undefined, options, ({ findVolumesOn }, course) =>
      findVolumesOn(this.#connection, course, wanted),
    );
  }

  /**
   * Limits the use of a volume (UpdateFileThrottleParams). Clients that have it open follow when they next refresh their
   * lease, if `throttle.enable` is set for them (curve-cluster.md §6).
   *
   * @throws CurveError `AUTHFAIL` unless the user is its owner or root, `NOTEXIST`, `NOT_SUPPORT` it is a directory. When it
   * rejects, some of the limits may be set.
   *
   * @example
   * ```ts
   * import { CurveClient } from '@curve-wcs/curve-sdk';
   *
   * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
   * await curve.cluster.setThrottle('/vol1', {
   *   iopsTotal: { limit: 2000, burst: 6000, burstSeconds: 10 },
   *   bpsWrite: 100 * 2 ** 20,
   * });
   * ```
   */
  async setThrottle(path: string, limits: VolumeLimits, options?: CallOptions): Promise<void> {
    const operation = 'cluster.setThrottle';
    checkPath(path, operation);
    const all = throttleParams(limits, operation);
    await this.#run(operation, path, options, ({ setLimits }, course) =>
      setLimits(this.#connection, course, path, all),
    );
  }

  /**
   * Lifts every limit of a volume, those it was made with too. An MDS keeps their entries, with 0 for no limit.
   *
   * @throws CurveError as {@link setThrottle}
   */
  async clearThrottle(path: string, options?: CallOptions): Promise<void> {
    const operation = 'cluster.clearThrottle';
    checkPath(path, operation);
    await this.#run(operation, path, options, async ({ setLimits }, course) => {
      const native = await this.#connection.ask(course, (client, user) =>
        client.stat(path, user, course.step()),
      );
      const kinds = fileInfo(path, native).throttles.map(({ kind }) => kind);
      await setLimits(this.#connection, course, path, noLimits(kinds));
    });
  }

  async #run<T>(
    operation: string,
    path: string | undefined,
    options: CallOptions | undefined,
    work: (calls: typeof import('./calls.js'), course: Course) => Promise<T>,
  ): Promise<T> {
    return this.#connection.steps(operation, path, options, async whole => {
      const { signal } = whole;
      const { ending } = this.#connection;
      const over = new AbortController();
      const stops = [ending, ...(signal ? [signal] : [])].map(one =>
        onAbort(one, () => over.abort(one.reason)),
      );
      try {
        const { deadline } = whole.step();
        const course = new Course({ signal: over.signal, deadline }, operation, path);
        return await work(await import('./calls.js'), course);
      } catch (error) {
        const canceled = error instanceof CurveError && error.code === 'CANCELED';
        throw canceled && ending.aborted && !signal?.aborted ? closed('client', operation, path) : error;
      } finally {
        for (const stop of stops) stop();
      }
    });
  }
}

/** What the chunkservers may take of a call's deadline. */
const PART = 0.75;

function patienceOf(options: ClusterCallOptions | undefined, operation: string): number {
  const { patience = PATIENCE } = options ?? {};
  if (!(typeof patience === 'number' && patience > 0))
    throw invalid(operation, 'patience', 'a number of milliseconds over 0', patience);
  return patience;
}

function checkMembers(options: StatusOptions | undefined, operation: string): void {
  for (const name of ['etcd', 'snapshotClone'] as const) {
    const addresses = options?.[name];
    if (addresses !== undefined) checkAddresses(addresses, operation, name);
  }
  for (const name of ['mdsDummyPorts', 'snapshotCloneDummyPorts'] as const) {
    for (const port of [options?.[name] ?? []].flat()) checkWhole(port, operation, name, 1, 65_535);
  }
}

function checkIterable(value: unknown, operation: string): Iterable<CopysetName> {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value)
    return value as Iterable<CopysetName>;
  throw invalid(operation, 'copysets', 'a list of { poolId, copysetId }', value);
}
