import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { libcOf } from '../src/addon/addon-problem.js';
import { MalformedBinary } from '../src/addon/binary-file.js';
import { readElf } from '../src/addon/elf.js';
import { readMachO } from '../src/addon/mach-o.js';
import { compareVersions, newestGlibc, type Target, targetName } from '../src/addon/target.js';

/** Libraries that every system of the kind has. The C++ runtime is none of them: it belongs inside of the addon. */
const SYSTEM_LIBRARIES = /^(lib(c|m|dl|rt|pthread)\.so\.\d|ld-linux-.*\.so\.\d|libc\.musl-.*\.so\.1)$/;

/** What Node.js looks up in an addon. */
const ENTRY_POINTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** Where the addon of a target belongs. */
export function prebuildFile(target: Target): string {
  return fileURLToPath(new URL(`../prebuilds/${targetName(target)}/curve_native.node`, import.meta.url));
}

/** A line about a binary: its size, the libraries and the glibc it needs. */
export function describeBinary(file: string, target: Target): string {
  const size = `${Math.round(statSync(file).size / 1024)} KiB`;
  if (target.platform === 'darwin') return size;
  const { needed, versions } = readElf(file);
  const glibc = versions.filter(version => version.startsWith('GLIBC_'));
  return [
    size,
    `needs ${needed.join(', ')}`,
    ...(glibc.length > 0 ? [`symbols of ${[...new Set(glibc)].sort(compareVersions).join(', ')}`] : []),
  ].join('; ');
}

/** Everything that keeps a binary from loading on every system of its target. */
export function shortcomings(file: string, target: Target, maxGlibc?: string): string[] {
  try {
    return target.platform === 'darwin' ? machO(file, target) : elf(file, target, maxGlibc);
  } catch (error) {
    if (error instanceof MalformedBinary) return [error.message];
    throw error;
  }
}

function machO(file: string, target: Target): string[] {
  const { arch } = readMachO(file);
  return arch === target.arch ? [] : [`it is for ${arch}`];
}

function elf(file: string, target: Target, maxGlibc?: string): string[] {
  const { arch, needed, versions } = readElf(file);
  const problems = needed
    .filter(library => !SYSTEM_LIBRARIES.test(library))
    .map(library => `it needs ${library}`);
  if (arch !== target.arch) problems.push(`it is for ${arch}`);
  if (libcOf(needed) !== target.libc) problems.push(`it is for ${libcOf(needed) ?? 'no known libc'}`);
  const glibc = newestGlibc(versions);
  if (maxGlibc && glibc && compareVersions(glibc, maxGlibc) > 0) {
    problems.push(`it needs glibc ${glibc}, newer than ${maxGlibc}: build it on an older system`);
  }
  return problems;
}

/** Symbols that the addon shows to other libraries and should not. */
export function exportedSymbols(file: string): string[] {
  const options = process.platform === 'darwin' ? ['-gU'] : ['-D', '--defined-only'];
  return execFileSync('nm', [...options, file], { encoding: 'utf8' })
    .split('\n')
    .flatMap(line => /\w (\S+)$/.exec(line)?.[1] ?? [])
    .map(symbol => (process.platform === 'darwin' ? symbol.replace(/^_/, '') : symbol))
    .filter(symbol => !ENTRY_POINTS.includes(symbol));
}
