import type { Socket } from 'node:net';
import { ProtocolViolation } from '../protocol/handshake.js';
import type { Agreement } from './answers.js';
import type { Catalog } from './catalog.js';
import { Channel } from './channel.js';
import { endGently } from './end-gently.js';
import { LineTransmission } from './line-transmission.js';
import { negotiate, type TlsPolicy } from './negotiate.js';
import { type Resources, Transmission } from './transmission.js';

/** One client from its first byte to its last: handshake, then transmission. */
export class Connection {
  /** Settles when nothing of it is under way any more. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #resources: Resources;
  #transmission: Transmission | LineTransmission | undefined;
  #isEnding = false;

  constructor(socket: Socket, catalog: Catalog, tls: TlsPolicy | undefined, resources: Resources) {
    this.#socket = socket;
    this.#resources = resources;
    this.ended = this.#serve(catalog, tls);
  }

  /** Answers the requests under way and closes; a handshake ends at once. */
  end(): void {
    this.#isEnding = true;
    if (this.#transmission === undefined) this.#socket.destroy();
    else this.#transmission.end();
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
    this.#transmission?.destroy();
  }

  /** Brings the statistics up to date. */
  tally(): void {
    if (this.#transmission instanceof LineTransmission) this.#transmission.tally();
  }

  async #serve(catalog: Catalog, tls: TlsPolicy | undefined): Promise<void> {
    const channel = new Channel(this.#socket);
    const tooSlow = setTimeout(() => this.#socket.destroy(), this.#resources.limits.handshakeTimeout);
    try {
      const agreement = await negotiate(channel, catalog, tls);
      if (agreement === undefined || this.#isEnding) return endGently(channel.socket);
      clearTimeout(tooSlow);
      const line = await LineTransmission.begin(channel, agreement, this.#resources);
      const transmission = line ?? this.#transmissionOf(channel, agreement);
      this.#transmission = transmission;
      if (this.#isEnding) transmission.end();
      await transmission.run();
    } catch (error) {
      this.#tell(error);
      this.#socket.destroy();
    } finally {
      clearTimeout(tooSlow);
    }
  }

  #transmissionOf(channel: Channel, agreement: Agreement): Transmission {
    const { socket, input } = channel.handOver();
    return new Transmission(socket, input, agreement, this.#resources);
  }

  #tell(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const kind = error instanceof ProtocolViolation ? 'violation' : message;
    this.#resources.problems.tell(`handshake ${kind}`, {
      message: `a client was cut off: ${message}`,
      error,
    });
  }
}
