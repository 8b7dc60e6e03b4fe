import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { CliError } from '../../cli-error.js';
import type { CliIo } from '../../cli-io.js';

/**
 * Runs a command that uses the exports, with their addresses in its environment, and waits for its end.
 *
 * @throws CliError with the command's own exit status, unless that is 0
 */
export async function runCaptive(command: string, uris: readonly string[], io: CliIo): Promise<void> {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: io.cwd,
    env: { ...io.env, NBD_URI: uris[0], NBD_URIS: uris.join(' ') },
    stdio: 'inherit',
  });
  const stop = () => child.kill('SIGTERM');
  io.signal.addEventListener('abort', stop, { once: true });
  if (io.signal.aborted) stop();
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    const status = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    if (status === 0) return;
    const how = signal === null ? `status ${code}` : signal;
    throw new CliError(status, `the command ended with ${how}: ${command}`);
  } finally {
    io.signal.removeEventListener('abort', stop);
  }
}
