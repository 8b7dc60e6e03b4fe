import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { NbdExport } from './export.js';
import { NbdError } from './nbd-error.js';
import { type NbdAddress, uriOf } from './server/address.js';
import { ByteBudget } from './server/byte-budget.js';
import { Catalog } from './server/catalog.js';
import { Connection } from './server/connection.js';
import { DEFAULT_LIMITS, type NbdLimits } from './server/limits.js';
import { type Listener, listen } from './server/listen.js';
import { MemoryPool } from './server/memory-pool.js';
import type { TlsPolicy } from './server/negotiate.js';
import { type NbdProblem, Problems } from './server/problems.js';
import { type ExportStatistics, noStatistics } from './server/statistics.js';
import { type NbdTlsOptions, tlsPolicy } from './server/tls.js';
import type { Resources } from './server/transmission.js';

/** Options of {@link serveNbd}. */
export interface ServeNbdOptions {
  /** What is served; closed with the server. */
  readonly exports: readonly NbdExport[];
  /**
   * Where.
   *
   * @default port 10809 of 127.0.0.1
   */
  readonly listen?: NbdAddress | readonly NbdAddress[] | undefined;
  /**
   * Encryption, and who may connect.
   *
   * @default none
   */
  readonly tls?: NbdTlsOptions | undefined;
  /**
   * Whether addresses that other machines reach may do without TLS: whoever reaches them can read and write everything.
   *
   * @default false
   */
  readonly unencrypted?: boolean | undefined;
  /** What clients may take. */
  readonly limits?: Partial<NbdLimits> | undefined;
  /** Hears of what goes wrong, of each kind once. */
  readonly onProblem?: ((problem: NbdProblem) => void) | undefined;
}

/** Options of {@link NbdServer.close}. */
export interface CloseOptions {
  /**
   * Milliseconds to wait for the requests under way.
   *
   * @default none: as long as they take
   */
  readonly deadline?: number | undefined;
}

/**
 * Serves exports to NBD clients (fixed newstyle, doc/proto.md of the NBD project) until it is closed.
 *
 * @throws NbdError `LISTEN_FAILED`, `UNENCRYPTED`, `TLS`, `INVALID_ARGUMENT`; the exports are left open then
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 * import { exportVolume, serveNbd } from '@curve-wcs/curve-nbd';
 *
 * await using curve = await CurveClient.connect('./client.conf', { user: 'alice' });
 * const disk = await exportVolume(curve, '/vol1');
 * await using server = await serveNbd({ exports: [disk], listen: { socket: './vol1.sock' } });
 * console.log(server.uris[0]);
 * ```
 */
export async function serveNbd(options: ServeNbdOptions): Promise<NbdServer> {
  const { exports, listen: where, tls, unencrypted = false, onProblem = () => {} } = options ?? {};
  checkExports(exports);
  const limits = checkedLimits(options.limits);
  const policy = tls === undefined ? undefined : await tlsPolicy(tls, limits.handshakeTimeout);
  const server = new NbdServer(exports, limits, policy, onProblem);
  const addresses = where === undefined ? [{}] : Array.isArray(where) ? where : [where];
  await server.listen(addresses, unencrypted || policy?.required === true);
  return server;
}

