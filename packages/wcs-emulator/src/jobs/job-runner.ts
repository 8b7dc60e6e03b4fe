import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Accounts } from '../auth/accounts.js';
import type { DetectionResults } from '../detection/detection-results.js';
import type { FaultRegistry } from '../faults/fault-registry.js';
import { applyJobFaults } from '../faults/job-faults.js';
import { ServiceError } from '../http/service-error.js';
import type { Programs } from '../media/programs.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { JobItemRecord, JobRecord, ObjectName } from '../storage/metadata-store.js';
import type { Storage } from '../storage/storage.js';
import { itemCode, jobCode } from './job-codes.js';
import type { JobKind, JobTask } from './job-kind.js';
import { jobKinds } from './job-kinds.js';
import { JobNotifier } from './job-notifier.js';
import type { Job } from './job-status.js';
import { Limiter } from './limiter.js';

/** How many jobs are carried out at once. */
const jobsAtOnce = 4;

/** How long a job that is over can be asked about, in milliseconds: about a month. */
const jobLifetime = 30 * 24 * 3600 * 1000;

/** A job as it is asked for. */
export interface JobRequest {
  /** A name in `job-kinds.ts`. */
  kind: string;
  /** At least one. */
  commands: readonly string[];
  accessKey: string;
  force: boolean;
  separate: boolean;
  notifyUrl?: string | undefined;
  /** The object that all commands are about, and how large it is. */
  input?: (ObjectName & { size: number }) | undefined;
}

/** What the commands of jobs work with besides the storage. */
interface JobTools {
  faults: FaultRegistry;
  outbound: OutboundClient;
  programs: Programs;
  detections: DetectionResults;
}

