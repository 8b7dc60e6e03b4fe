import type {
  DescMessage,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { askServer } from '../cluster/rpc.js';
import { CurveError, subject } from '../errors/curve-error.js';
import { statusError } from '../errors/native-failure.js';
import { pauseOf } from '../snapshots/pause.js';

/** Milliseconds before the members of a copyset are asked once more, at first and at most. */
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [50, 1000];

/** CHUNK_OP_STATUS (curve-protocol.md §3.6). */
const SUCCESS = 0;
/** Whoever was asked does not lead. */
const ELSEWHERE: ReadonlySet<number> = new Set([1, 6]);
/** What asking again does not change: INVALID_REQUEST, CHUNK_NOTEXIST, BACKWARD, CHUNK_EXIST, EPOCH_TOO_OLD. */
const FINAL: ReadonlySet<number> = new Set([4, 7, 10, 11, 12]);
/** Not the chunkserver's failures. */
const OVER: ReadonlySet<string> = new Set(['CANCELED', 'CLOSED']);

/** Where a chunk is. */
export interface ChunkPlace {
  readonly chunkId: bigint;
  readonly logicalPoolId: number;
  readonly copysetId: number;
}

interface Copyset {
  /** Of its members, as `ip:port`. */
  readonly addresses: readonly string[];
  /** Which of them is asked first. */
  leader: number;
}

type Method<I extends DescMessage, O extends DescMessage> = DescMethodUnary<I, O> & { parent: DescService };
type Answer = { readonly status: number; readonly redirect: string };

/** Puts questions about chunks to the chunkservers that lead their copysets (curve-protocol.md §4.9). */
export class ChunkLeaders {
  readonly #connection: Connection;
  readonly #copysets = new Map<string, Copyset>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Asks until there is an answer, as reads of volumes do: whoever leads, again and again where nobody does.
   *
   * @param attachmentSize - bytes that a successful answer has attached
   * @throws CurveError for what asking again does not change, and at the end of the call's time
   */
  async ask<I extends DescMessage, O extends DescMessage>(
    course: Course,
    place: ChunkPlace,
    method: Method<I, O>,
    request: MessageInitShape<I>,
    attachmentSize = 0,
  ): Promise<{ answer: MessageShape<O>; attachment: Uint8Array }> {
    let pause = SHORTEST_PAUSE;
    for (let failure: CurveError | undefined; ; ) {
      const copyset = await this.#find(course, place);
      for (let tried = 0; tried < copyset.addresses.length; tried++) {
        const asked = copyset.leader;
        const server = copyset.addresses[asked] ?? '';
        try {
          const { answer, attachment } = await askServer(
            this.#connection,
            course,
            server,
            method,
            request,
            attachmentSize,
          );
          const { status, redirect } = answer as unknown as Answer;
          if (status === SUCCESS && attachment.length === attachmentSize) return { answer, attachment };
          failure = failed(course, server, status);
          if (FINAL.has(status)) throw failure;
          // Whoever leads and cannot now may be able to soon.
          if (!ELSEWHERE.has(status)) break;
          const named = copyset.addresses.indexOf(redirect.split(':', 2).join(':'));
          copyset.leader = named < 0 ? (asked + 1) % copyset.addresses.length : named;
        } catch (error) {
          if (!(error instanceof CurveError) || error === failure || OVER.has(error.code)) throw error;
          if (error.code === 'TIMEOUT') await telling(failure, () => Promise.reject(error));
          failure = error;
          copyset.leader = (asked + 1) % copyset.addresses.length;
        }
      }
      this.#copysets.delete(keyOf(place));
      await telling(failure, () => pauseOf(course, pause));
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }

  /** The members of its copyset, who are asked for once. */
  async #find(course: Course, place: ChunkPlace): Promise<Copyset> {
    const known = this.#copysets.get(keyOf(place));
    if (known !== undefined) return known;
    const { logicalPoolId, copysetId } = place;
    const copysets = await this.#connection.ask(course, native =>
      native.copysetServers(logicalPoolId, [copysetId], course.step()),
    );
    const members = copysets.find(one => one.copysetId === copysetId)?.chunkservers ?? [];
    const addresses = members.map(({ ip, port, externalIp }) => `${externalIp || ip}:${port}`);
    const copyset = { addresses, leader: 0 };
    this.#copysets.set(keyOf(place), copyset);
    return copyset;
  }
}

/** What was met so far is told at the end of the call's time. */
async function telling<T>(failure: CurveError | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (failure === undefined || !(error instanceof CurveError) || error.code !== 'TIMEOUT') throw error;
    const { operation, path } = error;
    throw new CurveError('TIMEOUT', `${error.message}; ${failure.message}`, {
      operation,
      path,
      cause: failure,
    });
  }
}

function failed({ operation, path }: Course, server: string, status: number): CurveError {
  if (status !== SUCCESS) return statusError('chunk', status, { operation, path, attempts: 1 });
  const message = `${subject(operation, path)}: ${server} gave other than the bytes that were asked for`;
  return new CurveError('FAILED', message, { operation, path });
}

function keyOf({ logicalPoolId, copysetId }: ChunkPlace): string {
  return `${logicalPoolId}/${copysetId}`;
}