/** A running server; see {@link serveNbd}. */
export class NbdServer implements AsyncDisposable {
  readonly #catalog: Catalog;
  readonly #tls: TlsPolicy | undefined;
  readonly #resources: Resources;
  readonly #statistics = new Map<NbdExport, ExportStatistics>();
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<Connection>();
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(
    exports: readonly NbdExport[],
    limits: NbdLimits,
    tls: TlsPolicy | undefined,
    onProblem: (problem: NbdProblem) => void,
  ) {
    this.#catalog = new Catalog(exports);
    this.#tls = tls;
    for (const one of exports) this.#statistics.set(one, noStatistics());
    this.#resources = {
      limits,
      budget: new ByteBudget(limits.totalBytes),
      pool: new MemoryPool(),
      problems: new Problems(onProblem),
      statisticsOf: one => this.#statistics.get(one) ?? noStatistics(),
    };
  }

  /** Where it listens: paths of Unix sockets, or `host:port`. */
  get addresses(): readonly string[] {
    return this.#listeners.map(({ bound }) => ('path' in bound ? bound.path : `${bound.host}:${bound.port}`));
  }

  /** The address of every export at every address, as an NBD URI. */
  get uris(): readonly string[] {
    return this.#listeners.flatMap(({ bound }) =>
      this.#catalog.all.map(({ name }) => uriOf(bound, name, this.#tls !== undefined)),
    );
  }

  /** What clients did so far, by the names of exports. */
  statistics(): Record<string, ExportStatistics> {
    for (const connection of this.#connections) connection.tally();
    return Object.fromEntries([...this.#statistics].map(([{ name }, figures]) => [name, { ...figures }]));
  }

  /** @internal */
  async listen(addresses: readonly NbdAddress[], isProtected: boolean): Promise<void> {
    try {
      for (const address of addresses) {
        this.#listeners.push(await listen(address, isProtected, socket => this.#accept(socket)));
      }
    } catch (error) {
      for (const { server } of this.#listeners) server.close();
      throw error;
    }
  }

  /**
   * Takes no more connections and requests, answers the requests under way, and closes the exports. After the deadline
   * connections are cut, and exports closed all the same. May be repeated.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options.deadline);
    await this.#closing;
  }

  /** Calls {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(deadline: number | undefined): Promise<void> {
    for (const { server } of this.#listeners) server.close();
    for (const connection of this.#connections) connection.end();
    const ended = Promise.all([...this.#connections].map(connection => connection.ended));
    await within(deadline, ended);
    for (const connection of this.#connections) connection.destroy();
    const closed = await Promise.allSettled(this.#catalog.all.map(one => one.close()));
    const failed = closed.find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #accept(socket: Socket): void {
    // What fails is closed, and that is all there is to know of a client that has gone.
    socket.on('error', () => {});
    const { limits, problems } = this.#resources;
    const isFull = this.#connections.size >= limits.connections;
    if (isFull)
      problems.tell('full', { message: `a client was turned away: ${limits.connections} are there` });
    if (isFull || this.#closing !== undefined) return void socket.destroy();
    const connection = new Connection(socket, this.#catalog, this.#tls, this.#resources);
    this.#connections.add(connection);
    void connection.ended.then(() => this.#connections.delete(connection));
  }
}

/** Waits for something, but not longer than that. */
async function within(milliseconds: number | undefined, work: Promise<unknown>): Promise<void> {
  if (milliseconds === undefined) return void (await work);
  const given = new AbortController();
  const late = pause(milliseconds, undefined, { signal: given.signal }).catch(() => {});
  await Promise.race([work, late]);
  given.abort();
}

function checkExports(exports: readonly NbdExport[]): void {
  if (!Array.isArray(exports) || exports.length === 0) {
    throw new NbdError('INVALID_ARGUMENT', 'serveNbd: exports must be an array of one export at least');
  }
  const names = new Set<string>();
  for (const { name } of exports) {
    if (names.has(name)) {
      throw new NbdError('INVALID_ARGUMENT', `serveNbd: two exports are called ${JSON.stringify(name)}`);
    }
    names.add(name);
  }
}

function checkedLimits(limits: Partial<NbdLimits> = {}): NbdLimits {
  const all = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(all)) {
    if (!(name in DEFAULT_LIMITS))
      throw new NbdError('INVALID_ARGUMENT', `serveNbd: there is no limit ${name}`);
    if (typeof value !== 'number' || !(value > 0)) {
      throw new NbdError('INVALID_ARGUMENT', `serveNbd: limits.${name} must be a number over 0`);
    }
  }
  return all;
}