/** Accepts jobs, carries them out behind the requests' back, and goes on with them after a restart. */
export class JobRunner {
  readonly #storage: Storage;
  readonly #tools: JobTools;
  readonly #clock: () => number;
  readonly #url: () => string;
  readonly #maxUnpackedBytes: number;
  readonly #notifier: JobNotifier;
  readonly #limiter = new Limiter(jobsAtOnce);
  readonly #stopping = new AbortController();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor({
    storage,
    accounts,
    clock,
    url,
    notificationRetryDelays,
    maxUnpackedBytes,
    ...tools
  }: JobTools & {
    storage: Storage;
    accounts: Accounts;
    clock: () => number;
    /** The address of the emulator, which is known once it listens. */
    url: () => string;
    notificationRetryDelays: readonly number[];
    maxUnpackedBytes: number;
  }) {
    // Any number of jobs may wait for the end.
    setMaxListeners(0, this.#stopping.signal);
    this.#storage = storage;
    this.#tools = tools;
    this.#clock = clock;
    this.#url = url;
    this.#maxUnpackedBytes = maxUnpackedBytes;
    const { metadata } = storage;
    this.#notifier = new JobNotifier({
      metadata,
      accounts,
      outbound: tools.outbound,
      retryDelays: notificationRetryDelays,
    });
  }

  /** Goes on with what an earlier run left, oldest first, and forgets what nobody can ask about any more. */
  async start(): Promise<void> {
    const { metadata } = this.#storage;
    const limit = this.#clock() - jobLifetime;
    const unfinished: [id: string, createdAt: number][] = [];
    for await (const [id, record] of metadata.listJobs()) {
      if (!isOver(record)) unfinished.push([id, record.createdAt]);
      else if (record.createdAt < limit) {
        const items = (await metadata.listJobItems(id)).length;
        await metadata.commit([{ type: 'delete-job', id, items }]);
      }
    }
    for (const [id] of unfinished.sort(([, left], [, right]) => left - right)) this.#begin(id);
  }

  /** Ends what is under way, to be gone on with after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the emulator is closing'));
    await Promise.all(this.#underWay.values());
  }

  /**
   * Takes a job. It is on the disk when its id is returned, and is carried out from then on.
   *
   * @returns the `persistentId`
   */
  async submit({ kind, commands, input, notifyUrl, ...rest }: JobRequest): Promise<string> {
    const id = `2001${randomBytes(16).toString('hex')}`;
    const record: JobRecord = {
      kind,
      ...rest,
      code: jobCode.pending,
      createdAt: this.#clock(),
      ...(notifyUrl && { notifyUrl }),
      ...(input && { input: { bucket: input.bucket, key: input.key }, inputSize: input.size }),
    };
    await this.#storage.metadata.commit([
      { type: 'put-job', id, record },
      ...commands.map((command, index) => ({
        type: 'put-job-item' as const,
        id,
        index,
        item: { command, code: itemCode.pending },
      })),
    ]);
    this.#begin(id);
    return id;
  }

  /** A job as it is now. */
  async find(id: string): Promise<Job | undefined> {
    const record = await this.#storage.metadata.getJob(id);
    return record && { id, record, items: await this.#storage.metadata.listJobItems(id) };
  }

  #begin(id: string): void {
    // A job that came while those of an earlier run were looked up is among them.
    if (this.#underWay.has(id)) return;
    // A job that cannot go on, be it that the emulator closes or that its disk fails, goes on after the next start.
    const work = this.#complete(id)
      .catch(() => {})
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, work);
  }

  async #complete(id: string): Promise<void> {
    const deliveries: Promise<boolean>[] = [];
    const { record, items } = await this.#limiter.run(async () => {
      this.#stopping.signal.throwIfAborted();
      const job = await this.find(id);
      if (!job) throw new Error(`no such job: ${id}`);
      return this.#carryOut(job, deliveries);
    });
    if (record.notifyUrl === undefined) return;
    if (!record.separate) deliveries.push(this.#notifier.tellJob(id, record, items, this.#stopping.signal));
    const delivered = (await Promise.all(deliveries)).every(Boolean);
    const code = delivered ? jobCode.notified : jobCode.notificationFailed;
    const latest = (await this.#storage.metadata.getJob(id)) ?? record;
    await this.#storage.metadata.commit([{ type: 'put-job', id, record: { ...latest, code } }]);
  }

  /** Carries out the commands that are not yet over. */
  async #carryOut(job: Job, deliveries: Promise<boolean>[]): Promise<Job> {
    const { id } = job;
    const tell = (record: JobRecord, index: number, item: JobItemRecord) => {
      if (!record.separate || record.notifyUrl === undefined) return;
      const delivery = this.#notifier.tellItem(id, record, index, item, this.#stopping.signal);
      // It is awaited when all commands are over; until then its failure is not an unhandled one.
      delivery.catch(() => {});
      deliveries.push(delivery);
    };
    let { record } = job;
    if (record.code === jobCode.pending) record = await this.#save(id, { ...record, code: jobCode.running });
    const items = [...job.items];
    const queue = items.entries();
    const work = async () => {
      for (const [index, item] of queue) {
        const done = isItemOver(item) ? item : await this.#carryOutItem(id, record, index, item);
        items[index] = done;
        tell(record, index, done);
      }
    };
    const workers = Array.from({ length: kindOf(record).atOnce ?? 1 }, work);
    // All of them come to their end, also when one fails: nothing may go on behind the back of `stop`.
    for (const outcome of await Promise.allSettled(workers)) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    if (record.code === jobCode.running) {
      const code = record.notifyUrl === undefined ? jobCode.done : jobCode.notifying;
      record = await this.#save(id, { ...record, code });
    }
    return { id, record, items };
  }

  async #carryOutItem(
    id: string,
    record: JobRecord,
    index: number,
    item: JobItemRecord,
  ): Promise<JobItemRecord> {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const repeated = item.code === itemCode.running;
    const save = async (next: JobItemRecord) => {
      await this.#storage.metadata.commit([{ type: 'put-job-item', id, index, item: next }]);
      return next;
    };
    const running = repeated ? item : await save({ ...item, code: itemCode.running });
    const startedAt = this.#clock();
    try {
      const { faults, ...tools } = this.#tools;
      const task: JobTask = {
        ...tools,
        storage: this.#storage,
        url: this.#url(),
        now: this.#clock,
        force: record.force,
        input: record.input,
        repeated,
        maxUnpackedBytes: this.#maxUnpackedBytes,
        signal,
      };
      const altered = await applyJobFaults(task, faults.chooseJob(record.kind, item.command));
      const result = await kindOf(record).run(item.command, altered);
      const costTime = Math.max(0, this.#clock() - startedAt);
      return await save({ ...running, code: itemCode.succeeded, result, costTime });
    } catch (error) {
      // A command that ended because the emulator closes has not failed.
      signal.throwIfAborted();
      return save({ ...running, code: itemCode.failed, error: messageOf(error) });
    }
  }

  async #save(id: string, record: JobRecord): Promise<JobRecord> {
    await this.#storage.metadata.commit([{ type: 'put-job', id, record }]);
    return record;
  }
}

/** Of a data folder that a later version wrote, a job may be of a kind that this one does not know. */
function kindOf({ kind }: JobRecord): JobKind {
  return (
    jobKinds[kind] ?? {
      check: () => [],
      run: async () => {
        throw new ServiceError(400, `this version knows no jobs of kind ${kind}`);
      },
    }
  );
}

function isOver({ code }: JobRecord): boolean {
  return code === jobCode.done || code === jobCode.notified || code === jobCode.notificationFailed;
}

function isItemOver({ code }: JobItemRecord): boolean {
  return code === itemCode.succeeded || code === itemCode.failed;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
