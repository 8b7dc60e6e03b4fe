import { isIPv4 } from 'node:net';

/** How long a mount record lives without refresh: ten expiry units of five seconds (protocol 4.5). */
const lifetimeUs = 50_000_000;
/** How often a real MDS looks for volumes that nobody has open any more (mds.file.scanIntevalTimeUs). */
const scanIntervalUs = 500_000;

/** A client that has a volume open. */
export interface Mount {
  ip: string;
  port: number;
  /** The version that it says it has; nothing, if it says none. */
  version: string;
  /** When it was last refreshed, in microseconds since the epoch. */
  refreshed: number;
}

/** The mounts of a path, and when the last of them was taken away. */
interface PathRecord {
  mounts: Map<string, Mount>;
  emptied: number;
}

/** Who has which volume open: made by RefreshSession, ended by CloseFile or by silence (protocol 4.5). */
export class MountRecords {
  readonly #byPath = new Map<string, PathRecord>();
  /** When each path was last opened or refreshed, in microseconds since the epoch. */
  readonly #seen = new Map<string, number>();
  readonly #now: () => number;

  /** `now` tells the time in microseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes that somebody was told of a volume that has it open. */
  told(path: string): void {
    this.#seen.set(path, this.#now());
  }

  /** For how many milliseconds nobody that has a volume open was told of it. */
  silence(path: string): number {
    return (this.#now() - (this.#seen.get(path) ?? Number.NEGATIVE_INFINITY)) / 1000;
  }

  refresh(path: string, ip: string, port: number, version: string): void {
    // A real MDS records nobody whose address is none.
    if (!isIPv4(ip)) return;
    const record = this.#find(path) ?? { mounts: new Map<string, Mount>(), emptied: 0 };
    record.mounts.set(`${ip}:${port}`, { ip, port, version, refreshed: this.#now() });
    this.#byPath.set(path, record);
  }

  remove(path: string, ip: string, port: number): void {
    const record = this.#find(path);
    if (!record?.mounts.delete(`${ip}:${port}`)) return;
    if (record.mounts.size === 0) record.emptied = this.#now();
  }

  /**
   * The clients that have a volume open, by their addresses: none just after the last one has closed it, and
   * undefined when no one has, as the real MDS tells these apart.
   */
  of(path: string): Mount[] | undefined {
    const record = this.#find(path);
    return record && [...record.mounts.values()].sort(byAddress);
  }

  /** The paths that are open, with the clients that have them so. */
  *open(): Iterable<[path: string, mounts: Mount[]]> {
    for (const path of [...this.#byPath.keys()]) {
      const mounts = this.of(path) ?? [];
      if (mounts.length > 0) yield [path, mounts];
    }
  }

  /** All clients that have any volume open and said at which port, each once. */
  clients(): Mount[] {
    const all = [...this.#byPath.keys()].flatMap(path => this.of(path) ?? []);
    const named = all.filter(({ port }) => port !== 0);
    return [...new Map(named.map(mount => [`${mount.ip}:${mount.port}`, mount])).values()].sort(byAddress);
  }

  /** What is recorded of a path after the scan of this moment. */
  #find(path: string): PathRecord | undefined {
    const record = this.#byPath.get(path);
    if (!record) return undefined;
    const now = this.#now();
    for (const [key, { refreshed }] of record.mounts) {
      if (now - refreshed >= lifetimeUs) record.mounts.delete(key);
    }
    if (record.mounts.size > 0 || now - record.emptied < scanIntervalUs) return record;
    this.#byPath.delete(path);
    return undefined;
  }
}

/** The order of a real MDS: by the address as a little-endian number, then by the port. */
function byAddress(a: Mount, b: Mount): number {
  return addressNumber(a.ip) - addressNumber(b.ip) || a.port - b.port;
}

function addressNumber(ip: string): number {
  return Buffer.from(ip.split('.').map(Number)).readUInt32LE();
}
