import { performance } from 'node:perf_hooks';
import type { CallOptions, Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { CurveError } from '../errors/curve-error.js';
import { type CopysetProblem, inWords, UNUSABLE } from './copyset-health.js';
import { etcdMembers, type Member, type MemberOptions, mdsMembers, snapshotMembers } from './members.js';
import { type ClusterSpace, findSpace } from './space.js';
import { type KnownCluster, knownCluster, type Survey, survey } from './survey.js';

/** Options of {@link Cluster.status}. */
export interface StatusOptions extends CallOptions, MemberOptions {
  /**
   * Milliseconds that a server may be silent before it counts as one that does not answer; less where `deadline` leaves no
   * more.
   *
   * @default 3000
   */
  readonly patience?: number | undefined;
}

/** Why a cluster is not healthy, and what of it could not be looked at. */
export interface ClusterReason {
  /** Stable name; branch on this. */
  readonly code:
    | 'MDS_SILENT'
    | 'MDS_OFFLINE'
    | 'MDS_SEVERAL_LEADERS'
    | 'MDS_FAILED'
    | 'ETCD_OFFLINE'
    | 'ETCD_WITHOUT_LEADER'
    | 'ETCD_SEVERAL_LEADERS'
    | 'SNAPSHOT_CLONE_OFFLINE'
    | 'SNAPSHOT_CLONE_WITHOUT_ACTIVE'
    | 'SNAPSHOT_CLONE_SEVERAL_ACTIVE'
    | 'POOL_POLICY_UNREADABLE'
    | 'CHUNKSERVER_SILENT'
    | 'DISK_FAILED'
    | 'COPYSETS_UNHEALTHY'
    | 'SPACE_UNKNOWN';
  /** The same in words and numbers. */
  readonly says: string;
}

/** How a cluster is doing (curve-cluster.md §5). */
export interface ClusterStatus {
  /**
   * `healthy`: nothing is wrong; `down`: no MDS leads, or no copyset can be read and written; `degraded`: anything in
   * between.
   */
  readonly state: 'healthy' | 'degraded' | 'down';
  /** Why it is not healthy; empty if it is. */
  readonly reasons: readonly ClusterReason[];
  /** Id of the cluster, if an MDS told it. */
  readonly clusterId?: string;
  /** The MDSs of the configuration. */
  readonly mds: readonly Member[];
  /** The members of etcd that were asked for. */
  readonly etcd: readonly Member[];
  /** The snapshot-clone servers that were asked for. */
  readonly snapshotClone: readonly Member[];
  /** How many chunkservers there are that were not taken out of use, and how many of them are what by the MDS. */
  readonly chunkservers: {
    /** All that are in use. */
    readonly total: number;
    /** Those that the MDS hears of. */
    readonly online: number;
    /** Those that it has not heard of for a while. */
    readonly unstable: number;
    /** Those that it has given up. */
    readonly offline: number;
    /** Those that did not answer just now. */
    readonly silent: number;
  };
  /** How many copysets there are, how many have what problem, and how many cannot be read or written. */
  readonly copysets: {
    /** All that the MDS or a chunkserver knows. */
    readonly total: number;
    /** Those with a problem. */
    readonly unhealthy: number;
    /** Those that cannot be read or written. */
    readonly unusable: number;
    /** How many have which problem. */
    readonly problems: Readonly<Partial<Record<CopysetProblem, number>>>;
  };
  /** The space, if an MDS told it. */
  readonly space?: ClusterSpace;
  /** Names of the pools, if an MDS told them. */
  readonly pools: readonly string[];
}

/** What the servers beside the chunkservers may take of a call's deadline, and then again the MDS that leads. */
const BEFORE = 0.3;
/** What the chunkservers may take of what is left then. */
const CHUNKSERVERS = 0.75;

/** Asks everybody, and adds up what they say; what cannot be reached becomes a reason. */
export async function clusterStatus(
  connection: Connection,
  course: Course,
  options: StatusOptions | undefined,
  patience: number,
): Promise<ClusterStatus> {
  const time = (share: number) => ({ patience, until: course.until(share) });
  const { mdsDummyPorts, etcd = [], snapshotClone = [], snapshotCloneDummyPorts } = options ?? {};
  const before = time(BEFORE);
  const [mds, ...others] = await Promise.all([
    mdsMembers(connection, course, mdsDummyPorts, before),
    etcdMembers(course, etcd, before),
    snapshotMembers(course, snapshotClone, snapshotCloneDummyPorts, before),
  ]);
  const members = { mds, etcd: others[0], snapshotClone: others[1] };
  const reasons = memberReasons(members);
  const asked = await attempt(course, async () => {
    const left = course.until(BEFORE) - performance.now();
    // Of an MDS that is not there, it is known by now.
    const part = course.within(mds.some(({ state }) => state === 'leads') ? left : Math.min(left, patience));
    const clusterId = await connection.ask(part, native => native.clusterId(part.step()));
    return { clusterId, known: await knownCluster(connection, part) };
  });
  if (asked instanceof CurveError) {
    reasons.unshift({ code: 'MDS_FAILED', says: `no MDS tells what there is: ${asked.message}` });
    // Under one that leads others may well read and write.
    const state = members.mds.some(one => one.state === 'leads') ? 'degraded' : 'down';
    return { ...summary(undefined, undefined), state, reasons, ...members, pools: [] };
  }
  const { clusterId, known } = asked;
  const last = time(CHUNKSERVERS);
  const [seen, space] = await Promise.all([
    survey(course, known, last),
    attempt(course, () =>
      findSpace(connection, course.within(last.until - performance.now()), known.pools, last),
    ),
  ]);
  const counted = summary(known, seen);
  reasons.push(...policyReasons(known), ...diskReasons(known));
  reasons.push(...silentReasons(seen), ...copysetReasons(counted));
  if (space instanceof CurveError)
    reasons.push({ code: 'SPACE_UNKNOWN', says: `the space is not known: ${space.message}` });
  const { total, unusable } = counted.copysets;
  const down = total > 0 && unusable === total;
  return {
    state: down ? 'down' : reasons.length > 0 ? 'degraded' : 'healthy',
    ...{ reasons, clusterId, ...members, ...counted },
    ...(space instanceof CurveError ? {} : { space }),
    pools: known.pools.map(({ name }) => name),
  };
}

/** What came of it: a failure is one of its results, unless it is the end of the call. */
async function attempt<T>(course: Course, work: () => Promise<T>): Promise<T | CurveError> {
  try {
    return await work();
  } catch (error) {
    course.step();
    if (error instanceof CurveError && error.code !== 'CLOSED') return error;
    throw error;
  }
}

function summary(known: KnownCluster | undefined, seen: Survey | undefined) {
  const inUse = known?.chunkservers.filter(({ use }) => use !== 'retired') ?? [];
  const those = (wanted: string) => inUse.filter(({ state }) => state === wanted).length;
  const [online, unstable, offline] = [those('online'), those('unstable'), those('offline')];
  const copysets = { total: 0, unhealthy: 0, unusable: 0 };
  const problems: Partial<Record<CopysetProblem, number>> = {};
  for (const copyset of seen?.copysets() ?? []) {
    copysets.total++;
    if (copyset.healthy) continue;
    copysets.unhealthy++;
    if (copyset.problems.some(problem => UNUSABLE.has(problem))) copysets.unusable++;
    for (const problem of copyset.problems) problems[problem] = (problems[problem] ?? 0) + 1;
  }
  const silent = seen?.silent.length ?? 0;
  return {
    chunkservers: { total: inUse.length, online, unstable, offline, silent },
    copysets: { ...copysets, problems },
  };
}

function memberReasons({
  mds,
  etcd,
  snapshotClone,
}: Record<'mds' | 'etcd' | 'snapshotClone', Member[]>): ClusterReason[] {
  const offline = (all: readonly Member[]) => all.filter(({ state }) => state === 'offline');
  const leaders = (all: readonly Member[]) => all.filter(({ state }) => state === 'leads');
  const led = (all: readonly Member[]) => all.length === 0 || leaders(all).length > 0;
  const addresses = (all: readonly Member[]) => all.map(({ address }) => address).join(', ');
  const reasons: ClusterReason[] = [];
  const add = (wrong: boolean, code: ClusterReason['code'], says: string) => {
    if (wrong) reasons.push({ code, says });
  };
  const several = (all: readonly Member[], code: ClusterReason['code'], says: string) =>
    add(leaders(all).length > 1, code, `${says}: ${addresses(leaders(all))}`);
  const away = (all: readonly Member[], code: ClusterReason['code'], what: string) => {
    for (const { address, error } of offline(all))
      add(true, code, `${what} at ${address} does not answer as it should: ${error}`);
  };
  add(!led(mds), 'MDS_SILENT', `none of the MDSs leads: ${addresses(mds)}`);
  several(mds, 'MDS_SEVERAL_LEADERS', 'several MDSs lead');
  away(mds, 'MDS_OFFLINE', 'the MDS');
  away(etcd, 'ETCD_OFFLINE', 'etcd');
  add(!led(etcd), 'ETCD_WITHOUT_LEADER', `none of etcd's members that were asked leads: ${addresses(etcd)}`);
  several(etcd, 'ETCD_SEVERAL_LEADERS', "several of etcd's members lead");
  away(snapshotClone, 'SNAPSHOT_CLONE_OFFLINE', 'the snapshot-clone server');
  add(
    !led(snapshotClone),
    'SNAPSHOT_CLONE_WITHOUT_ACTIVE',
    `no snapshot-clone server is active: ${addresses(snapshotClone)}`,
  );
  several(snapshotClone, 'SNAPSHOT_CLONE_SEVERAL_ACTIVE', 'several snapshot-clone servers are active');
  return reasons;
}

function policyReasons({ pools }: KnownCluster): ClusterReason[] {
  return pools.flatMap(({ name, placement }) =>
    typeof placement === 'string'
      ? [
          {
            code: 'POOL_POLICY_UNREADABLE',
            says: `the policy of pool ${name} does not tell its ${placement}: its copysets are judged as ones of three replicas`,
          },
        ]
      : [],
  );
}

function diskReasons({ chunkservers }: KnownCluster): ClusterReason[] {
  return chunkservers
    .filter(({ use, disk }) => use !== 'retired' && !disk.healthy)
    .map(({ id, address }) => ({
      code: 'DISK_FAILED',
      says: `the disk of chunkserver ${id} at ${address} has failed`,
    }));
}

function silentReasons({ silent }: Survey): ClusterReason[] {
  return silent.map(({ chunkserver: { id, address, state }, error }) => ({
    code: 'CHUNKSERVER_SILENT',
    says: `chunkserver ${id} at ${address} does not answer (${error.status ?? error.message}); the MDS calls it ${state}`,
  }));
}

function copysetReasons({ copysets: { total, problems } }: ReturnType<typeof summary>): ClusterReason[] {
  return Object.entries(problems).map(([problem, count]) => ({
    code: 'COPYSETS_UNHEALTHY',
    says: `${count} of ${total} copysets: ${inWords([problem as CopysetProblem])}`,
  }));
}
