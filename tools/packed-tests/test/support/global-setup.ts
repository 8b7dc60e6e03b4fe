import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { findProgram } from './find-program.js';
import { nodeExecutable } from './node-versions.js';
import type { Packed } from './packed.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const CURVE = ['curve-native', 'curve-sdk'];
const OTHERS = ['etag', 'wcs-sdk', 'wcs-emulator', 'curve-nbd', 'curve-emulator', 'cli'];
/** 16 is older than the addon allows. */
const NODES = [16, 20, 22, 24];

/** Packs every package and installs the tarballs, once for all test files. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'curve-wcs-packed-')));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  try {
    provide('packed', await packAndInstall(scratch));
    return remove;
  } catch (error) {
    remove();
    throw error;
  }
}

async function packAndInstall(scratch: string): Promise<Packed> {
  const folder = (name: string) => {
    mkdirSync(join(scratch, name));
    return join(scratch, name);
  };
  const bareBin = folder('bin');
  for (const name of ['node', 'npm', 'sh']) symlinkSync(findProgram(name), join(bareBin, name));
  const [nodes, tarballs] = await Promise.all([fetchNodes(), pack(folder('tarballs'))]);
  const everything = folder('everything');
  const curve = folder('curve');
  await install(everything, bareBin, [...Object.values(tarballs), '@types/node@20.19.43']);
  await install(
    curve,
    bareBin,
    CURVE.map(name => tarballs[name] ?? ''),
  );
  return { tarballs, everything, curve, bareBin, nodes };
}

async function fetchNodes(): Promise<Record<string, string>> {
  const nodes: Record<string, string> = {};
  for (const major of NODES) nodes[major] = await nodeExecutable(root, major);
  return nodes;
}

async function pack(target: string): Promise<Record<string, string>> {
  const pnpm = (name: string, ...args: string[]) =>
    run(process.execPath, [join(root, 'scripts', 'pnpm.mjs'), ...args], {
      cwd: join(root, 'packages', name),
    });
  // The binary of the build, and not one of an earlier build that may still lie there.
  await pnpm('curve-native', 'run', 'prebuild', '--built');
  const tarballs: Record<string, string> = {};
  for (const name of [...CURVE, ...OTHERS]) {
    const { stdout } = await pnpm(name, 'pack', '--pack-destination', target, '--json');
    const { filename } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { filename: string };
    tarballs[name] = filename;
  }
  return tarballs;
}

/** Installs with all install scripts allowed, where nothing is that could compile. */
async function install(project: string, bareBin: string, what: string[]): Promise<void> {
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "version": "1.0.0", "private": true }');
  await run(join(bareBin, 'npm'), ['install', '--no-audit', '--no-fund', '--prefer-offline', ...what], {
    cwd: project,
    env: { ...process.env, PATH: bareBin },
  });
}
