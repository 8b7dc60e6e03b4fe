import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@curve-wcs/test-support';

/** Begins to export the volume `/v` in another process. */
export async function beginOtherExport(conf: string, path: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./export-process.ts', import.meta.url));
  const child = fork(program, [conf, path], { execArgv: ['--import', 'tsx'] });
  await messageOf(child);
  return child;
}
