import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ChecksumError } from '../checksum-error.js';
import type { Digests } from '../digests.js';
import { WORKER_PROGRAM } from '../generated/worker-program.js';
import { onAbort } from '../on-abort.js';
import type { Job } from './jobs.js';
import { errorOf, type Request, type Response } from './messages.js';

/** A job with the promise that its caller holds. */
interface Task {
  readonly request: Request;
  readonly resolve: (digests: Digests[]) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/** A worker thread with what it does now. */
interface Thread {
  readonly worker: Worker;
  task: Task | undefined;
}

/**
 * Worker threads with one queue. A thread is started when there is work and none is idle, and is kept then.
 * An idle thread does not keep the process alive. One that dies fails its own task only; the next task gets
 * a new thread.
 */
export class ThreadPool {
  /** How many threads there are at most. */
  readonly size: number;
  readonly #program: string;
  readonly #threads = new Set<Thread>();
  readonly #queue: Task[] = [];
  #whenEmpty: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(size: number, program: string = WORKER_PROGRAM) {
    this.size = size;
    this.#program = program;
  }

  /**
   * Does a job on one of the threads. An abort takes it out of the queue, or stops it soon if it is running;
   * once the promise has settled, no thread touches the job's memory or file any more.
   */
  async run(job: Job, signal?: AbortSignal): Promise<Digests[]> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw new ChecksumError('POOL_CLOSED', 'The pool has been closed');
    let forget = (): void => {};
    try {
      return await new Promise<Digests[]>((resolve, reject) => {
        const stop = signal && new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
        const task: Task = { request: { job, stop }, resolve, reject, signal };
        forget = onAbort(signal, () => this.#stop(task));
        this.#queue.push(task);
        this.#dispatch();
      });
    } finally {
      forget();
    }
  }

  /** Takes no more work, waits for what there is, and ends the threads. */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  async #drain(): Promise<void> {
    if (this.#isBusy()) {
      await new Promise<void>(resolve => {
        this.#whenEmpty = resolve;
      });
    }
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #isBusy(): boolean {
    return this.#queue.length > 0 || [...this.#threads].some(({ task }) => task !== undefined);
  }

  #stop(task: Task): void {
    const place = this.#queue.indexOf(task);
    if (place >= 0) {
      this.#queue.splice(place, 1);
      task.reject(task.signal?.reason);
      this.#dispatch();
    } else if (task.request.stop) {
      Atomics.store(task.request.stop, 0, 1);
    }
  }

  #dispatch(): void {
    for (let task = this.#queue[0]; task !== undefined; task = this.#queue[0]) {
      let thread = [...this.#threads].find(({ task: current }) => current === undefined);
      if (thread === undefined && this.#threads.size >= this.size) return;
      this.#queue.shift();
      try {
        thread ??= this.#start();
        thread.task = task;
        thread.worker.ref();
        thread.worker.postMessage(task.request, transferable(task.request.job));
      } catch (cause) {
        if (thread) this.#rest(thread);
        task.reject(new ChecksumError('WORKER_FAILED', 'A worker thread could not be given work', { cause }));
      }
    }
    if (!this.#isBusy()) this.#whenEmpty?.();
  }

  #start(): Thread {
    // Without the process's own flags: a loader given with --import would run, for nothing, in every worker.
    const worker = new Worker(this.#program, { eval: true, execArgv: [], name: '@curve-wcs/etag' });
    const thread: Thread = { worker, task: undefined };
    let failure: unknown;
    worker.on('message', (response: Response) => this.#finish(thread, response));
    worker.on('error', error => {
      failure = error;
    });
    worker.on('exit', exitCode => {
      this.#threads.delete(thread);
      const message = `A worker thread ended, with code ${exitCode}, before its work was done`;
      thread.task?.reject(new ChecksumError('WORKER_FAILED', message, { cause: failure }));
      thread.task = undefined;
      this.#dispatch();
    });
    this.#threads.add(thread);
    return thread;
  }

  #finish(thread: Thread, response: Response): void {
    const { task } = thread;
    this.#rest(thread);
    if (task?.signal?.aborted) task.reject(task.signal.reason);
    else if ('digests' in response) task?.resolve(response.digests);
    else if ('error' in response) task?.reject(errorOf(response.error));
    this.#dispatch();
  }

  #rest(thread: Thread): void {
    thread.task = undefined;
    thread.worker.unref();
  }
}

/** Memory that moves to the worker instead of being copied. Shared memory does neither. */
function transferable(job: Job): ArrayBuffer[] {
  return job.kind === 'buffer' && job.data.buffer instanceof ArrayBuffer ? [job.data.buffer] : [];
}

let shared: ThreadPool | undefined;

/** The threads that all files of this process share: one per processor core that it may use. */
export function sharedThreadPool(): ThreadPool {
  shared ??= new ThreadPool(availableParallelism());
  return shared;
}
