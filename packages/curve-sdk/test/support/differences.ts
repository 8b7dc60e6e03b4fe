import type { CurveEmulator } from '@curve-wcs/curve-emulator';
import { expect } from 'vitest';
import { keysOf } from '../../src/conformance/client-conf.js';
import { deadAddress, Tap } from '../../src/conformance/tap.js';
import { CurveClient } from '../../src/index.js';
import type { Expectations } from './curve-client-adapter.js';

/** A case in which CurveClient answers otherwise than libcurve, on purpose. */
interface Difference {
  readonly because: string;
  /** What the case expects, by the code or status that CurveClient gives instead. */
  readonly gives?: Expectations;
  /** What CurveClient does instead, where more differs than a code. */
  readonly instead?: (cluster: CurveEmulator, path: string) => Promise<void>;
}

const CHECKED = 'arguments are checked before anything is sent';
const PRECISE = 'the error says what the server said';
const CONFIG = 'a configuration that cannot be used has a code of its own';
const OBJECTS = 'volumes are objects, not descriptors';
const CONNECT = 'connect asks the cluster, so that a wrong address fails there';

const [BLOCK, G] = [4096, 2 ** 30];
const SIZE = 10 * G;

/** Every such case, by its number. */
export const DIFFERENCES: ReadonlyMap<number, Difference> = new Map<number, Difference>([
  [1, { because: CONFIG, gives: { CONFIG: 'FAILED' } }],
  [2, { because: CONFIG, gives: { CONFIG: 'FAILED' } }],
  [3, { because: CONFIG, gives: { CONFIG: 'FAILED' } }],
  [4, { because: CONNECT, instead: deadMds }],
  [6, { because: 'there is no client before connect; after close all is CLOSED', instead: afterClose }],
  [7, { because: 'there is no client before connect; after close all is CLOSED', instead: afterClose }],
  [14, { because: CHECKED, gives: { INVALID_ARGUMENT: 'PARAM_ERROR' } }],
  [15, { because: CHECKED, gives: { INVALID_ARGUMENT: 'AUTHFAIL' } }],
  [20, { because: CHECKED, gives: { INVALID_ARGUMENT: 'PARAM_ERROR' } }],
  [
    23,
    {
      because: `${PRECISE}; ${CHECKED}`,
      gives: { NOTEXIST: 'FAILED', NOT_SUPPORT: 'FAILED', AUTHFAIL: 'FAILED', INVALID_ARGUMENT: 'FAILED' },
    },
  ],
  [24, { because: CHECKED, gives: { INVALID_ARGUMENT: 'EXISTS' } }],
  [29, { because: CHECKED, gives: { INVALID_ARGUMENT: 'NOT_ALIGNED' } }],
  [33, { because: CHECKED, gives: { INVALID_ARGUMENT: 'FAILED' } }],
  [34, { because: CHECKED, gives: { INVALID_ARGUMENT: 'FAILED' } }],
  [44, { because: CONNECT, instead: secondMds }],
  [46, { because: `${CHECKED}; ${OBJECTS}`, instead: unaligned }],
  [48, { because: OBJECTS, gives: { CLOSED: 'BAD_FD' } }],
  [49, { because: PRECISE, gives: { NOTEXIST: 'FAILED' } }],
  [50, { because: 'a volume notices that it has grown', instead: grown }],
  [51, { because: CHECKED, gives: { INVALID_ARGUMENT: 'FAILED' } }],
  [57, { because: 'purge is for the recycle bin only', instead: purgeElsewhere }],
  [66, { because: CHECKED, gives: { INVALID_ARGUMENT: 'PARAM_ERROR' } }],
  [70, { because: 'rmdir is for directories only', instead: removeDirectories }],
  [80, { because: PRECISE, gives: { kEpochTooOld: 'FAILED' } }],
  [81, { because: CONNECT, instead: severalClusters }],
  [86, { because: OBJECTS, instead: flushAndClose }],
]);

async function deadMds(): Promise<void> {
  const config = { 'mds.listen.addr': await deadAddress(), 'mds.maxRetryMS': 300 };
  await expect(CurveClient.connect(config, { user: 'u1' })).rejects.toMatchObject({ code: 'FAILED' });
}

async function afterClose(cluster: CurveEmulator, path: string): Promise<void> {
  const curve = await connect(cluster);
  await curve.createVolume(path, { size: SIZE });
  const volume = await curve.open(path);
  await curve.close();
  const closed = { code: 'CLOSED' };
  await expect(curve.createVolume(path, { size: SIZE })).rejects.toMatchObject(closed);
  await expect(curve.open(path)).rejects.toMatchObject(closed);
  await expect(curve.list('/').next()).rejects.toMatchObject(closed);
  await expect(volume.write(Buffer.alloc(BLOCK), { offset: 0 })).rejects.toMatchObject(closed);
  await expect(volume.read({ offset: 0, length: BLOCK })).rejects.toMatchObject(closed);
  await volume.close();
}

