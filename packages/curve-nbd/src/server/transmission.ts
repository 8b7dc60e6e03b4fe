import type { Socket } from 'node:net';
import type { NbdExport } from '../export.js';
import { Command } from '../protocol/constants.js';
import { ProtocolViolation } from '../protocol/handshake.js';
import { decodeRequest, REQUEST_LENGTH, type Request } from '../protocol/transmission.js';
import { type Agreement, Answers } from './answers.js';
import type { ByteBudget } from './byte-budget.js';
import { type Refusal, refusalOf } from './check-request.js';
import { endGently } from './end-gently.js';
import type { Input } from './input.js';
import { MAX_PAYLOAD, type NbdLimits } from './limits.js';
import { Memory, type MemoryPool } from './memory-pool.js';
import type { Problems } from './problems.js';
import { receiveInto } from './receive.js';
import { ReplyQueue } from './reply-queue.js';
import type { ExportStatistics } from './statistics.js';

/** What all connections of a server share. */
export interface Resources {
  readonly limits: NbdLimits;
  readonly budget: ByteBudget;
  readonly pool: MemoryPool;
  readonly problems: Problems;
  statisticsOf(served: NbdExport): ExportStatistics;
}

/** A write while its data comes in, to memory of the pool, or to be forgotten. */
interface IncomingWrite {
  readonly request: Request;
  readonly destination: Memory | Refusal;
  received: number;
}

/** One client from the end of its handshake to its own: takes requests as far as there is room, and answers them. */
export class Transmission {
  readonly #socket: Socket;
  readonly #agreement: Agreement;
  readonly #resources: Resources;
  readonly #statistics: ExportStatistics;
  readonly #answers: Answers;
  readonly #replies: ReplyQueue;
  readonly #input: Input;
  readonly #ended: Promise<void>;
  #onEnded: () => void = () => {};
  /** A request that there is no room for yet. */
  #next: Request | undefined;
  #incoming: IncomingWrite | undefined;
  /** The write whose memory the next bytes go to. */
  #lent: IncomingWrite | undefined;
  #requests = 0;
  #bytes = 0;
  /** The client has said all that it will. */
  #hasAll = false;
  /** No more requests are taken. */
  #isEnding = false;
  #isPumping = false;
  /** For room for the next request. */
  #isWaiting = false;

