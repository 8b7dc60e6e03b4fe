import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { AddonProblemCode } from './addon-problem.js';
import { type Target, targetName } from './target.js';

/** Where the addon was looked for. */
export interface Situation {
  readonly target: Target;
  /** The folder of the installed package; undefined where only the code of it is there, in a bundle. */
  readonly root: string | undefined;
  /** The value of CURVE_NATIVE_ADDON. */
  readonly override: string | undefined;
}

/** What to do about a problem: a line or two, with the command. */
export function adviceFor(code: AddonProblemCode, { target, root, override }: Situation): string[] {
  switch (code) {
    case 'UNSUPPORTED_PLATFORM':
      return [
        'There are addons for Linux (x64 and arm64, glibc and musl) and macOS (x64 and arm64).',
        target.platform === 'win32'
          ? 'On Windows, use WSL 2.'
          : `Elsewhere, try to build it: ${buildCommand(root)}`,
      ];
    case 'NODE_TOO_OLD':
      return ['Install Node.js 20.19 or newer.'];
    case 'ADDONS_DISABLED':
      return ['Start Node.js without --no-addons; with --permission, add --allow-addons.'];
    default:
  }
  const name = targetName(target);
  if (override) return [`Unset CURVE_NATIVE_ADDON, or let it name an addon for ${name}.`];
  if (!root) {
    return [
      'This code was bundled. Keep @curve-wcs/curve-native out of the bundle (external), or copy its folder',
      `prebuilds/${name} to prebuilds/${name} beside the bundle, or let CURVE_NATIVE_ADDON name the file in it.`,
    ];
  }
  switch (code) {
    case 'LIBC_TOO_OLD':
    case 'ADDON_REFUSED':
    case 'WRONG_VERSION':
      return [`Build it on this system: ${buildCommand(root)}`];
    case 'ADDON_MISSING':
      return [
        'Install it again, with all its files: npm ci',
        `Or build it on this system: ${buildCommand(root)}`,
      ];
    default:
      return [
        'Install it again, on the system where it is to run: npm ci',
        `Or build it there: ${buildCommand(root)}`,
      ];
  }
}

/** Works with every package manager, also where no package of the project's own depends on this one. */
function buildCommand(root: string | undefined): string {
  const program = join('bin', 'curve-native-build.js');
  if (!root || !existsSync(join(root, program))) return 'npx curve-native-build';
  const path = relative(process.cwd(), join(root, program));
  return `node ${/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}
