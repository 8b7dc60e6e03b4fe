import { setTimeout as sleep } from 'node:timers/promises';
import { CurveEmulatorError } from '../errors.js';
import type { RpcServer } from '../rpc/rpc-server.js';
import type { ChunkserverLocation, Copyset, Topology } from './topology.js';

/** The chunkservers, and who of them leads what. */
export class ChunkserverGroup {
  readonly #topology: Topology;
  readonly #servers: readonly RpcServer[];
  readonly #clock: () => number;

  /** @param clock - tells the time in milliseconds since the epoch */
  constructor(topology: Topology, servers: readonly RpcServer[], clock: () => number) {
    this.#topology = topology;
    this.#servers = servers;
    this.#clock = clock;
  }

  async open(): Promise<void> {
    for (const location of this.#topology.chunkservers) await this.#startServer(location);
  }

  /** Stops a chunkserver. Its copysets get other leaders; until the election the others name the dead one. */
  async stop(id: number, electionDelay: number): Promise<void> {
    const { server, location } = this.#find(id);
    await server.stop();
    location.running = false;
    location.stoppedAt = this.#clock();
    if (electionDelay > 0) await sleep(electionDelay);
    this.#topology.elect();
  }

  /** Starts a stopped chunkserver. It leads only what nobody else could lead meanwhile. */
  async start(id: number): Promise<void> {
    await this.#startServer(this.#find(id).location);
    this.#topology.elect();
  }

  moveLeader(poolId: number, copysetId: number, to: number | undefined): number {
    const copyset = this.#topology.copyset(poolId, copysetId);
    if (!copyset)
      throw new CurveEmulatorError('INVALID_OPTION', `there is no copyset ${poolId}-${copysetId}`);
    const leader = to ?? this.#another(copyset);
    if (leader === undefined || !copyset.members.includes(leader) || !this.#find(leader).location.running) {
      throw new CurveEmulatorError(
        'INVALID_OPTION',
        `chunkserver ${leader} cannot lead ${poolId}-${copysetId}`,
      );
    }
    copyset.leader = leader;
    return leader;
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.stop()));
  }

  #another({ members, leader }: Copyset): number | undefined {
    return members.find(id => id !== leader && this.#find(id).location.running);
  }

  async #startServer(location: ChunkserverLocation): Promise<void> {
    const { server } = this.#find(location.id);
    await server.start();
    location.port = server.port;
    location.running = true;
  }

  #find(id: number): { server: RpcServer; location: ChunkserverLocation } {
    const [server, location] = [this.#servers[id - 1], this.#topology.chunkserver(id)];
    if (!server || !location) throw new CurveEmulatorError('INVALID_OPTION', `there is no chunkserver ${id}`);
    return { server, location };
  }
}
