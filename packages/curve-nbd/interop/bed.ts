import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type CurveEmulator, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { CurveClient } from '@curve-wcs/curve-sdk';

const execute = promisify(execFile);

/** A cluster, a server process on one of its volumes, and a folder; all gone at the end. */
export interface Bed extends AsyncDisposable {
  readonly cluster: CurveEmulator;
  readonly curve: CurveClient;
  readonly folder: string;
  readonly uri: string;
  /** Starts the server; it is running already. */
  startServer(options?: readonly string[]): Promise<void>;
  stopServer(signal?: NodeJS.Signals): Promise<void>;
}

export const GiB = 2 ** 30;
export const MiB = 2 ** 20;

/** @param size - bytes of the volume `/disk` */
export async function bed(size: number, options: readonly string[] = []): Promise<Bed> {
  const cluster = await startCurveEmulator({ mds: 2, chunkservers: 3, durability: 'fast' });
  const curve = await CurveClient.connect(cluster.clientConfPath, { user: 'alice' });
  await curve.createVolume('/disk', { size });
  const folder = await mkdtemp(join(tmpdir(), 'curve-nbd-interop-'));
  const socket = join(folder, 'socket');
  let server: ReturnType<typeof spawn> | undefined;
  const made: Bed = {
    ...{ cluster, curve, folder },
    uri: `nbd+unix:///disk?socket=${socket}`,
    async startServer(more = []) {
      const script = fileURLToPath(new URL('../test/support/exporter.ts', import.meta.url));
      const argv = [cluster.mdsAddresses.join(','), '/disk', folder, socket, ...more];
      server = spawn(process.execPath, ['--import', 'tsx', script, ...argv], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (server.stdout) await once(server.stdout, 'data');
    },
    async stopServer(signal = 'SIGTERM') {
      const ended = server && once(server, 'exit');
      server?.kill(signal);
      await ended;
      server = undefined;
    },
    async [Symbol.asyncDispose]() {
      await made.stopServer();
      await curve.close();
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await made.startServer(options);
  return made;
}

/** Runs a program; what it printed on stdout. */
export async function run(program: string, ...argv: string[]): Promise<string> {
  const { stdout } = await execute(program, argv, { maxBuffer: 64 * MiB });
  return stdout;
}

/** Whether all of these programs are there. */
export function areThere(programs: readonly string[]): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/sbin', '/usr/sbin'];
  return programs.every(program => folders.some(folder => isProgram(join(folder, program))));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Waits until something is there. */
export async function appearance(path: string): Promise<void> {
  for (let tries = 0; !existsSync(path); tries++) {
    if (tries > 1000) throw new Error(`${path} did not appear`);
    await pause(20);
  }
}

/** Fails unless two values are the same. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one}, not ${other}`);
}
