import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that exports a volume, to be killed. */
export async function spawnExporter(mds: string, path: string, stateFolder: string, socket?: string) {
  const script = fileURLToPath(new URL('exporter.ts', import.meta.url));
  const argv = ['--import', 'tsx', script, mds, path, stateFolder, ...(socket === undefined ? [] : [socket])];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => {
      throw new Error('the exporter has ended');
    }),
  ]);
  return { process: child, ended };
}
