import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitOf, messageOf, typescriptFlags } from '@curve-wcs/test-support';

/** How an export ended. */
export interface LimitedExport {
  code: string;
  operation: string;
  /** The system's code. */
  cause: string;
  safe: number;
}

/** Exports the volume `/v` in a process that may not write beyond the first MiB of a file, once it has begun. */
export async function exportToLimitedDisk(conf: string, path: string): Promise<LimitedExport> {
  const program = fileURLToPath(new URL('./limited-disk-process.ts', import.meta.url));
  const child = fork(program, [conf, path], { execArgv: typescriptFlags() });
  const outcome = await messageOf<LimitedExport>(child);
  await exitOf(child);
  return outcome;
}
