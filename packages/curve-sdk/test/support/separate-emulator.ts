import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitOf, messageOf } from '@curve-wcs/test-support';
import { onTestFinished } from 'vitest';

/**
 * Starts an emulator in a process of its own for the running test: synchronous calls block this thread, and an emulator
 * in it could not answer them.
 *
 * @returns the path of its client.conf, and the root password
 */
export async function separateEmulator(): Promise<{ clientConfPath: string; rootPassword: string }> {
  const program = fileURLToPath(new URL('./emulator-process.ts', import.meta.url));
  const child = fork(program, { execArgv: ['--import', 'tsx'] });
  onTestFinished(async () => {
    if (child.connected) child.disconnect();
    await exitOf(child);
  });
  return messageOf(child);
}
