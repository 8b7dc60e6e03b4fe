import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const execute = promisify(execFile);

/** What global-setup.ts has made, for all test files. */
export interface Packed {
  /** The tarball of each package, by its folder's name. */
  tarballs: Record<string, string>;
  /** A project that has all packages installed, and nothing else of this repository. */
  everything: string;
  /** A project that has curve-sdk, and with it curve-native, and nothing else. */
  curve: string;
  /** A folder with Node.js, npm and a shell, and nothing else: the PATH of a machine without a compiler. */
  bareBin: string;
  /** The executable of each Node.js, by its major version. */
  nodes: Record<string, string>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    packed: Packed;
  }
}

export const packed: Packed = inject('packed');

export interface RunOptions {
  /** Its own Node.js, by major version; else the one that runs the tests. */
  node?: string;
  env?: Record<string, string>;
}

/** Writes a program into a project and gives what it printed there, without a compiler. */
export async function program(
  project: string,
  name: string,
  code: string,
  { node, env }: RunOptions = {},
): Promise<string> {
  writeFileSync(join(project, name), code);
  const executable = node === undefined ? process.execPath : packed.nodes[node];
  const { stdout, stderr } = await execute(executable ?? '', [name], { cwd: project, env: bare(env) });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}

/** The environment on a machine without a compiler. */
export function bare(env: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: packed.bareBin, HOME: process.env['HOME'], ...env };
}
