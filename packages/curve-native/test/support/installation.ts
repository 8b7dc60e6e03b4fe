import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedFolder, temporaryFolder } from '@curve-wcs/test-support';
import { targetName, thisTarget } from '../../src/addon/target.js';

const source = fileURLToPath(new URL('../..', import.meta.url));
const installed = installedFolder('@curve-wcs/curve-native', import.meta.url);

/** The addon that was built here. */
export const builtAddon = join(source, 'native', 'build', 'Release', 'curve_native.node');

export interface Outcome {
  /** `createClient`'s type where the import succeeded. */
  loaded?: string;
  name?: string;
  code?: string;
  message?: string;
  problems?: { code: string; path: string; message: string }[];
}

export interface Installation {
  /** The project. */
  project: string;
  /** The package in it. */
  root: string;
  /** Where the binary that comes with the package belongs. */
  prebuilt: string;
  /** Where a build on this system leaves it. */
  local: string;
  /** Puts a file in place. */
  put(path: string, content: Uint8Array | string): void;
  /** Imports the package in a new process, which must end by itself. */
  load(options?: { env?: Record<string, string>; flags?: string[]; before?: string }): Outcome;
}

/** An installed package in an empty project: all of it but the binary. */
export function install(): Installation {
  const project = temporaryFolder();
  const root = join(project, 'node_modules', '@curve-wcs', 'curve-native');
  for (const part of ['package.json', 'bin', 'dist', 'native/binding.gyp', 'native/gyp', 'native/src']) {
    cpSync(join(installed, part), join(root, part), { recursive: true });
  }
  for (const dependency of ['node-addon-api', 'node-api-headers']) {
    symlinkSync(join(source, 'node_modules', dependency), join(project, 'node_modules', dependency));
  }
  return {
    project,
    root,
    prebuilt: join(root, 'prebuilds', targetName(thisTarget()), 'curve_native.node'),
    local: join(root, 'native', 'build', 'Release', 'curve_native.node'),
    put(path, content) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
    load({ env, flags = [], before = '' } = {}) {
      const script = `
        ${before}
        const outcome = await import('@curve-wcs/curve-native').then(
          ({ createClient }) => ({ loaded: typeof createClient }),
          ({ name, code, message, problems }) => ({ name, code, message, problems }),
        );
        console.log(JSON.stringify(outcome));`;
      return run(project, ['--no-warnings', ...flags, '--input-type=module', '-e', script], env);
    },
  };
}

/** Runs Node.js in a folder, without what the environment says of where things are; it must print JSON. */
export function run(cwd: string, args: string[], env: Record<string, string> = {}): Outcome {
  const { CURVE_NATIVE_ADDON: _, NODE_PATH: __, ...inherited } = process.env;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    env: { ...inherited, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`ended with ${signal ?? status}\n${stderr}`);
  return JSON.parse(stdout);
}
