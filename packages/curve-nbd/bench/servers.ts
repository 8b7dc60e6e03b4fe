import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** An NBD server in a process of its own. */
export interface RunningServer extends Disposable {
  readonly pid: number;
  readonly uri: string;
}

/** Ours, the built package, on a volume of that cluster. */
export async function startOurs(mds: string, socket: string): Promise<RunningServer> {
  const script = fileURLToPath(new URL('export-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, mds, socket], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [uri] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { pid: child.pid as number, uri, [Symbol.dispose]: () => child.kill() };
}

/** nbdkit's disk in memory. */
export async function startNbdkit(socket: string): Promise<RunningServer> {
  const child = spawn('nbdkit', ['--foreground', '--unix', socket, 'memory', '10G'], { stdio: 'inherit' });
  while (!existsSync(socket)) {
    if (child.exitCode !== null) throw new Error('nbdkit could not be started');
    await pause(20);
  }
  return {
    pid: child.pid as number,
    uri: `nbd+unix:///?socket=${socket}`,
    [Symbol.dispose]: () => child.kill(),
  };
}
