import { CurveEmulatorError } from '../errors.js';
import type { SnapshotHttpServer } from '../snapshot-clone/http-server.js';
import type { Parameters } from '../snapshot-clone/parameters.js';
import type { ActionAnswer } from '../snapshot-clone/service.js';
import { ServiceCodes, ServiceError } from '../snapshot-clone/service-error.js';
import type { SnapshotCloneServer } from '../snapshot-clone/snapshot-clone-server.js';
import { Mutex } from '../storage/mutex.js';

/** Several snapshot-clone servers of which one leads. Only the leader listens: the others refuse connections. */
export class SnapshotGroup {
  readonly #servers: SnapshotHttpServer[] = [];
  readonly #lead: () => Promise<SnapshotCloneServer>;
  readonly #stopped = new Set<SnapshotHttpServer>();
  readonly #mutex = new Mutex();
  #isClosed = false;
  #leader: SnapshotHttpServer | undefined;
  #work: SnapshotCloneServer | undefined;

  /** @param lead - begins the work of a server that takes over */
  constructor(
    count: number,
    make: (index: number, perform: (asked: Parameters) => Promise<ActionAnswer>) => SnapshotHttpServer,
    lead: () => Promise<SnapshotCloneServer>,
  ) {
    this.#lead = lead;
    for (let index = 0; index < count; index++)
      this.#servers.push(make(index, asked => this.#perform(asked)));
  }

  get ports(): number[] {
    return this.#servers.map(({ port }) => port);
  }

  /** Whether each server runs, and which of them leads. */
  get states(): { running: boolean; leads: boolean }[] {
    return this.#servers.map(server => ({
      running: !this.#stopped.has(server),
      leads: server === this.#leader,
    }));
  }

  /** The server that leads; undefined while none does. */
  get work(): SnapshotCloneServer | undefined {
    return this.#work;
  }

  /** Gives every server its port, and lets the first lead. */
  async open(): Promise<void> {
    for (const server of this.#servers) await server.start();
    await Promise.all(this.#servers.map(server => server.stop()));
    await this.#elect();
  }

  /** Stops a server, counted from 0. If it led, the next one goes on with its tasks. */
  stop(index: number): Promise<void> {
    return this.#mutex.run(async () => {
      const server = this.#server(index);
      this.#stopped.add(server);
      if (this.#leader !== server) return;
      await this.#end();
      await this.#elect();
    });
  }

  /** Starts a stopped server again. It leads if no other does. */
  start(index: number): Promise<void> {
    return this.#mutex.run(async () => {
      this.#stopped.delete(this.#server(index));
      if (!this.#leader) await this.#elect();
    });
  }

  close(): Promise<void> {
    return this.#mutex.run(() => {
      this.#isClosed = true;
      return this.#end();
    });
  }

  async #perform(asked: Parameters): Promise<ActionAnswer> {
    if (!this.#work) throw new ServiceError(ServiceCodes.internal);
    return this.#work.perform(asked);
  }

  async #end(): Promise<void> {
    const [leader, work] = [this.#leader, this.#work];
    this.#leader = undefined;
    this.#work = undefined;
    await leader?.stop();
    await work?.close();
  }

  async #elect(): Promise<void> {
    const leader = this.#servers.find(server => !this.#stopped.has(server));
    // Nobody takes over what has been closed.
    if (!leader || this.#isClosed) return;
    this.#work = await this.#lead();
    await leader.start();
    this.#leader = leader;
  }

  #server(index: number): SnapshotHttpServer {
    const server = this.#servers[index];
    if (!server) throw new CurveEmulatorError('INVALID_OPTION', `there is no snapshot-clone server ${index}`);
    return server;
  }
}
