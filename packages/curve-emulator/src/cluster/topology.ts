/** A named group of disks that volumes can be put on. Here each has one logical pool of its own. */
export interface PoolsetOptions {
  /** How CreateFile names it. */
  name: string;
  /** Free text. @defaultValue the name */
  type?: string;
  /** Free text. @defaultValue the name */
  description?: string;
}

/** A poolset with the ids it has in this cluster. */
export interface Poolset {
  id: number;
  name: string;
  type: string;
  description: string;
  /** The id of its logical pool. */
  poolId: number;
  /** How many copysets the pool has; their ids count from 1. */
  copysets: number;
}

/** Where a chunkserver is to be reached. */
export interface ChunkserverLocation {
  id: number;
  host: string;
  port: number;
  running: boolean;
  /** When it was stopped, in milliseconds since the epoch. */
  stoppedAt?: number;
}

/** The replicas of some chunks: a leader that serves them, and members that could lead instead. */
export interface Copyset {
  poolId: number;
  id: number;
  /** Ids of chunkservers. */
  members: readonly number[];
  /** The member that serves requests; undefined while no majority runs. */
  leader: number | undefined;
  /** Counts the changes of its chunks. */
  appliedIndex: bigint;
}

const maxReplicas = 3;

/** How replicas of a copyset name each other. */
export function peerAddress({ host, port }: ChunkserverLocation): string {
  return `${host}:${port}:0`;
}

/** Which chunkservers there are, what they hold, and who leads. */
export class Topology {
  readonly clusterId: string;
  readonly poolsets: readonly Poolset[];
  readonly chunkservers: readonly ChunkserverLocation[];
  /** When it was put together, in seconds since the epoch. */
  readonly createdAt = Math.floor(Date.now() / 1000);
  /** How many replicas a copyset has. */
  readonly replicas: number;
  /** How many zones the servers are spread over. */
  readonly zones: number;
  readonly #copysets = new Map<string, Copyset>();
  /** By the ids of chunkservers. */
  readonly #held = new Map<number, Copyset[]>();

  constructor(clusterId: string, poolsets: readonly Poolset[], chunkservers: readonly ChunkserverLocation[]) {
    this.clusterId = clusterId;
    this.poolsets = poolsets;
    this.chunkservers = chunkservers;
    this.replicas = Math.min(maxReplicas, chunkservers.length);
    this.zones = this.replicas;
    for (const { poolId, copysets } of poolsets) {
      for (let id = 1; id <= copysets; id++) {
        const [leader, ...others] = placement(id, chunkservers.length);
        const members = [leader, ...others].filter(member => member !== undefined).sort((a, b) => a - b);
        const copyset = { poolId, id, members, leader, appliedIndex: 0n };
        this.#copysets.set(`${poolId}-${id}`, copyset);
        for (const member of members) this.#held.set(member, [...(this.#held.get(member) ?? []), copyset]);
      }
    }
  }

  copyset(poolId: number, id: number): Copyset | undefined {
    return this.#copysets.get(`${poolId}-${id}`);
  }

  copysets(): Iterable<Copyset> {
    return this.#copysets.values();
  }

  /** The copysets that a chunkserver has a replica of. */
  heldBy(chunkserverId: number): readonly Copyset[] {
    return this.#held.get(chunkserverId) ?? [];
  }

  /** The zone of a server, counted from 1. */
  zoneOf(serverId: number): number {
    return ((serverId - 1) % this.zones) + 1;
  }

  chunkserver(id: number): ChunkserverLocation | undefined {
    return this.chunkservers[id - 1];
  }

  chunkserverAt(host: string, port: number): ChunkserverLocation | undefined {
    return this.chunkservers.find(one => one.host === host && one.port === port);
  }

  /** Lets other members lead where the leader does not run, and nobody where no majority does. */
  elect(): void {
    for (const copyset of this.#copysets.values()) {
      const running = copyset.members.filter(id => this.chunkserver(id)?.running === true);
      const { leader } = copyset;
      if (2 * running.length <= copyset.members.length) copyset.leader = undefined;
      else if (leader === undefined || !running.includes(leader)) copyset.leader = running[0];
    }
  }
}

/** The members of a copyset, its first leader in front: leaders and members are spread evenly. */
function placement(copysetId: number, chunkservers: number): number[] {
  const replicas = Math.min(maxReplicas, chunkservers);
  return Array.from({ length: replicas }, (_, i) => ((copysetId - 1 + i) % chunkservers) + 1);
}
