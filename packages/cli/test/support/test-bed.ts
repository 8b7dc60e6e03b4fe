import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { temporaryFolder } from '@curve-wcs/test-support';
import { startWcsEmulator, type WcsEmulator, type WcsEmulatorOptions } from '@curve-wcs/wcs-emulator';
import { onTestFinished } from 'vitest';
import { runWcscmd } from '../../src/index.js';
import { type Run, runTool } from './test-io.js';

/** A service with the bucket `demo`, and a folder that is both home and current folder. */
export interface TestBed {
  emulator: WcsEmulator;
  folder: string;
  /** Runs `wcscmd` in this process. */
  wcscmd(argv: readonly string[], options?: RunOptions): Promise<Run>;
  /** Writes a file of the folder. */
  write(name: string, content: string | Uint8Array): string;
  read(name: string): Buffer;
  has(name: string): boolean;
  /** Names of what is in the folder, in order. */
  files(): string[];
  /** Replaces lines of the configuration, or adds some. */
  configure(settings: Record<string, string>): void;
}

interface RunOptions {
  stdin?: string | Uint8Array | Readable;
  env?: Record<string, string>;
  signal?: AbortSignal;
  terminal?: boolean;
}

/** Everything that a command needs to work. */
export async function startTestBed(options: WcsEmulatorOptions = {}): Promise<TestBed> {
  const emulator = await startWcsEmulator({ buckets: ['demo'], durability: 'fast', ...options });
  onTestFinished(() => emulator.close());
  const folder = temporaryFolder();
  const config = join(folder, '.wcscfg');
  let lines = emulator.clientConfig;
  const bed: TestBed = {
    emulator,
    folder,
    wcscmd: (argv, runOptions = {}) => runTool(runWcscmd, argv, { cwd: folder, ...runOptions }),
    write(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    read: name => readFileSync(join(folder, name)),
    has: name => existsSync(join(folder, name)),
    files: () => readdirSync(folder).sort(),
    configure(settings) {
      lines += Object.entries(settings)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join('');
      writeFileSync(config, lines, { mode: 0o600 });
    },
  };
  bed.configure({
    get_url: `${emulator.url}/-/{bucket}`,
    tmp_record_folder: join(folder, 'records'),
    mkblk_retries: '0',
    bput_retries: '0',
    mkfile_retries: '0',
    connection_retries: '0',
  });
  return bed;
}
