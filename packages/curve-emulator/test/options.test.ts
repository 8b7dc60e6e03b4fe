import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { type CurveEmulatorOptions, startCurveEmulator } from '../src/index.js';
import { startOnFreePorts } from './support/start.js';

test.each<[string, object]>([
  ['an unknown option', { mdss: 2 }],
  ['no MDS', { mds: 0 }],
  ['no chunkserver', { chunkservers: 0 }],
  ['half a chunkserver', { chunkservers: 1.5 }],
  ['a host name', { host: 'localhost' }],
  ['every address', { host: '0.0.0.0' }],
  ['too high a port', { portBase: 65_535 }],
  ['an empty folder', { dataDir: '' }],
  ['a block of 1000 bytes', { blockSize: 1000 }],
  ['a chunk of half blocks', { chunkSize: 4096 * 3 + 512 }],
  ['a segment of half chunks', { segmentSize: 24 * 1024 ** 2 }],
  ['no poolset', { poolsets: [] }],
  ['two poolsets of one name', { poolsets: [{ name: 'a' }, { name: 'a' }] }],
  ['an unknown durability', { durability: 'maybe' }],
])('%s is refused', async (_, options) => {
  await expect(startCurveEmulator(options as CurveEmulatorOptions)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});

test('a folder is used by one at a time, with the sizes it was made for', async () => {
  const dataDir = temporaryFolder();
  const emulator = await startCurveEmulator({ dataDir });
  await expect(startCurveEmulator({ dataDir })).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' });
  await emulator.close();
  const other = startCurveEmulator({ dataDir, segmentSize: 512 * 1024 ** 2 });
  await expect(other).rejects.toMatchObject({ code: 'DATA_DIR_MISMATCH' });
  await (await startCurveEmulator({ dataDir })).close();
});

test('a file is no folder', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(startCurveEmulator({ dataDir: file })).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
});

test('the client.conf of another cluster is not replaced', async () => {
  const dataDir = temporaryFolder();
  const conf = join(dataDir, 'client.conf');
  writeFileSync(conf, 'mds.listen.addr=10.0.0.1:6666\n');
  await expect(startCurveEmulator({ dataDir })).rejects.toMatchObject({
    code: 'DATA_DIR_UNUSABLE',
    message: `${conf} is not of an emulator, and would be replaced: choose another folder`,
  });
  expect(readFileSync(conf, 'utf8')).toBe('mds.listen.addr=10.0.0.1:6666\n');
  expect(readdirSync(dataDir)).toEqual(['client.conf']);
});

test('a taken port is told, and nothing stays behind', async () => {
  const { emulator: first, portBase } = await startOnFreePorts();
  const dataDir = temporaryFolder();
  const failed = startCurveEmulator({ dataDir, portBase, chunkservers: 1 });
  await expect(failed).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringMatching(/^cannot listen on .*: it is in use$/),
  });
  await first.close();
  const emulator = await startCurveEmulator({ dataDir, portBase, chunkservers: 1 });
  expect(emulator.mdsAddresses).toEqual([`127.0.0.1:${portBase}`]);
  expect(emulator.chunkserverAddresses).toEqual([`127.0.0.1:${portBase + 1}`]);
  await emulator.close();
});
