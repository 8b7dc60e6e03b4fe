import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The C++ side; see native/src/napi/addon.cc. */
export interface Addon {
  createClient(config: unknown): unknown;
  submit(
    handle: unknown,
    op: number,
    id: number,
    deadline: number,
    args: object,
    buffer?: Uint8Array,
  ): Promise<unknown>;
  submitSync(
    handle: unknown,
    op: number,
    id: number,
    deadline: number,
    args: object,
    buffer?: Uint8Array,
  ): unknown;
  cancel(handle: unknown, id: number): void;
  statistics(handle: unknown): unknown;
}

const FILE = 'curve_native.node';
const OVERRIDE = 'CURVE_NATIVE_ADDON';

/** Where the addon may be: the override alone if there is one, else a local build, else what the package ships. */
function candidates(): string[] {
  const override = process.env[OVERRIDE];
  if (override) return [override];
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  return [
    join(root, 'native', 'build', 'Release', FILE),
    join(root, 'prebuilds', `${process.platform}-${process.arch}`, FILE),
  ];
}

/** Loads the addon, or says what was tried and why each attempt failed. */
export function loadAddon(): Addon {
  const require = createRequire(import.meta.url);
  const failures: string[] = [];
  for (const path of candidates()) {
    if (!existsSync(path)) {
      failures.push(`${path}: not there`);
      continue;
    }
    try {
      return require(path) as Addon;
    } catch (error) {
      // A file that is there but does not load (another libc, another platform) is worth its own words.
      failures.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    [
      `@curve-wcs/curve-native has no usable addon for ${process.platform}-${process.arch}, Node ${process.version}:`,
      ...failures.map(failure => `  ${failure}`),
      'It runs on Linux (x64, arm64) and macOS. To build it: node-gyp rebuild -C native, in the package folder,',
      `with a C++17 compiler; or point ${OVERRIDE} at a ready ${FILE}.`,
    ].join('\n'),
  );
}