async function secondMds(cluster: CurveEmulator): Promise<void> {
  const live = await Tap.start(cluster.mdsAddresses[0] ?? '');
  const curve = await connect(cluster, { 'mds.listen.addr': `${await deadAddress()},${live.address}` });
  expect(live.count('GetClusterInfo')).toBe(1);
  expect(await curve.clusterId()).not.toBe('');
  expect(live.count('GetClusterInfo')).toBe(2);
  await curve.close();
  await live.cut();
}

async function unaligned(cluster: CurveEmulator, path: string): Promise<void> {
  const curve = await connect(cluster);
  await curve.createVolume(path, { size: SIZE });
  const volume = await curve.open(path);
  const wrong = { code: 'INVALID_ARGUMENT' };
  await expect(volume.read({ offset: 512, length: BLOCK })).rejects.toMatchObject(wrong);
  await expect(volume.write(Buffer.alloc(BLOCK), { offset: 512 })).rejects.toMatchObject(wrong);
  await volume.close();
  await expect(volume.read({ offset: 0, length: BLOCK })).rejects.toMatchObject({ code: 'CLOSED' });
  await curve.close();
}

async function grown(cluster: CurveEmulator, path: string): Promise<void> {
  const curve = await connect(cluster);
  await curve.createVolume(path, { size: SIZE });
  const volume = await curve.open(path);
  await curve.extend(path, SIZE + G);
  const data = Buffer.alloc(BLOCK, 50);
  await volume.write(data, { offset: SIZE });
  expect((await volume.read({ offset: SIZE, length: BLOCK })).data).toEqual(data);
  expect([volume.length, (await curve.stat(path)).length]).toEqual([SIZE + G, SIZE + G]);
  await volume.write(data, { offset: SIZE + G - BLOCK });
  await expect(volume.write(data, { offset: SIZE + G })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await curve.close();
}

async function purgeElsewhere(cluster: CurveEmulator, path: string): Promise<void> {
  const curve = await connect(cluster);
  await curve.createVolume(path, { size: SIZE });
  for (const elsewhere of [path, `${path}-none`, '/', '/RecycleBin']) {
    await expect(curve.trash.purge(elsewhere)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  }
  expect(await curve.exists(path)).toBe(true);
  await curve.close();
}

async function removeDirectories(cluster: CurveEmulator, path: string): Promise<void> {
  const curve = await connect(cluster);
  await curve.mkdir(path);
  await curve.createVolume(`${path}/v`, { size: SIZE });
  await expect(curve.rmdir(path)).rejects.toMatchObject({ code: 'NOT_EMPTY' });
  await curve.rename(`${path}/v`, `${path}-v`);
  await curve.rmdir(path);
  await expect(curve.rmdir(path)).rejects.toMatchObject({ code: 'NOTEXIST' });
  await expect(curve.rmdir(`${path}-v`)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await curve.remove(`${path}-v`);
  await curve.close();
}

async function severalClusters(cluster: CurveEmulator, path: string): Promise<void> {
  const tap = await Tap.start(cluster.mdsAddresses[0] ?? '');
  const [one, two] = [await connect(cluster), await connect(cluster, { 'mds.listen.addr': tap.address })];
  await one.createVolume(`${path}-1`, { size: SIZE });
  await two.createVolume(`${path}-2`, { size: SIZE });
  const [first, second] = [await one.open(`${path}-1`), await two.open(`${path}-2`)];
  await deadMds();
  await first.write(Buffer.alloc(BLOCK, 1), { offset: 0 });
  expect((await second.read({ offset: 0, length: BLOCK })).data).toEqual(Buffer.alloc(BLOCK));
  await one.close();
  await two.close();
  await tap.cut();
}

async function flushAndClose(cluster: CurveEmulator, path: string): Promise<void> {
  const curve = await connect(cluster);
  await curve.createVolume(path, { size: SIZE });
  const volume = await curve.open(path);
  await volume.flush();
  await volume.close();
  await volume.close();
  await expect(volume.flush()).rejects.toMatchObject({ code: 'CLOSED' });
  await curve.close();
}

function connect(cluster: CurveEmulator, changes: Record<string, string> = {}): Promise<CurveClient> {
  const keys = { ...keysOf(cluster.clientConfPath), 'mds.registerToMDS': false, ...changes };
  return CurveClient.connect(keys, { user: 'u1' });
}
