import { existsSync } from 'node:fs';
import { types } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { OPERATIONS } from '../operations.js';
import { MalformedBinary } from './binary-file.js';
import { readElf } from './elf.js';
import { isMachO, isUniversal, readMachO } from './mach-o.js';
import { glibcVersion, type Libc, newestGlibc, type Target, targetName } from './target.js';

/**
 * Why an addon did not load:
 *
 * - `UNSUPPORTED_PLATFORM`: there is no addon for this platform
 * - `NODE_TOO_OLD`: this Node.js has an older Node-API than the addon uses
 * - `ADDONS_DISABLED`: Node.js was started with `--no-addons`, or with `--permission` and without `--allow-addons`
 * - `ADDON_MISSING`: the file is not where it belongs
 * - `ADDON_DAMAGED`: the file was cut short, or is something else
 * - `WRONG_PLATFORM`: the file is for another processor or operating system
 * - `WRONG_LIBC`: the file is for musl and this system has glibc, or the other way round
 * - `LIBC_TOO_OLD`: the file needs a newer glibc than this system has
 * - `WRONG_VERSION`: the file is of another version of this package, whose operations are others
 * - `ADDON_REFUSED`: the system refused the file for another reason, which the message tells
 */
export type AddonProblemCode =
  | 'UNSUPPORTED_PLATFORM'
  | 'NODE_TOO_OLD'
  | 'ADDONS_DISABLED'
  | 'ADDON_MISSING'
  | 'ADDON_DAMAGED'
  | 'WRONG_PLATFORM'
  | 'WRONG_LIBC'
  | 'LIBC_TOO_OLD'
  | 'WRONG_VERSION'
  | 'ADDON_REFUSED';

/** What is wrong with one file that could have been the addon. */
export interface AddonProblem {
  /** Which kind of problem it is. */
  readonly code: AddonProblemCode;
  /** In words, such as `needs glibc 2.34, and this system has 2.28`. */
  readonly message: string;
  /** The file. */
  readonly path: string;
}

/**
 * Looks at a file before it is loaded: what is found here would otherwise get a message of the system's that leads
 * astray, or, where the file is shorter than it says, end the process.
 */
export function problemOfFile(path: string, target: Target): AddonProblem | undefined {
  if (!existsSync(path)) return { code: 'ADDON_MISSING', message: 'not there', path };
  try {
    // macOS picks the part it can use.
    if (target.platform === 'darwin' && isUniversal(path)) return undefined;
    const problem = problemOfTarget(builtFor(path), target);
    return problem && { ...problem, path };
  } catch (error) {
    const code = error instanceof MalformedBinary ? 'ADDON_DAMAGED' : 'ADDON_REFUSED';
    return { code, message: messageOf(error), path };
  }
}

/** What a binary is built for, by its headers. */
function builtFor(path: string): Target {
  if (isMachO(path)) return { platform: 'darwin', arch: readMachO(path).arch };
  const { arch, needed } = readElf(path);
  return { platform: 'linux', arch, libc: libcOf(needed) };
}

function problemOfTarget(built: Target, target: Target): Omit<AddonProblem, 'path'> | undefined {
  // Other systems than Linux have ELF files too, and no addon of ours.
  const foreign = (built.platform === 'darwin') !== (target.platform === 'darwin');
  if (foreign || built.arch !== target.arch) {
    const message = `built for ${targetName(built)}, and this is ${targetName(target)}`;
    return { code: 'WRONG_PLATFORM', message };
  }
  if (built.libc && target.libc && built.libc !== target.libc) {
    const message = `built for ${built.libc}, and this Node.js runs on ${target.libc}`;
    return { code: 'WRONG_LIBC', message };
  }
  return undefined;
}

/** The C library that a file links to, if it says so. */
export function libcOf(needed: readonly string[]): Libc | undefined {
  if (needed.some(library => /^libc\.musl-|^libc\.so$/.test(library))) return 'musl';
  return needed.includes('libc.so.6') ? 'glibc' : undefined;
}

/** Says why a file that looked right did not load all the same. */
export function problemOfLoading(error: unknown, path: string): AddonProblem {
  const message = messageOf(error);
  if ((error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_DISABLED') {
    return { code: 'ADDONS_DISABLED', message, path };
  }
  if (/version `?GLIBC_/.test(message)) {
    const needed = newestGlibc(readElf(path).versions);
    return {
      code: 'LIBC_TOO_OLD',
      message: `needs glibc ${needed}, and this system has ${glibcVersion()}`,
      path,
    };
  }
  return { code: 'ADDON_REFUSED', message, path };
}

/** An addon of another version would load as well, and do other things than it is asked for. */
export function problemOfVersion(
  { version, operations = [] }: { version?: string; operations?: readonly string[] },
  path: string,
): AddonProblem | undefined {
  if (version === packageJson.version && operations.join() === OPERATIONS.join()) return undefined;
  const other = version === packageJson.version ? 'another build of it' : `version ${version ?? 'unknown'}`;
  const message = `it is of ${other}, and this is @curve-wcs/curve-native ${packageJson.version}`;
  return { code: 'WRONG_VERSION', message, path };
}

function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}
