import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Begins to export the volume `/v` in another process. */
export async function beginOtherExport(conf: string, path: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./export-process.ts', import.meta.url));
  const child = fork(program, [conf, path], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return child;
}
