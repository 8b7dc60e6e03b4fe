import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { libcOf } from '../src/addon/addon-problem.js';
import { thisTarget } from '../src/addon/target.js';
import { builtAddon, install } from './support/installation.js';
import { machO } from './support/mach-o.js';

const good = readFileSync(builtAddon);
const { platform } = thisTarget();

/** What can be in the place of the addon, and what is said of it. */
const brokenFiles: [what: string, file: () => Uint8Array, code: string, message: RegExp][] = [
  ['half of the addon', () => good.subarray(0, good.length / 2), 'ADDON_DAMAGED', /cut short|truncated/],
  ['an empty file', () => new Uint8Array(), 'ADDON_DAMAGED', /not a binary/],
  [
    'a page about an error',
    () => Buffer.from(`<html>${'404'.repeat(2000)}`),
    'ADDON_DAMAGED',
    /not a binary/,
  ],
];
if (platform === 'linux') {
  brokenFiles.push(
    ['an addon whose operations are others', otherOperations, 'WRONG_VERSION', /another build of it/],
    ['the addon without its last byte', () => good.subarray(0, -1), 'ADDON_DAMAGED', /cut short/],
    [
      'an addon for another processor',
      foreign,
      'WRONG_PLATFORM',
      /built for linux-riscv64-glibc, and this is linux-/,
    ],
    [
      'an addon for macOS',
      () => machO(0x0100000c),
      'WRONG_PLATFORM',
      /built for darwin-arm64, and this is linux-/,
    ],
    ['an addon for musl', forMusl, 'WRONG_LIBC', /built for musl, and this Node.js runs on glibc/],
    ['an addon for a newer glibc', tooNew, 'LIBC_TOO_OLD', /needs glibc 2\.99, and this system has 2\.\d+/],
    ['an addon that calls a missing function', missingSymbol, 'ADDON_REFUSED', /undefined symbol: napi_.*9/],
  );
}

function patched(text: string, replacement: string): Uint8Array {
  const at = good.indexOf(`${text}\0`, 0, 'latin1');
  if (at < 0) throw new Error(`the addon has no ${text}`);
  const bytes = Buffer.from(good);
  bytes.write(replacement.padEnd(text.length, '\0'), at, 'latin1');
  return bytes;
}

function foreign(): Uint8Array {
  const bytes = Buffer.from(good);
  bytes.writeUInt16LE(243, 18);
  return bytes;
}

/** As musl's library is called on Void Linux. */
function forMusl(): Uint8Array {
  return patched('libc.so.6', 'libc.so');
}

function tooNew(): Uint8Array {
  const newest = [...good.toString('latin1').matchAll(/GLIBC_2\.\d\d(?=\0)/g)]
    .map(([name]) => name)
    .sort()
    .at(-1);
  return patched(newest ?? '', 'GLIBC_2.99');
}

function otherOperations(): Uint8Array {
  return patched('copysetServers', 'somethingElse!');
}

function missingSymbol(): Uint8Array {
  return patched('napi_create_double', 'napi_create_doubl9');
}

describe('what is said where the addon does not load', () => {
  it.each(brokenFiles)('%s', (_, file, code, message) => {
    const installation = install();
    installation.put(installation.prebuilt, file());
    const outcome = installation.load();
    expect(outcome).toMatchObject({ name: 'AddonLoadError', code });
    expect(outcome.problems?.[1]).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(outcome.message).toContain(
      `${realpathSync(installation.prebuilt)}: ${outcome.problems?.[1]?.message}`,
    );
    expect(outcome.message).toContain('node node_modules/@curve-wcs/curve-native/bin/curve-native-build.js');
  });

  it('there is none', () => {
    const { load, local, prebuilt, project } = install();
    const outcome = load();
    expect(outcome).toMatchObject({ name: 'AddonLoadError', code: 'ADDON_MISSING' });
    const inProject = (path: string) => path.replace(project, realpathSync(project));
    expect(outcome.problems?.map(({ path }) => path)).toEqual([local, prebuilt].map(inProject));
    expect(outcome.message).toContain('npm ci');
  });

  it('a platform for which there is none', () => {
    const on = (name: string) => `Object.defineProperty(process, 'platform', { value: '${name}' });`;
    const { load } = install();
    const windows = load({ before: on('win32') });
    expect(windows).toMatchObject({
      code: 'UNSUPPORTED_PLATFORM',
      message: expect.stringContaining('WSL 2'),
    });
    const other = load({ before: on('freebsd') });
    expect(other).toMatchObject({
      code: 'UNSUPPORTED_PLATFORM',
      message: expect.stringContaining('try to build'),
    });
  });

  it('a Node.js that was told to load none', () => {
    const { load, prebuilt, put } = install();
    put(prebuilt, good);
    const outcome = load({ flags: ['--no-addons'] });
    expect(outcome).toMatchObject({
      code: 'ADDONS_DISABLED',
      message: expect.stringContaining('--no-addons'),
    });
  });

  it('an override that names nothing, or nothing good', () => {
    const { load, prebuilt, project, put } = install();
    put(prebuilt, good);
    put(join(project, 'broken.node'), 'x'.repeat(10_000));
    const absent = load({ env: { CURVE_NATIVE_ADDON: '/nowhere.node' } });
    expect(absent.problems).toEqual([{ code: 'ADDON_MISSING', message: 'not there', path: '/nowhere.node' }]);
    expect(absent.message).toContain('Unset CURVE_NATIVE_ADDON');
    const broken = load({ env: { CURVE_NATIVE_ADDON: './broken.node' } });
    expect(broken).toMatchObject({ code: 'ADDON_DAMAGED', message: expect.stringContaining('broken.node') });
  });
});

describe('what is loaded', () => {
  it('what came with the package', () => {
    const { load, prebuilt, put } = install();
    put(prebuilt, good);
    expect(load()).toEqual({ loaded: 'function' });
  });

  it('what was built here, and if it has become unfit, what came with the package', () => {
    const { load, local, prebuilt, put } = install();
    put(local, good);
    put(prebuilt, 'broken');
    expect(load()).toEqual({ loaded: 'function' });
    put(local, good.subarray(0, 5000));
    put(prebuilt, good);
    expect(load()).toEqual({ loaded: 'function' });
  });

  it('the override, by a path from where the program was started', () => {
    const { load, project, put } = install();
    put(join(project, 'mine.node'), good);
    expect(load({ env: { CURVE_NATIVE_ADDON: 'mine.node' } })).toEqual({ loaded: 'function' });
  });
});

it('musl is told by any of the names of its library', () => {
  expect(libcOf(['libc.musl-x86_64.so.1'])).toBe('musl');
  expect(libcOf(['libpthread.so.0', 'libc.so'])).toBe('musl');
  expect(libcOf(['libm.so.6', 'libc.so.6', 'ld-linux-aarch64.so.1'])).toBe('glibc');
  expect(libcOf([])).toBeUndefined();
});
