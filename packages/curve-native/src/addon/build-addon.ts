import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What keeps the addon from being built, in words for whoever wanted to build it. */
export class CannotBuild extends Error {}

/**
 * Compiles the addon from the sources in the package, with node-gyp, and says where it is.
 *
 * Nothing is downloaded: of Node.js the addon needs the headers of Node-API alone, and these come with the package.
 *
 * @throws {@link CannotBuild} where something is missing that it takes, or the compiler fails
 */
export function buildAddon(): string {
  const root = packageFolder();
  if (process.platform === 'win32')
    throw new CannotBuild('the addon needs POSIX sockets; on Windows, use WSL 2');
  const python =
    process.env['npm_config_python'] ?? process.env['PYTHON'] ?? findProgram('python3', 'python');
  const make = findProgram(process.env['MAKE'] ?? 'make');
  const compiler = process.env['CXX'] ?? findProgram('g++', 'c++', 'clang++');
  if (!python || !make || !compiler) throw new CannotBuild(missingTools({ python, make, compiler }));

  const { status, error } = spawnSync(
    process.execPath,
    [findNodeGyp(root), 'configure', 'build', '--release', '--jobs', 'max', '--nodedir', 'gyp'],
    {
      cwd: join(root, 'native'),
      // What the build says is talk; stdout is left to the program that asked for it.
      stdio: ['ignore', 2, 2],
      env: buildEnvironment(python, compiler),
    },
  );
  if (error || status !== 0) {
    throw new CannotBuild('the build failed; what was printed above says why', { cause: error });
  }
  return join(root, 'native', 'build', 'Release', 'curve_native.node');
}

/** The folder with the sources, seen from `src/addon` as well as from `dist`. */
function packageFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const root = [join(here, '..'), join(here, '..', '..')].find(folder => existsSync(join(folder, 'native')));
  if (!root) throw new CannotBuild(`the sources are not there: ${join(here, '..', 'native')}`);
  return root;
}

/**
 * The node-gyp of the project, else the one that npm brings along.
 *
 * It is no dependency of the package: it would be most of what is installed, and hardly anyone needs it.
 */
function findNodeGyp(root: string): string {
  const script = join('node-gyp', 'bin', 'node-gyp.js');
  const npm = findProgram('npm');
  const candidates = [
    ...[root, process.cwd()].map(folder => resolvable(folder)),
    process.env['npm_config_node_gyp'],
    npm && join(dirname(realpathSync(npm)), '..', 'node_modules', script),
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'node_modules', script),
  ];
  const found = candidates.find(path => path && existsSync(path));
  if (found) return found;
  throw new CannotBuild('node-gyp is not there; npm brings it along, or: npm install --save-dev node-gyp');
}

function resolvable(folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'x.js')).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    return undefined;
  }
}

/** npm's settings are left out: node-gyp takes each for one of its own, a `nodedir` among them. */
function buildEnvironment(python: string, compiler: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_(package_)?config_/i.test(name));
  return {
    ...Object.fromEntries(inherited),
    PYTHON: python,
    CXX: compiler,
    // binding.gyp asks `node` where the headers are.
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
  };
}

function missingTools(found: Record<'python' | 'make' | 'compiler', string | undefined>): string {
  const names = { compiler: 'a C++17 compiler (g++ or clang++)', make: 'make', python: 'Python 3' };
  const missing = Object.entries(names).filter(([tool]) => !found[tool as keyof typeof found]);
  return [
    `not found on the PATH: ${missing.map(([, name]) => name).join(', ')}`,
    `Install with: ${installCommand()}`,
  ].join('\n');
}

function installCommand(): string {
  if (process.platform === 'darwin') return 'xcode-select --install';
  const commands = {
    'apt-get': 'apt-get install g++ make python3',
    apk: 'apk add g++ make python3',
    dnf: 'dnf install gcc-c++ make python3',
    yum: 'yum install gcc-c++ make python3',
    zypper: 'zypper install gcc-c++ make python3',
    pacman: 'pacman -S gcc make python',
  };
  const here = Object.entries(commands).filter(([manager]) => findProgram(manager));
  return (here.length > 0 ? here : Object.entries(commands)).map(([, command]) => command).join(', or ');
}

function findProgram(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
