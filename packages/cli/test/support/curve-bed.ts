import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CurveEmulator,
  type CurveEmulatorOptions,
  type FaultRemover,
  startCurveEmulator,
} from '@curve-wcs/curve-emulator';
import { CurveClient } from '@curve-wcs/curve-sdk';
import { temporaryFolder } from '@curve-wcs/test-support';
import { onTestFinished } from 'vitest';
import { runCurvecmd } from '../../src/index.js';
import { type SpawnedCli, spawnCli } from './spawn-cli.js';
import { type Run, runTool, type TestIoOptions } from './test-io.js';

export const KiB = 1024;
export const MiB = 1024 * KiB;

/** How large volumes of a bed are unless a test says otherwise. */
export const VOLUME_SIZE = 16 * MiB;

/** A cluster of small chunks, and a folder that is both home and current folder. */
export interface CurveBed {
  cluster: CurveEmulator;
  folder: string;
  /** What tells a spawned command of the cluster: `CURVE_CONF` and `CURVE_USER`, which is alice. */
  env: Record<string, string>;
  /** Runs `curvecmd` in this process. */
  curvecmd(argv: readonly string[], options?: RunOptions): Promise<Run>;
  /** The same, as root. */
  asRoot(argv: readonly string[], options?: RunOptions): Promise<Run>;
  /** Starts `curvecmd` as a process of its own. */
  spawn(argv: readonly string[], options?: { env?: Record<string, string>; stdin?: Uint8Array }): SpawnedCli;
  /** Creates a volume of {@link VOLUME_SIZE}. */
  volume(path: string): Promise<void>;
  /** A client of the cluster, to look at what commands have done. */
  client(user?: string): Promise<CurveClient>;
  /** Reads all of a volume. */
  content(path: string): Promise<Buffer>;
  /** Writes a file of the folder. */
  write(name: string, content: string | Uint8Array, mode?: number): string;
  read(name: string): Buffer;
  has(name: string): boolean;
}

type RunOptions = Omit<TestIoOptions, 'cwd'>;

/** Starts a cluster for the running test. */
export async function startCurveBed(options: CurveEmulatorOptions = {}): Promise<CurveBed> {
  const cluster = await startCurveEmulator({
    durability: 'fast',
    ...{ chunkSize: MiB, segmentSize: 4 * MiB, minVolumeSize: 4 * MiB },
    ...options,
  });
  onTestFinished(() => cluster.close());
  // A busy machine is no reason to ask twice: what was done the first time would be refused the second.
  const patient = cluster.clientConf.replace('mds.rpcTimeoutMS=500', 'mds.rpcTimeoutMS=3000');
  writeFileSync(cluster.clientConfPath, patient);
  const folder = temporaryFolder();
  const env = { CURVE_CONF: cluster.clientConfPath, CURVE_USER: 'alice' };
  const run = (argv: readonly string[], runOptions: RunOptions = {}) =>
    runTool(runCurvecmd, argv, { cwd: folder, ...runOptions, env: { ...env, ...runOptions.env } });
  const root = { CURVE_USER: cluster.rootUser, CURVE_PASSWORD: cluster.rootPassword };
  const bed: CurveBed = {
    ...{ cluster, folder, env },
    curvecmd: run,
    asRoot: (argv, runOptions = {}) => run(argv, { ...runOptions, env: { ...root, ...runOptions.env } }),
    spawn: (argv, { env: more = {}, stdin = Buffer.alloc(0) } = {}) =>
      spawnCli('curvecmd', argv, { cwd: folder, env: { ...env, ...more }, stdin }),
    async volume(path) {
      await (await bed.client()).createVolume(path, { size: VOLUME_SIZE });
    },
    async client(user = 'alice') {
      const client = await CurveClient.connect(cluster.clientConfPath, {
        user: user === cluster.rootUser ? { name: user, password: cluster.rootPassword } : user,
      });
      onTestFinished(() => client.close());
      return client;
    },
    async content(path) {
      const volume = await (await bed.client()).open(path);
      const { data } = await volume.read({ offset: 0, length: volume.length });
      await volume.close();
      return data;
    },
    write(name, content, mode) {
      const path = join(folder, name);
      writeFileSync(path, content, { mode });
      return path;
    },
    read: name => readFileSync(join(folder, name)),
    has: name => existsSync(join(folder, name)),
  };
  return bed;
}

/** Lets the chunkservers answer so many calls of a kind, and then none, for as long as the fault is there. */
export function failAfter(bed: CurveBed, method: string, answered: number, action = 'hang'): FaultRemover {
  return bed.cluster.faults.add({
    match: { method, nth: Array.from({ length: 5000 }, (_, i) => answered + 1 + i) },
    do: action,
  });
}
