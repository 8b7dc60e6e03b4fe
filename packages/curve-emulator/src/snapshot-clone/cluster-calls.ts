import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type {
  DescMessage,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { Topology } from '../cluster/topology.js';
import type { FaultRegistry } from '../faults/fault-registry.js';
import type { Authenticator, Credentials } from '../mds/auth.js';
import { ChunkOpStatus, type ChunkRequest, type ChunkResponse, ChunkService } from '../proto/chunk_pb.js';
import { StatusCode } from '../proto/nameserver2_pb.js';
import { callMethod } from '../rpc/call.js';
import type { ServiceTable } from '../rpc/service.js';

type Method<I extends DescMessage, O extends DescMessage> = DescMethodUnary<I, O> & { parent: DescService };

/** Milliseconds between two attempts of a step. */
const pause = 50;
/** What the MDS may come to answer otherwise. */
const passing = new Set([
  ...[StatusCode.kParaError, StatusCode.kNotSupported, StatusCode.kPoolsetNotExist],
  ...[StatusCode.kSnapshotFrozen, StatusCode.KInternalError, StatusCode.kStorageError],
]);

/** Where a chunk is. */
export interface ChunkPlace {
  logicPoolId: number;
  copysetId: number;
  chunkId: bigint;
}

/** A step that was refused for good, or for too long. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly status: number | undefined;

  constructor(step: string, status: number | undefined) {
    super(`${step}: ${status ?? 'nobody there'}`);
    this.status = status;
  }
}

/** What the service's tasks work with. */
export interface ClusterParts {
  /** What the MDS that leads serves; undefined while none does. */
  mds: () => ServiceTable | undefined;
  /** What a chunkserver serves. */
  chunkserver: (id: number) => ServiceTable | undefined;
  topology: Topology;
  auth: Authenticator;
  faults: FaultRegistry;
  /** For how many milliseconds a step is tried again. */
  patience: number;
}

/** The steps of the service's tasks: calls to the MDS that leads and to the chunkservers that do, until they are done. */
export class ClusterCalls {
  readonly #parts: ClusterParts;
  /** Aborted when this server ends: its tasks stop where they are. */
  readonly signal: AbortSignal;

  constructor(parts: ClusterParts, signal: AbortSignal) {
    this.#parts = parts;
    this.signal = signal;
  }

  /** What a request says about its caller, root or a user. */
  as(user: string): Credentials {
    return this.#parts.auth.credentials(user);
  }

  root(): Credentials {
    return this.as(this.#parts.auth.rootUser);
  }

  /** Asks the MDS once, and not as a step of a task. Undefined when there is none. */
  async look<I extends DescMessage, O extends DescMessage>(
    method: Method<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O> | undefined> {
    const table = this.#parts.mds();
    return table && (await callMethod(table, method, request)).answer;
  }

  /**
   * Asks the MDS, until it answers one of these statuses.
   *
   * @throws StepFailed
   */
  mds<I extends DescMessage, O extends DescMessage>(
    method: Method<I, O>,
    request: () => MessageInitShape<I>,
    accepted: readonly StatusCode[] = [StatusCode.kOK],
  ): Promise<MessageShape<O> & { statusCode: StatusCode }> {
    return this.step(method.name, async () => {
      const table = this.#parts.mds();
      if (!table) return { again: true };
      const { answer } = await callMethod(table, method, request());
      const told = answer as MessageShape<O> & { statusCode: StatusCode };
      if (accepted.includes(told.statusCode)) return { result: told };
      return { again: passing.has(told.statusCode), status: told.statusCode };
    });
  }

  /**
   * Asks the leader of a chunk's copyset, until it answers one of these statuses.
   *
   * @throws StepFailed
   */
  chunk(
    method: 'readChunkSnapshot' | 'createCloneChunk' | 'recoverChunk',
    request: ChunkPlace & Partial<ChunkRequest>,
    accepted: readonly ChunkOpStatus[] = [ChunkOpStatus.SUCCESS],
  ): Promise<{ answer: ChunkResponse; bytes: Buffer }> {
    const description = ChunkService.method[method];
    return this.step(description.name, async () => {
      const table = this.#leaderOf(request);
      if (!table) return { again: true };
      const { answer, attachment } = await callMethod(table, description, request as never);
      if (accepted.includes(answer.status)) return { result: { answer, bytes: attachment } };
      return { again: true, status: answer.status };
    });
  }

  /** The versions that a chunk has. */
  versions(place: ChunkPlace): Promise<bigint[]> {
    const { getChunkInfo } = ChunkService.method;
    return this.step(getChunkInfo.name, async () => {
      const table = this.#leaderOf(place);
      if (!table) return { again: true };
      const { answer } = await callMethod(table, getChunkInfo, place);
      if (answer.status === ChunkOpStatus.SUCCESS) return { result: answer.chunkSn };
      return { again: true, status: answer.status };
    });
  }

  /** A step: `work` until it has a result. Faults meet it by its name. */
  async step<T>(
    name: string,
    work: () => Promise<{ result: T } | { again: boolean; status?: number }>,
  ): Promise<T> {
    const end = performance.now() + this.#parts.patience;
    for (;;) {
      const status = await this.#fault(name);
      const outcome = status === undefined ? await work() : { again: true, status };
      this.signal.throwIfAborted();
      if ('result' in outcome) return outcome.result;
      if (!outcome.again || performance.now() > end) throw new StepFailed(name, outcome.status);
      await this.pause(pause);
    }
  }

  /** Waits, unless this server ends. */
  async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal, ref: false });
  }

  /** @returns the status that a fault gives a step in place of doing it */
  async #fault(method: string): Promise<number | undefined> {
    // Many steps go to disk: others have their turn between them.
    await setImmediate();
    this.signal.throwIfAborted();
    const target = { role: 'snapshotclone' as const, port: 0, service: 'tasks', method };
    for (const action of this.#parts.faults.choose(target)) {
      if (action.type === 'delay') await this.pause(action.ms);
      else return action.type === 'status' ? action.status : -1;
    }
    return undefined;
  }

  #leaderOf({ logicPoolId, copysetId }: ChunkPlace): ServiceTable | undefined {
    const leader = this.#parts.topology.copyset(logicPoolId, copysetId)?.leader;
    return leader === undefined ? undefined : this.#parts.chunkserver(leader);
  }
}
