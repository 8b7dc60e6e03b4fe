import { CurveEmulatorError } from '../errors.js';
import type { Mds } from '../mds/mds.js';
import type { RpcServer } from '../rpc/rpc-server.js';

/** Several MDSs of which one leads. Only the leader listens: the others refuse connections (protocol 1.1). */
export class MdsGroup {
  readonly #mds: Mds;
  readonly #servers: readonly RpcServer[];
  readonly #stopped = new Set<RpcServer>();
  #leader: RpcServer | undefined;

  constructor(mds: Mds, servers: readonly RpcServer[]) {
    this.#mds = mds;
    this.#servers = servers;
  }

  get ports(): number[] {
    return this.#servers.map(({ port }) => port);
  }

  /** Whether each MDS runs, and which of them leads. */
  get states(): { running: boolean; leads: boolean }[] {
    return this.#servers.map(server => ({
      running: !this.#stopped.has(server),
      leads: server === this.#leader,
    }));
  }

  /** Gives every MDS its port, and lets the first lead. */
  async open(): Promise<void> {
    await this.#mds.lead();
    for (const server of this.#servers) await server.start();
    const [leader, ...others] = this.#servers;
    this.#leader = leader;
    await Promise.all(others.map(server => server.stop()));
  }

  /** Stops an MDS, counted from 0. If it led, the next one does. */
  async stop(index: number): Promise<void> {
    const server = this.#server(index);
    this.#stopped.add(server);
    await server.stop();
    if (this.#leader === server) {
      this.#leader = undefined;
      await this.#elect();
    }
  }

  /** Starts a stopped MDS again. It leads if no other does. */
  async start(index: number): Promise<void> {
    this.#stopped.delete(this.#server(index));
    if (!this.#leader) await this.#elect();
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.stop()));
  }

  async #elect(): Promise<void> {
    const leader = this.#servers.find(server => !this.#stopped.has(server));
    if (!leader) return;
    this.#leader = leader;
    await this.#mds.lead();
    await leader.start();
  }

  #server(index: number): RpcServer {
    const server = this.#servers[index];
    if (!server) throw new CurveEmulatorError('INVALID_OPTION', `there is no MDS ${index}`);
    return server;
  }
}
