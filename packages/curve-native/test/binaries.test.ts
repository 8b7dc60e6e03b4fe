import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { shortcomings } from '../scripts/binaries.js';
import { problemOfFile } from '../src/addon/addon-problem.js';
import { MalformedBinary } from '../src/addon/binary-file.js';
import { readElf, readInterpreter } from '../src/addon/elf.js';
import { readMachO } from '../src/addon/mach-o.js';
import { glibcVersion, newestGlibc, thisTarget } from '../src/addon/target.js';
import { builtAddon } from './support/installation.js';
import { machO } from './support/mach-o.js';

const target = thisTarget();
const linux = target.platform === 'linux';
const readHeaders = linux ? readElf : readMachO;

function written(content: Uint8Array): string {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  return path;
}

describe('the headers of a binary', () => {
  it('are read as this system’s own tools read them', () => {
    if (!linux) return expect(readMachO(builtAddon).arch).toBe(process.arch);
    const readelf = (...options: string[]) =>
      execFileSync('readelf', ['--wide', ...options], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, match]) => match);
    for (const file of [builtAddon, process.execPath]) {
      const { needed, versions } = readElf(file);
      expect(needed).toEqual(all(readelf('-d', file), /\(NEEDED\).*\[(.*)\]/g));
      const asked = readelf('-V', file).split('.gnu.version_r')[1] ?? '';
      expect(versions).toEqual(all(asked, /Name: (\S+) +Flags/g));
      expect(readInterpreter(file)).toBe(all(readelf('-l', file), /interpreter: (.*)\]/g)[0]);
    }
    return expect(readElf(builtAddon).arch).toBe(process.arch);
  });

  it('of macOS say for which processor it is, and how long it must be', () => {
    expect(readMachO(written(machO(0x0100000c))).arch).toBe('arm64');
    expect(readMachO(written(machO(0x01000007))).arch).toBe('x64');
    expect(() => readMachO(written(machO(7).subarray(0, -1)))).toThrow('cut short');
    expect(() => readMachO(written(Buffer.from('#!/bin/sh\n')))).toThrow('not a Mach-O file');
    const mac = { platform: 'darwin', arch: 'arm64' };
    expect(problemOfFile(written(machO(0x0100000c)), mac)).toBeUndefined();
    expect(problemOfFile(written(Buffer.from('cafebabe00000002', 'hex')), mac)).toBeUndefined();
    expect(problemOfFile(written(machO(0x01000007)), mac)).toMatchObject({ code: 'WRONG_PLATFORM' });
    expect(problemOfFile(written(machO(0x0100000c).subarray(0, 40)), mac)).toMatchObject({
      code: 'ADDON_DAMAGED',
    });
  });

  it('that are damaged give an error, and no other one than that they are', async () => {
    const good = readFileSync(builtAddon);
    const path = written(good);
    const changes = fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1 });
    const damage = fc.property(changes, fc.boolean(), (changes, atEnd) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[atEnd ? bytes.length - 1 - at : at] = value;
      writeFileSync(path, bytes);
      try {
        readHeaders(path);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedBinary);
      }
    });
    await fc.assert(damage, { numRuns: 300 });
  });
});

describe('a binary that is to be shipped', () => {
  it('needs nothing but the C library, of no newer version than asked for', () => {
    expect(shortcomings(builtAddon, target)).toEqual([]);
    expect(shortcomings(builtAddon, target, glibcVersion())).toEqual([]);
    if (target.libc === 'glibc') {
      const newest = newestGlibc(readElf(builtAddon).versions);
      expect(shortcomings(builtAddon, target, '2.2')).toEqual([
        `it needs glibc ${newest}, newer than 2.2: build it on an older system`,
      ]);
    }
  });

  it('is for its target', () => {
    const arch = target.arch === 'x64' ? 'arm64' : 'x64';
    expect(shortcomings(builtAddon, { ...target, arch })).toEqual([`it is for ${target.arch}`]);
    if (linux) {
      expect(shortcomings(builtAddon, { ...target, libc: 'musl' })).toEqual(['it is for glibc']);
      expect(shortcomings(process.execPath, target)).toContainEqual(
        expect.stringMatching(/needs libstdc\+\+|libnode/),
      );
    }
    expect(shortcomings(written(Buffer.alloc(0)), target)).toEqual([
      linux ? 'not a binary' : 'not a Mach-O file',
    ]);
  });
});

it('versions are compared by their numbers', () => {
  expect(newestGlibc(['GLIBC_2.4', 'GLIBC_2.28', 'GLIBC_2.2.5', 'GLIBCXX_3.4.30', 'GLIBC_PRIVATE'])).toBe(
    '2.28',
  );
  expect(newestGlibc([])).toBeUndefined();
});
