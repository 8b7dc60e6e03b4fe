import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chdir, cwd } from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as sdk from '../src/index.js';

const ODD: unknown[] = [
  undefined,
  null,
  0,
  '',
  'x',
  true,
  [],
  [null],
  {},
  { path: 1 },
  { bucket: 1 },
  { secretKey: 's', accessKey: 'a' },
  { secretKey: 's', accessKey: 'a', algorithm: 'MD5' },
  { settings: {}, extra: null },
  Symbol('odd'),
  () => {},
  1n,
  Buffer.from('a'),
];

type Any = (...given: unknown[]) => unknown;

/** What can be called without a client; classes whose objects a client makes are left out. */
const callables: [name: string, call: Any][] = [
  ...functionsOf(sdk),
  ...functionsOf(sdk.fop).map(([name, call]) => [`fop.${name}`, call] as [string, Any]),
  ['new WcsClient', options => new sdk.WcsClient(options as never)],
  ['new FileUploadRecordStore', folder => new sdk.FileUploadRecordStore(folder as never)],
  ['WcsClient.fromConfig', (path, options) => sdk.WcsClient.fromConfig(path as never, options as never)],
];

function functionsOf(module: object): [name: string, call: Any][] {
  return Object.entries(module).filter(
    (entry): entry is [string, Any] => typeof entry[1] === 'function' && /^[a-z]/.test(entry[0]),
  );
}

// Some of them read and write files.
const before = cwd();
const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-odd-'));
beforeAll(() => {
  vi.stubEnv('HOME', folder);
  chdir(folder);
});
afterAll(() => {
  chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

describe('whatever it is given, it fails with a WcsError, if it does:', () => {
  it.each(callables)('%s', async (_, call) => {
    for (const first of ODD) {
      for (const second of ODD) {
        const failure = await (async () => call(first, second))().then(
          () => undefined,
          error => error,
        );
        if (failure !== undefined) expect(failure).toBeInstanceOf(sdk.WcsError);
      }
    }
  });
});
