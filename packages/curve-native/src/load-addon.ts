import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AddonLoadError } from './addon/addon-load-error.js';
import {
  type AddonProblem,
  problemOfFile,
  problemOfLoading,
  problemOfVersion,
} from './addon/addon-problem.js';
import { adviceFor } from './addon/advice.js';
import { TARGETS, type Target, targetName, thisTarget } from './addon/target.js';

/** The C++ side; see native/src/napi/client_handle.h. */
export interface Addon {
  /** Of the package that it was built from. */
  readonly version: string;
  /** The names of its operations, in the order of their numbers. */
  readonly operations: readonly string[];
  Client: new (config: unknown, transfers: Float64Array, settled: Settled) => AddonClient;
}

/** Told of results: so many reads and writes, as [id, number] pairs in the array, and all others in a list. */
export type Settled = (
  transfers: number,
  others?: readonly (readonly [id: number, error: unknown, value: unknown])[],
) => void;

/** A client of the C++ side. The asynchronous forms give false where nothing is left to be told. */
export interface AddonClient {
  submit(op: number, id: number, deadline: number, args: object): boolean;
  submitSync(op: number, id: number, deadline: number, args: object): unknown;
  transfer(
    op: number,
    id: number,
    deadline: number,
    fd: number,
    offset: number | bigint,
    buffer: Uint8Array,
  ): boolean;
  transferSync(
    op: number,
    id: number,
    deadline: number,
    fd: number,
    offset: number | bigint,
    buffer: Uint8Array,
  ): unknown;
  cancel(id: number): void;
  mdsAddresses(): string[];
  statistics(): unknown;
}

const FILE = 'curve_native.node';
const NODE_API = 9;

// In CommonJS, and where a bundler makes CommonJS of the ES module, there is no URL, but a file name.
const here = import.meta.url ?? pathToFileURL(__filename).href;
const require = createRequire(here);

/**
 * Loads the addon: the file that CURVE_NATIVE_ADDON names, else one built on this system, else the one that came with
 * the package.
 *
 * @throws {@link AddonLoadError} that says what was tried, why each file failed, and what helps
 */
export function loadAddon(): Addon {
  const target = thisTarget();
  refuseOldNode(target);
  const override = process.env['CURVE_NATIVE_ADDON'];
  const root = packageFolder();
  const problems: AddonProblem[] = [];
  let cause: unknown;
  for (const path of override ? [resolve(override)] : candidates(root, target)) {
    const problem = problemOfFile(path, target);
    if (problem) {
      problems.push(problem);
      continue;
    }
    try {
      const addon = require(path) as Addon;
      const mismatch = problemOfVersion(addon, path);
      if (!mismatch) return addon;
      problems.push(mismatch);
    } catch (error) {
      problems.push(problemOfLoading(error, path));
      cause ??= error;
    }
  }
  const supported = TARGETS.some(known => targetName(known) === targetName(target));
  const missing = supported || override ? 'ADDON_MISSING' : 'UNSUPPORTED_PLATFORM';
  const code = problems.find(({ code }) => code !== 'ADDON_MISSING')?.code ?? missing;
  throw new AddonLoadError(
    code,
    `no usable addon for ${targetName(target)}, Node.js ${process.version}`,
    adviceFor(code, { target, root, override }),
    problems,
    { cause },
  );
}

/** An older Node.js would load it, and end the process at the first function it does not have. */
function refuseOldNode(target: Target): void {
  const { napi = '0', node } = process.versions;
  if (Number(napi) >= NODE_API) return;
  throw new AddonLoadError(
    'NODE_TOO_OLD',
    `Node.js ${node} has Node-API ${napi}, and Node-API ${NODE_API} is needed`,
    adviceFor('NODE_TOO_OLD', { target, root: undefined, override: undefined }),
    [],
  );
}

function candidates(root: string | undefined, target: Target): string[] {
  const prebuilt = join('prebuilds', targetName(target), FILE);
  if (root) return [join(root, 'native', 'build', 'Release', FILE), join(root, prebuilt)];
  return [join(folderOfThisFile(), prebuilt), join(folderOfThisFile(), '..', prebuilt)];
}

/** Where this package is installed; undefined when this code is in a bundle that is used without the package. */
function packageFolder(): string | undefined {
  const own = join(folderOfThisFile(), '..');
  if (existsSync(join(own, 'native', 'binding.gyp'))) return own;
  try {
    return dirname(require.resolve('@curve-wcs/curve-native/package.json'));
  } catch {
    return undefined;
  }
}

function folderOfThisFile(): string {
  return dirname(fileURLToPath(here));
}
