// The program of a worker thread. scripts/generate.mjs bundles it into src/generated/worker-program.ts.
import { parentPort } from 'node:worker_threads';
import { perform } from './jobs.js';
import { fieldsOf, type Request, type Response } from './messages.js';

/** Ends a job whose result nobody waits for any more. */
const stopped = Symbol('stopped');

parentPort?.on('message', (request: Request) => parentPort?.postMessage(answer(request)));

function answer({ job, stop }: Request): Response {
  try {
    const digests = perform(job, () => {
      if (stop !== undefined && Atomics.load(stop, 0) !== 0) throw stopped;
    });
    return { digests };
  } catch (error) {
    return error === stopped ? { stopped: true } : { error: fieldsOf(error) };
  }
}
