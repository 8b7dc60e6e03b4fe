import type { RaftReplica } from './raft-stat.js';

/** What can be wrong with a copyset (curve-cluster.md §5). */
export type CopysetProblem =
  | 'tooFewReplicas'
  | 'minorityOffline'
  | 'majorityOffline'
  | 'noLeader'
  | 'installingSnapshot'
  | 'lagging'
  | 'badState'
  | 'inconsistent'
  | 'unknownToMds';

/** A copyset: the replicas of some chunks (curve-cluster.md §5). */
export interface CopysetHealth {
  /** Id of its logical pool. */
  readonly poolId: number;
  /** Its id in that pool. */
  readonly copysetId: number;
  /** Whether nothing is wrong with it. */
  readonly healthy: boolean;
  /** What is. */
  readonly problems: readonly CopysetProblem[];
  /** The same in words. */
  readonly says: string;
  /** Who leads it, as `ip:port`, if anybody does. */
  readonly leader?: string;
  /** Who has its replicas, as `ip:port`; empty where no chunkserver that has one answers. */
  readonly peers: readonly string[];
}

/** By how many entries a follower may be behind. */
const MOST_LAG = 1000;

const SAYS: Readonly<Record<CopysetProblem, string>> = {
  tooFewReplicas: 'it has fewer replicas than it should',
  minorityOffline: 'a minority of its replicas is not there',
  majorityOffline: 'a majority of its replicas is not there: it can neither be read nor written',
  noLeader: 'nobody leads it',
  installingSnapshot: 'a replica is being given all its data',
  lagging: `a replica is more than ${MOST_LAG} entries behind`,
  badState: 'a replica is in a state that is none of those it should be in',
  inconsistent: 'its replicas differed when they were last compared',
  unknownToMds: 'a chunkserver has it and the MDS does not know it',
};

/** Problems with which a copyset can be used by nobody. */
export const UNUSABLE: ReadonlySet<CopysetProblem> = new Set(['majorityOffline', 'noLeader']);

/** What was heard of a copyset from those chunkservers that answered. */
export class HeardCopyset {
  readonly #holders: string[] = [];
  /** Those of them whose replica is in none of the states that replicas pass through. */
  readonly #broken: string[] = [];
  /** What its leader says, else what another member does. */
  #best: { readonly replica: RaftReplica; readonly from: string } | undefined;

  /** @param from - `ip:port` of the chunkserver that said so */
  add(replica: RaftReplica, from: string): void {
    this.#holders.push(from);
    if (!USUAL.has(replica.state)) this.#broken.push(from);
    if (this.#best === undefined || rank(replica) > rank(this.#best.replica)) this.#best = { replica, from };
  }

  /** Who says so; else whom the others follow, unless that one says otherwise, or is none of them. */
  get leader(): string | undefined {
    if (this.#best?.replica.state === 'LEADER') return this.#best.from;
    const { leader, peers } = this.#best?.replica ?? {};
    if (leader === undefined || !peers?.includes(leader) || this.#holders.includes(leader)) return undefined;
    return leader;
  }

  /**
   * Whether those that were heard follow one that was heard, too, and does not lead: not all are asked in the same instant,
   * and leaders change.
   */
  get isContradictory(): boolean {
    const { state, leader } = this.#best?.replica ?? {};
    return state !== 'LEADER' && leader !== undefined && this.#holders.includes(leader);
  }

  /** Who told of it, as `ip:port`. */
  get holders(): readonly string[] {
    return this.#holders;
  }

  get peers(): readonly string[] {
    return this.#best?.replica.peers ?? [];
  }

  /** @param replicas - how many it should have */
  problems(replicas: number): CopysetProblem[] {
    if (this.#best === undefined) return ['majorityOffline'];
    const { state, peers, lag, installing } = this.#best.replica;
    const missing = peers.filter(peer => !this.#holders.includes(peer)).length;
    const lost = missing > 0 && 2 * missing >= peers.length;
    const led = state === 'LEADER';
    return named({
      tooFewReplicas: peers.length < replicas,
      minorityOffline: missing > 0 && !lost,
      majorityOffline: lost,
      noLeader: !lost && this.leader === undefined,
      // One that was heard and is no member is about to be one, or was.
      badState: this.#broken.some(one => peers.includes(one)),
      installingSnapshot: led && installing,
      lagging: led && lag > MOST_LAG,
    });
  }
}

/** States that replicas pass through while nothing is wrong with them: each wants to lead now and then. */
const USUAL: ReadonlySet<string> = new Set(['LEADER', 'FOLLOWER', 'CANDIDATE', 'TRANSFERRING']);

/**
 * A leader knows most, the one of the latest term if there are two; then whoever knows a leader. One that has just been
 * added knows nobody.
 */
function rank({ state, leader, term, peers }: RaftReplica): number {
  if (state === 'LEADER') return 2 ** 40 + term;
  if (peers.length === 0) return 0;
  return leader === undefined ? 1 : 2;
}

function named(problems: Partial<Record<CopysetProblem, boolean>>): CopysetProblem[] {
  return (Object.keys(problems) as CopysetProblem[]).filter(problem => problems[problem]);
}

/** What is wrong, in words. */
export function inWords(problems: readonly CopysetProblem[]): string {
  return problems.length === 0 ? 'nothing is wrong with it' : problems.map(one => SAYS[one]).join('; ');
}
