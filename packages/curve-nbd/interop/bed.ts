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
import { SCALE } from './scale.js';

const execute = promisify(execFile);
/** Programs of the system first: its nbdsh wants the system's Python. */
export const PATH = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', process.env['PATH'] ?? ''].join(delimiter);

/** A cluster, a server process on one of its volumes, and a folder; all gone at the end. */
export interface Bed extends AsyncDisposable {
  readonly cluster: CurveEmulator;
  readonly curve: CurveClient;
  readonly folder: string;
  readonly socket: string;
  readonly uri: string;
  /** Starts the server; it is running already. */
  startServer(): Promise<void>;
  /** Ends it; fails if it had ended by itself, or not as it should. */
  stopServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export const GiB = 2 ** 30;
export const MiB = 2 ** 20;

/** @param size - bytes of the volume `/disk` */
export async function bed(size: number): Promise<Bed> {
  const cluster = await startCurveEmulator({
    ...{ mds: 2, chunkservers: 3, durability: 'fast', segmentSize: SCALE.segment },
  });
  const curve = await CurveClient.connect(cluster.clientConfPath, { user: 'alice' });
  await curve.createVolume('/disk', { size });
  const folder = await mkdtemp(join(tmpdir(), 'curve-nbd-interop-'));
  const socket = join(folder, 'socket');
  let stop: ((signal: NodeJS.Signals) => Promise<string>) | undefined;
  const made: Bed = {
    ...{ cluster, curve, folder, socket },
    uri: `nbd+unix:///disk?socket=${socket}`,
    async startServer() {
      stop = (await startExporter(cluster, '/disk', folder, socket)).stop;
    },
    async stopServer(signal = 'SIGTERM') {
      const how = await stop?.(signal);
      stop = undefined;
      const expected = signal === 'SIGTERM' ? 'status 0' : signal;
      if (how !== undefined && how !== expected) throw new Error(`the server ended with ${how}`);
    },
    async [Symbol.asyncDispose]() {
      try {
        await made.stopServer();
      } finally {
        await curve.close();
        await cluster.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
  await made.startServer();
  return made;
}

/**
 * Starts a server of a volume.
 *
 * @param where - path of a Unix socket, or a port
 * @returns where it is, and what ends it and says how it ended
 */
export async function startExporter(cluster: CurveEmulator, path: string, folder: string, where: string) {
  const script = fileURLToPath(new URL('../test/support/exporter.ts', import.meta.url));
  const argv = ['--import', 'tsx', script, cluster.mdsAddresses.join(','), path, folder, where];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([status, signal]) => String(signal ?? `status ${status}`));
  const early = ended.then(how => Promise.reject(new Error(`the server ended with ${how}`)));
  const [uri] = await Promise.race([once(child.stdout, 'data'), early]);
  early.catch(() => {});
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { uri: String(uri).trim(), stop };
}

/** Runs a program; what it printed on stdout. */
export async function run(program: string, ...argv: string[]): Promise<string> {
  const env = { ...process.env, PATH };
  const { stdout } = await execute(program, argv, { maxBuffer: 64 * MiB, env });
  return stdout;
}

/** Fails unless a program fails. */
export async function refused(program: string, ...argv: string[]): Promise<void> {
  const done = await run(program, ...argv).then(
    () => true,
    () => false,
  );
  if (done) throw new Error(`${program} ${argv.join(' ')} was let in`);
}

/** Those of these programs and paths that are not there. */
export function missing(needs: readonly string[]): string[] {
  return needs.filter(need => {
    const places = need.startsWith('/') ? [need] : PATH.split(delimiter).map(folder => join(folder, need));
    return !places.some(isThere);
  });
}

function isThere(path: string): boolean {
  try {
    accessSync(path, path.startsWith('/dev/') ? constants.R_OK : constants.X_OK);
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
