import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const PROGRAM = `
  const { createHash } = require('node:crypto');
  const { parentPort, workerData } = require('node:worker_threads');
  parentPort.on('message', times => {
    for (let time = 0; time < times; time++) createHash('sha1').update(workerData).digest();
    parentPort.postMessage('done');
  });
`;

/**
 * Bare SHA-1 on several threads at once: what etagFile could reach if reading cost nothing. Other work on the
 * machine takes as much from it as from etagFile, which is not so for one core's rate times the cores.
 */
export class ParallelSha1 {
  readonly #workers: Worker[];

  constructor(threads: number, data: Uint8Array) {
    const shared = new Uint8Array(new SharedArrayBuffer(data.length));
    shared.set(data);
    const options = { eval: true, execArgv: [], workerData: shared };
    this.#workers = Array.from({ length: threads }, () => new Worker(PROGRAM, options));
  }

  /** Has every thread digest all the data so many times. */
  async run(times: number): Promise<void> {
    await Promise.all(
      this.#workers.map(async worker => {
        worker.postMessage(times);
        await once(worker, 'message');
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.terminate()));
  }
}
