/** How long a mount record lives without refresh: ten expiry units of five seconds (protocol 4.5). */
const lifetimeUs = 50_000_000;

/** A client that has a volume open. */
export interface Mount {
  ip: string;
  port: number;
  /** When it was last refreshed, in microseconds since the epoch. */
  refreshed: number;
}

/** Who has which volume open: made by RefreshSession, ended by CloseFile or by silence (protocol 4.5). */
export class MountRecords {
  readonly #byPath = new Map<string, Map<string, Mount>>();
  readonly #now: () => number;

  /** `now` tells the time in microseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  refresh(path: string, ip: string, port: number): void {
    const mounts = this.#byPath.get(path) ?? new Map<string, Mount>();
    this.#byPath.set(path, mounts.set(`${ip}:${port}`, { ip, port, refreshed: this.#now() }));
  }

  remove(path: string, ip: string, port: number): void {
    this.#byPath.get(path)?.delete(`${ip}:${port}`);
  }

  /** The clients that have a volume open. */
  of(path: string): Mount[] {
    const mounts = this.#byPath.get(path);
    if (!mounts) return [];
    for (const [key, mount] of mounts) {
      if (this.#now() - mount.refreshed >= lifetimeUs) mounts.delete(key);
    }
    if (mounts.size === 0) this.#byPath.delete(path);
    return [...mounts.values()];
  }

  /** All clients that have any volume open, each once. */
  clients(): Mount[] {
    const all = [...this.#byPath.keys()].flatMap(path => this.of(path));
    return [...new Map(all.map(mount => [`${mount.ip}:${mount.port}`, mount])).values()];
  }
}
