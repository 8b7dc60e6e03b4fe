/** How a replica of a copyset is doing, by its own word (curve-cluster.md §4). */
export interface RaftReplica {
  readonly poolId: number;
  readonly copysetId: number;
  /** `LEADER`, `FOLLOWER`, `CANDIDATE`, … */
  readonly state: string;
  readonly term: number;
  /** `ip:port` of all members. */
  readonly peers: readonly string[];
  /** Whom it follows. */
  readonly leader: string | undefined;
  /** By how many entries the slowest follower is behind; of leaders. */
  readonly lag: number;
  /** Whether a follower is being given a whole snapshot; of leaders. */
  readonly installing: boolean;
}

const NOBODY = '0.0.0.0:0';
/** More characters than any line has. */
const LONGEST_LINE = 2 ** 16;
const GROUP = 2n ** 32n;

/**
 * The addresses that were read, each once, and as texts of their own: part of a page would keep all of it in memory.
 */
export class Addresses {
  readonly #all = new Map<string, string>();

  /** The same text. */
  of(text: string): string {
    const known = this.#all.get(text);
    if (known !== undefined) return known;
    const own = Buffer.from(text).toString();
    this.#all.set(own, own);
    return own;
  }
}

/** Reads what `/raft_stat` says, in pieces as they come; holds no more than the replica it is at. */
export class RaftStatReader {
  readonly #found: (replica: RaftReplica) => void;
  /** Every chunkserver has the same few combinations of members very often. */
  readonly #peers = new Map<string, readonly string[]>();
  readonly #addresses: Addresses;
  #rest = '';
  #replica: Draft | undefined;

  /**
   * @param found - is told of each replica
   * @param addresses - those that others have read, to be shared
   */
  constructor(found: (replica: RaftReplica) => void, addresses = new Addresses()) {
    this.#found = found;
    this.#addresses = addresses;
  }

  /** @throws Error where the text is not what it should be, as in {@link end} */
  push(text: string): void {
    const all = this.#rest + text;
    let begin = 0;
    for (let end = all.indexOf('\n'); end >= 0; end = all.indexOf('\n', begin)) {
      // Most lines end in CRLF, some do not.
      this.#line(all.slice(begin, all[end - 1] === '\r' ? end - 1 : end));
      begin = end + 1;
    }
    this.#rest = all.slice(begin);
    if (this.#rest.length > LONGEST_LINE) throw new Error(`a line of more than ${LONGEST_LINE} characters`);
  }

  end(): void {
    this.push('\n');
    this.#finish();
  }

  #line(line: string): void {
    if (line === '') return;
    if (line.startsWith('[')) {
      this.#finish();
      const group = /^\[(\d+)\]$/.exec(line)?.[1];
      if (group === undefined) throw new Error(`a replica without a number: ${line}`);
      this.#replica = new Draft(BigInt(group), this.#addresses);
      return;
    }
    if (this.#replica === undefined) throw new Error(`no replica: ${line}`);
    const colon = line.indexOf(': ');
    const [key, value] = [line.slice(0, colon), line.slice(colon + 2)];
    if (key === 'peers') this.#replica.peers = this.#peersOf(value);
    else this.#replica.take(key, value);
  }

  #peersOf(text: string): readonly string[] {
    let peers = this.#peers.get(text);
    if (peers === undefined) {
      peers = text
        .split(' ')
        .filter(Boolean)
        .map(peer => this.#addresses.of(withoutIndex(peer)));
      this.#peers.set(text, peers);
    }
    return peers;
  }

  #finish(): void {
    const replica = this.#replica?.finished();
    this.#replica = undefined;
    if (replica) this.#found(replica);
  }
}

/** A replica of which not all has been read. */
class Draft {
  readonly #group: bigint;
  readonly #addresses: Addresses;
  peers: readonly string[] | undefined;
  #state: string | undefined;
  #leader: string | undefined;
  #term = Number.NaN;
  #lastIndex = Number.NaN;
  #followers = 0;
  /** The index up to which the slowest follower has all, or is about to be sent it. */
  #reached = Number.POSITIVE_INFINITY;
  #installing = false;

  constructor(group: bigint, addresses: Addresses) {
    this.#group = group;
    this.#addresses = addresses;
  }

  take(key: string, value: string): void {
    if (key === 'state') this.#state = value;
    else if (key === 'term') this.#term = Number(/^\d+$/.exec(value)?.[0]);
    else if (key === 'leader') this.#leader = this.#addresses.of(withoutIndex(value));
    else if (key === 'last_log_id') this.#lastIndex = Number(/index=(\d+)/.exec(value)?.[1]);
    else if (key.startsWith('replicator_')) this.#replicator(value);
  }

  #replicator(value: string): void {
    const [, next, flying] = /next_index=(\d+)\s+flying_append_entries_size=(\d+)/.exec(value) ?? [];
    if (next === undefined) throw new Error(`a replicator without an index: ${value}`);
    this.#followers++;
    this.#reached = Math.min(this.#reached, Number(next) - 1 - Number(flying));
    if (value.includes('installing snapshot')) this.#installing = true;
  }

  finished(): RaftReplica {
    const [state, peers, term] = [this.#state, this.peers, this.#term];
    const leads = state === 'LEADER';
    // A leader tells of every peer but itself, and of one that is about to be a peer.
    const whole = !leads || (!Number.isNaN(this.#lastIndex) && this.#followers >= (peers?.length ?? 0) - 1);
    if (state === undefined || peers === undefined || Number.isNaN(term) || !whole)
      throw new Error(`a replica of which something is missing: [${this.#group}]`);
    return {
      poolId: Number(this.#group / GROUP),
      copysetId: Number(this.#group % GROUP),
      ...{ state, peers, term },
      leader: this.#leader === NOBODY ? undefined : this.#leader,
      lag: leads ? Math.max(0, this.#lastIndex - this.#reached) : 0,
      installing: this.#installing,
    };
  }
}

/** `ip:port` of Raft's `ip:port:index`. */
function withoutIndex(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':'));
}
