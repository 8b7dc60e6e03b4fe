import type { Line, LineCounts, LineRequest } from '../line.js';
import { Command } from '../protocol/constants.js';
import { decodeRequest } from '../protocol/transmission.js';
import { type Agreement, Answers } from './answers.js';
import type { Channel } from './channel.js';
import { refusalOf } from './check-request.js';
import { connectionOf } from './receive.js';
import type { ExportStatistics } from './statistics.js';
import type { Resources } from './transmission.js';

/** What is told of a client that was given up. */
const PROBLEMS: Partial<Record<Awaited<Line['ended']>, readonly [kind: string, message: string]>> = {
  nonsense: ['violation', 'a client was cut off: no request where one should be'],
  unfinished: ['stalled', 'a client was given up: its request does not come to an end'],
  unread: ['stalled', 'a client was given up: it takes no replies'],
};

const NOTHING: LineCounts = { inFlight: 0, reads: 0, writes: 0, flushes: 0, bytesRead: 0, bytesWritten: 0 };

/** One client whose export serves it by itself, but for what a {@link Line} leaves: this answers that. */
export class LineTransmission {
  readonly #line: Line;
  readonly #agreement: Agreement;
  readonly #resources: Resources;
  readonly #statistics: ExportStatistics;
  readonly #answers: Answers;
  /** What of the line's counts is in the statistics. */
  #counted = NOTHING;

  private constructor(line: Line, agreement: Agreement, resources: Resources) {
    this.#line = line;
    this.#agreement = agreement;
    this.#resources = resources;
    this.#statistics = resources.statisticsOf(agreement.export);
    this.#answers = new Answers(agreement, resources.problems, this.#statistics);
  }

  /** Gives the connection to the export; undefined, and nothing has happened, where that cannot be. */
  static async begin(
    channel: Channel,
    agreement: Agreement,
    resources: Resources,
  ): Promise<LineTransmission | undefined> {
    const { export: served, structured, isReadOnly, size } = agreement;
    if (served.serveLine === undefined || connectionOf(channel.socket) === undefined) return undefined;
    const { requests, bytes, totalBytes, stallTimeout } = resources.limits;
    const line = await served.serveLine(() => {
      const socket = connectionOf(channel.socket);
      if (socket === undefined) return undefined;
      const received = channel.handOver().input.takeAll();
      return {
        ...{ socket, received, structured, readOnly: isReadOnly, size },
        ...{ requests: whole(requests), bytes: whole(bytes), totalBytes: whole(totalBytes) },
        stallTimeout: whole(stallTimeout),
      };
    });
    if (line === undefined) return undefined;
    // The line has a descriptor of its own.
    channel.socket.destroy();
    return new LineTransmission(line, agreement, resources);
  }

  /** Serves until the client has gone, or {@link end} was called; settles when nothing is under way any more. */
  async run(): Promise<void> {
    this.#statistics.connections++;
    for (let some = await this.#line.next(); some !== undefined; some = await this.#line.next()) {
      for (const one of some) void this.#answer(one);
    }
    const problem = PROBLEMS[await this.#line.ended];
    if (problem !== undefined) {
      const [kind, message] = problem;
      this.#resources.problems.tell(kind, { export: this.#agreement.export.name, message });
    }
    this.tally();
    this.#statistics.connections--;
  }

  /** Takes no more requests, answers those under way, and ends the connection. */
  end(): void {
    this.#line.end();
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#line.destroy();
  }

  /** Brings the statistics up to date. */
  tally(): void {
    const { counts } = this.#line;
    const counted = this.#counted;
    this.#counted = counts;
    for (const name of Object.keys(NOTHING) as (keyof LineCounts)[]) {
      this.#statistics[name] += counts[name] - counted[name];
    }
  }

  async #answer({ number, request: bytes, data, error }: LineRequest): Promise<void> {
    const request = decodeRequest(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    const answers = this.#answers;
    const { export: served } = this.#agreement;
    const { pool } = this.#resources;
    const reply = (what: Buffer) => this.#line.reply(number, what);
    const refusal = refusalOf(request, this.#agreement);
    if (error !== undefined) return reply(answers.failure(request, error));
    if (refusal !== undefined) return reply(answers.refusal(request, refusal));
    if (request.command !== Command.read && request.command !== Command.write) {
      return reply(await answers.perform(request));
    }
    const memory = request.command === Command.read ? pool.take(request.length) : undefined;
    try {
      if (memory !== undefined) {
        await served.read(request.offset, memory.data(request.length));
        await reply(answers.data(request, memory));
      } else {
        await served.write(request.offset, data ?? Buffer.alloc(0));
        await reply(answers.written(request));
      }
    } catch (failure) {
      await reply(answers.failure(request, failure));
    } finally {
      if (memory !== undefined) pool.give(memory);
    }
  }
}

/** Limits may have fractions, or be none. */
function whole(limit: number): number {
  return Math.ceil(Math.min(limit, 2 ** 40));
}
