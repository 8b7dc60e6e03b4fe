import { ExportFailure, type Extent, type NbdExport } from '../export.js';
import { AllocationState, Command, CommandFlag, NbdErrno } from '../protocol/constants.js';
import {
  DATA_HEADER_LENGTH,
  encodeBlockStatus,
  encodeDataHeader,
  encodeErrorChunk,
  encodeSimpleHeader,
  encodeSimpleReply,
  type Request,
  SIMPLE_HEADER_LENGTH,
} from '../protocol/transmission.js';
import type { Refusal, Rules } from './check-request.js';
import type { Memory } from './memory-pool.js';
import type { Problems } from './problems.js';
import type { ExportStatistics } from './statistics.js';

/** What a handshake has led to. */
export interface Agreement extends Rules {
  readonly export: NbdExport;
  /** The id of `base:allocation`. */
  readonly contextId: number;
}

/** Extents in one answer at most. */
const EXTENTS = 1024;

/** Makes replies: of what was done, of what could not be done, and of the commands that have no data, which it does. */
export class Answers {
  readonly #agreement: Agreement;
  readonly #problems: Problems;
  readonly #statistics: ExportStatistics;

  constructor(agreement: Agreement, problems: Problems, statistics: ExportStatistics) {
    this.#agreement = agreement;
    this.#problems = problems;
    this.#statistics = statistics;
  }

  /** That it was done. */
  success(request: Request): Buffer {
    return encodeSimpleReply(request, 0);
  }

  /** Of a read, whose data is in the memory; the reply is there as well. */
  data(request: Request, memory: Memory): Buffer {
    this.#statistics.reads++;
    this.#statistics.bytesRead += request.length;
    const { structured } = this.#agreement;
    const head = structured ? DATA_HEADER_LENGTH : SIMPLE_HEADER_LENGTH;
    if (structured) encodeDataHeader(memory.buffer, memory.headAt(head), request);
    else encodeSimpleHeader(memory.buffer, memory.headAt(head), request, 0);
    return memory.frame(head, request.length);
  }

  /** Of a write. */
  written(request: Request): Buffer {
    this.#statistics.writes++;
    this.#statistics.bytesWritten += request.length;
    return this.success(request);
  }

  /** Does a command that is neither a read nor a write. Never rejects. */
  async perform(request: Request): Promise<Buffer> {
    const { command, flags, offset, length } = request;
    const { export: served } = this.#agreement;
    const statistics = this.#statistics;
    try {
      switch (command) {
        case Command.flush:
          await served.flush();
          statistics.flushes++;
          break;
        case Command.trim:
          await served.trim(offset, length);
          statistics.trims++;
          break;
        case Command.writeZeroes:
          await served.zero(offset, length, {
            keepSpace: (flags & CommandFlag.noHole) !== 0,
            fast: (flags & CommandFlag.fastZero) !== 0,
          });
          statistics.zeroes++;
          break;
        case Command.blockStatus: {
          const reply = await this.#blockStatus(request);
          statistics.blockStatuses++;
          return reply;
        }
        default:
          // NBD_CMD_CACHE: there is no cache in between that could be filled.
          break;
      }
      return this.success(request);
    } catch (error) {
      return this.failure(request, error);
    }
  }

  /** The export could not do it: told to whoever runs the server as well. */
  failure(request: Request, error: unknown): Buffer {
    const { export: served } = this.#agreement;
    const failure = error instanceof ExportFailure ? error : new ExportFailure('EIO', String(error));
    if (failure.code !== 'ENOTSUP') {
      this.#problems.tell(`${failure.code} ${failure.message.replaceAll(/\d+/g, '#')}`, {
        export: served.name,
        message: failure.message,
        error: failure.cause ?? error,
      });
    }
    return this.refusal(request, { error: failure.code, message: failure.message });
  }

  refusal(request: Request, { error, message }: Refusal): Buffer {
    this.#statistics.errors++;
    return this.#agreement.structured
      ? encodeErrorChunk(request, error, message)
      : encodeSimpleReply(request, NbdErrno[error]);
  }

  async #blockStatus(request: Request): Promise<Buffer> {
    const { export: served, contextId } = this.#agreement;
    const { offset, length, flags } = request;
    const one = (flags & CommandFlag.requestOne) !== 0;
    const extents = await served.extents(offset, length, one ? 1 : EXTENTS);
    return encodeBlockStatus(request, contextId, descriptors(extents, length));
  }
}

/** Extents as the protocol tells them: no longer than was asked for, which is always allowed. */
function descriptors(extents: readonly Extent[], length: number) {
  const told: { length: number; state: number }[] = [];
  let left = length;
  for (const extent of extents) {
    if (left <= 0) break;
    const part = Math.min(extent.length, left);
    const state = extent.hole ? AllocationState.hole | AllocationState.zero : 0;
    const last = told.at(-1);
    if (last?.state === state) last.length += part;
    else told.push({ length: part, state });
    left -= part;
  }
  return told;
}