  /** @param input - what has come in already */
  constructor(socket: Socket, input: Input, agreement: Agreement, resources: Resources) {
    this.#input = input;
    this.#socket = receiveInto(socket, {
      memory: () => this.#destination() ?? this.#input.room(),
      received: (length, memory) => this.#received(length, memory),
    });
    // TLS tells of a record that is none without ending the connection.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#agreement = agreement;
    this.#resources = resources;
    this.#statistics = resources.statisticsOf(agreement.export);
    this.#answers = new Answers(agreement, resources.problems, this.#statistics);
    this.#replies = new ReplyQueue(this.#socket);
    this.#ended = new Promise(resolve => {
      this.#onEnded = resolve;
    });
  }

  /** Serves until the client has gone, or {@link end} was called; settles when nothing is under way any more. */
  async run(): Promise<void> {
    const socket = this.#socket;
    this.#statistics.connections++;
    socket.on('timeout', () => this.#stalled());
    socket.setTimeout(this.#resources.limits.stallTimeout);
    socket.once('end', () => {
      this.#hasAll = true;
      this.#pump();
    });
    socket.once('close', () => this.end());
    this.#hasAll = socket.readableEnded;
    if (socket.destroyed) this.end();
    this.#pump();
    await this.#ended;
    this.#statistics.connections--;
  }

  /** Takes no more requests, answers those under way, and ends the connection. */
  end(): void {
    this.#isEnding = true;
    this.#resources.budget.leave(this.#pump);
    this.#dropIncoming();
    this.#endIfIdle();
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #endIfIdle(): void {
    if (!this.#isEnding || this.#requests > 0) return;
    const socket = this.#socket;
    if (socket.destroyed) this.#onEnded();
    else endGently(socket);
  }

  /** Where the rest of a write belongs, so that it is not copied there. */
  #destination(): Buffer | undefined {
    const incoming = this.#incoming;
    if (incoming === undefined || !(incoming.destination instanceof Memory)) return undefined;
    const { request, destination, received } = incoming;
    this.#lent = incoming;
    return destination.data(request.length).subarray(received);
  }

  #received(length: number, memory: Uint8Array): void {
    const lent = this.#lent;
    this.#lent = undefined;
    if (lent === undefined) this.#input.push(memory, length);
    else lent.received += length;
    this.#pump();
  }

  /** Takes what can be taken. Bound, since it is also what {@link ByteBudget} calls. */
  readonly #pump = (): void => {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (!this.#isEnding && this.#step());
    } catch (error) {
      this.#broken(error);
    }
    this.#isPumping = false;
    const waits = this.#next !== undefined && !this.#isEnding;
    if (waits) this.#socket.pause();
    else this.#socket.resume();
    // While it had to wait it was not the client that stalled.
    if (this.#isWaiting && !waits) this.#socket.setTimeout(this.#resources.limits.stallTimeout);
    this.#isWaiting = waits;
    if (this.#hasAll && !waits && !this.#isEnding) this.end();
    if (this.#isEnding) this.#input.clear();
  };

  /** Does the next thing there is to do; false if there is none, or no room for it. */
  #step(): boolean {
    if (this.#incoming !== undefined) return this.#receive(this.#incoming);
    const request = this.#next ?? this.#nextRequest();
    if (request === undefined) return false;
    this.#next = request;
    if (!this.#isRoomFor(request)) return false;
    this.#next = undefined;
    if (request.command === Command.disconnect) {
      this.end();
      return false;
    }
    this.#begin(request);
    return true;
  }

  #nextRequest(): Request | undefined {
    if (this.#input.length < REQUEST_LENGTH) return undefined;
    return decodeRequest(this.#input.take(REQUEST_LENGTH));
  }

  #isRoomFor(request: Request): boolean {
    const { limits, budget } = this.#resources;
    if (this.#requests >= limits.requests) return false;
    const bytes = memoryOf(request);
    if (this.#bytes > 0 && this.#bytes + bytes > limits.bytes) return false;
    return budget.take(bytes, this.#pump);
  }

  #begin(request: Request): void {
    const { command, length } = request;
    this.#requests++;
    this.#bytes += memoryOf(request);
    this.#statistics.inFlight++;
    const refusal = refusalOf(request, this.#agreement);
    if (refusal !== undefined && command === Command.write) {
      this.#incoming = { request, destination: refusal, received: 0 };
    } else if (refusal !== undefined) {
      this.#reply(request, this.#answers.refusal(request, refusal));
    } else if (command === Command.read) {
      this.#read(request);
    } else if (command === Command.write) {
      // Straight from where it was received, if it is there in one piece.
      const data = this.#input.takeWhole(length);
      if (data !== undefined) this.#write(request, data, undefined);
      else this.#incoming = { request, destination: this.#resources.pool.take(length), received: 0 };
    } else {
      void this.#answers.perform(request).then(reply => this.#reply(request, reply));
    }
  }

  #receive(incoming: IncomingWrite): boolean {
    const { request, destination } = incoming;
    const { length } = request;
    incoming.received +=
      destination instanceof Memory
        ? this.#input.copyTo(destination.data(length), incoming.received)
        : this.#input.skip(length - incoming.received);
    if (incoming.received < length) return false;
    this.#incoming = undefined;
    if (destination instanceof Memory) this.#write(request, destination.data(length), destination);
    // Not before all has come: libnbd takes no reply to a request that it is still sending.
    else this.#reply(request, this.#answers.refusal(request, destination));
    return true;
  }

  #read(request: Request): void {
    const memory = this.#resources.pool.take(request.length);
    begun(() => this.#agreement.export.read(request.offset, memory.data(request.length))).then(
      () => this.#reply(request, this.#answers.data(request, memory), memory),
      error => this.#reply(request, this.#answers.failure(request, error), memory),
    );
  }

  #write(request: Request, data: Buffer, memory: Memory | undefined): void {
    begun(() => this.#agreement.export.write(request.offset, data)).then(
      () => this.#reply(request, this.#answers.written(request), memory),
      error => this.#reply(request, this.#answers.failure(request, error), memory),
    );
  }

  /** @param memory - of the request, which is free once the reply has been sent */
  #reply(request: Request, reply: Buffer, memory?: Memory): void {
    this.#replies.push(reply, () => this.#done(request, memory));
  }

  /** The reply has been sent, or nobody is there to take it. */
  #done(request: Request, memory?: Memory): void {
    if (memory !== undefined) this.#resources.pool.give(memory);
    const bytes = memoryOf(request);
    this.#requests--;
    this.#bytes -= bytes;
    this.#statistics.inFlight--;
    this.#resources.budget.give(bytes);
    if (this.#isEnding) this.#endIfIdle();
    else if (this.#next !== undefined) this.#pump();
  }

  /** A write whose data will not come is none. */
  #dropIncoming(): void {
    const incoming = this.#incoming;
    if (incoming === undefined) return;
    this.#incoming = undefined;
    const { request, destination } = incoming;
    // What the socket may still write to is not used again.
    const isFree = destination instanceof Memory && this.#lent !== incoming;
    this.#done(request, isFree ? destination : undefined);
  }

  #stalled(): void {
    const owes = this.#incoming !== undefined || this.#input.length > 0;
    const owed = this.#socket.writableLength > 0;
    if (!owed && (!owes || this.#next !== undefined)) return;
    const message = `a client was given up: ${owed ? 'it takes no replies' : 'its request does not come to an end'}`;
    this.#resources.problems.tell('stalled', { export: this.#agreement.export.name, message });
    this.#socket.destroy();
  }

  #broken(error: unknown): void {
    const message = error instanceof ProtocolViolation ? error.message : String(error);
    this.#resources.problems.tell('violation', {
      export: this.#agreement.export.name,
      message: `a client was cut off: ${message}`,
      error,
    });
    this.#isEnding = true;
    this.#resources.budget.leave(this.#pump);
    this.#socket.destroy();
  }
}

/** What an export throws at once is a failure like any other. */
function begun(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Bytes that a request takes while it is under way, beyond the little that each does. */
function memoryOf({ command, length }: Request): number {
  return (command === Command.read || command === Command.write) && length <= MAX_PAYLOAD ? length : 0;
}
