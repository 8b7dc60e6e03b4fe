import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

/**
 * Starts an emulator in a thread of its own for the running test: synchronous calls block this one, and an emulator
 * in it could not answer them.
 *
 * @returns the path of its client.conf, and the root password
 */
export async function emulatorThread(): Promise<{ clientConfPath: string; rootPassword: string }> {
  const worker = new Worker(new URL('./emulator-worker.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
  });
  const exited = once(worker, 'exit');
  onTestFinished(async () => {
    worker.postMessage('close');
    await exited;
  });
  const [started] = await once(worker, 'message');
  return started;
}
