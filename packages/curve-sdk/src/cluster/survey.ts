import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import type { CurveError } from '../errors/curve-error.js';
import { spread } from '../flow/spread.js';
import { type CopysetHealth, type CopysetProblem, HeardCopyset, inWords } from './copyset-health.js';
import { type PageRequest, page } from './page.js';
import { Addresses, RaftStatReader } from './raft-stat.js';
import {
  findChunkservers,
  findCopysets,
  type KnownCopyset,
  type ListedPool,
  listPools,
  type RegisteredChunkserver,
} from './topology.js';

/** Chunkservers that are asked at a time. */
const AT_A_TIME = 32;
/** Replicas of copysets whose pool does not tell: what Curve's own tool expects of all. */
const USUAL_REPLICAS = 3;
const IN_POOL = 2 ** 32;

/** What the MDS knows of a cluster's copysets. */
export interface KnownCluster {
  readonly pools: readonly ListedPool[];
  readonly chunkservers: readonly RegisteredChunkserver[];
  readonly copysets: readonly KnownCopyset[];
}

/** Asks the MDS for what is to be looked at. */
export async function knownCluster(connection: Connection, course: Course): Promise<KnownCluster> {
  const pools = await listPools(connection, course);
  const chunkservers = await findChunkservers(connection, course);
  return { pools, chunkservers, copysets: await findCopysets(connection, course) };
}

/** What all chunkservers together say of their copysets. */
export interface Survey {
  /** Chunkservers in use that did not answer, or not what can be read. */
  readonly silent: readonly { readonly chunkserver: RegisteredChunkserver; readonly error: CurveError }[];
  /** In the order of pools and ids. */
  copysets(): Generator<CopysetHealth, void, undefined>;
}

/** Asks every chunkserver in use how its replicas are doing (curve-cluster.md §5). */
export async function survey(
  course: Course,
  { pools, chunkservers, copysets }: KnownCluster,
  time: Pick<PageRequest, 'patience' | 'until'>,
): Promise<Survey> {
  const inUse = chunkservers.filter(({ use }) => use !== 'retired');
  const { heard, silent } = await listen(course, inUse, time);
  const contradictory = [...heard].filter(([, copyset]) => copyset.isContradictory);
  if (contradictory.length > 0) {
    const concerned = new Set(contradictory.flatMap(([, { holders }]) => holders));
    const asked = inUse.filter(({ peer }) => concerned.has(peer));
    const again = await listen(course, asked, time);
    for (const [key] of contradictory) heard.set(key, again.heard.get(key) ?? new HeardCopyset());
    silent.push(...again.silent);
  }
  return { silent: silent.sort((a, b) => a.chunkserver.id - b.chunkserver.id), copysets: () => judged() };

  function* judged(): Generator<CopysetHealth, void, undefined> {
    const replicas = new Map(
      pools.map(({ id, placement }) => [
        id,
        typeof placement === 'string' ? USUAL_REPLICAS : placement.replicas,
      ]),
    );
    const known = [...copysets].sort((a, b) => a.poolId - b.poolId || a.copysetId - b.copysetId);
    const unknown = new Set(heard.keys());
    for (const { poolId, copysetId, consistent } of known) {
      const key = poolId * IN_POOL + copysetId;
      unknown.delete(key);
      const copyset = heard.get(key) ?? new HeardCopyset();
      const problems = copyset.problems(replicas.get(poolId) ?? USUAL_REPLICAS);
      if (!consistent) problems.push('inconsistent');
      yield health(key, copyset, problems);
    }
    for (const key of [...unknown].sort((a, b) => a - b)) {
      yield health(key, heard.get(key) ?? new HeardCopyset(), ['unknownToMds']);
    }
  }
}

/** What these chunkservers say of their copysets, by number, and who of them says nothing. */
async function listen(
  course: Course,
  chunkservers: readonly RegisteredChunkserver[],
  time: Pick<PageRequest, 'patience' | 'until'>,
): Promise<{ heard: Map<number, HeardCopyset>; silent: Survey['silent'][number][] }> {
  const heard = new Map<number, HeardCopyset>();
  const silent: Survey['silent'][number][] = [];
  const addresses = new Addresses();
  await spread(
    course,
    AT_A_TIME,
    async function* () {
      yield* chunkservers;
    },
    async (chunkserver, part) => {
      const { address, peer } = chunkserver;
      const reader = new RaftStatReader(replica => {
        const key = replica.poolId * IN_POOL + replica.copysetId;
        let copyset = heard.get(key);
        if (copyset === undefined) {
          copyset = new HeardCopyset();
          heard.set(key, copyset);
        }
        copyset.add(replica, peer);
      }, addresses);
      try {
        for await (const text of page(part, { address, path: '/raft_stat', ...time })) reader.push(text);
        reader.end();
      } catch (error) {
        // Of the call itself, if that is what ended it.
        part.step();
        silent.push({ chunkserver, error: error as CurveError });
      }
    },
  );
  return { heard, silent };
}

function health(key: number, { leader, peers }: HeardCopyset, problems: CopysetProblem[]): CopysetHealth {
  return {
    poolId: Math.floor(key / IN_POOL),
    copysetId: key % IN_POOL,
    healthy: problems.length === 0,
    problems,
    says: inWords(problems),
    ...(leader !== undefined && { leader }),
    peers,
  };
}
