import { expect, test } from 'vitest';
import { FileStatus, StatusCode } from '../src/proto/nameserver2_pb.js';
import { startCluster } from './support/start.js';

const {
  kOK,
  kFileExists,
  kFileNotExists,
  kOwnerAuthFail,
  kNotSupported,
  kFileIdNotMatch,
  kFileUnderDeleting,
} = StatusCode;

test('an unlinked volume lies there and comes back with everything', async () => {
  const { u1, u2, root } = await startCluster();
  await u1.create('/v');
  const { fileInfo } = await u1.stat('/v');
  expect(await u1.unlink('/v')).toBe(kOK);
  const { names } = await root.list('/RecycleBin');
  expect(names).toEqual([expect.stringMatching(/^v-3-\d+$/)]);
  const inside = await root.stat(`/RecycleBin/${names[0]}`);
  expect(inside.fileInfo).toMatchObject({ id: 3n, parentId: 1n, originalFullPathName: '/v', owner: 'u1' });
  expect((await u1.stat(`/RecycleBin/${names[0]}`)).statusCode).toBe(kOwnerAuthFail);
  expect(await u2.recover('/v')).toBe(kOwnerAuthFail);
  expect(await u1.recover('/v')).toBe(kOK);
  expect((await u1.stat('/v')).fileInfo).toEqual(fileInfo);
  expect(await u1.recover('/v')).toBe(kFileNotExists);
});

test('of several with one path the one that was created last comes back', async () => {
  let now = Date.now();
  const { u1 } = await startCluster({ clock: () => now });
  for (let i = 0; i < 2; i++) {
    await u1.create('/v');
    await u1.rename('/v', `/v${i}`);
    now += 1000;
  }
  for (const i of [1, 0]) {
    await u1.rename(`/v${i}`, '/v');
    await u1.unlink('/v');
    now += 1000;
  }
  expect(await u1.recover('/v')).toBe(kOK);
  expect((await u1.stat('/v')).fileInfo?.id).toBe(4n);
  expect(await u1.recover('/v')).toBe(kFileExists);
});

test('an id recovers under any path, a wrong id nothing', async () => {
  const { u1 } = await startCluster();
  await u1.create('/v');
  await u1.unlink('/v');
  expect(await u1.recover('/v', 999n)).toBe(kFileIdNotMatch);
  expect(await u1.recover('/w', 999n)).toBe(kFileNotExists);
  expect(await u1.recover('/none/w', 3n)).toBe(kFileNotExists);
  expect(await u1.recover('/w', 3n)).toBe(kOK);
  expect((await u1.stat('/w')).fileInfo).toMatchObject({ id: 3n, originalFullPathName: '' });
});

test('the rights at the original path decide', async () => {
  const { u1, root } = await startCluster();
  await u1.mkdir('/d');
  await u1.create('/d/v');
  await u1.unlink('/d/v');
  await root.chown('/d', 'u2');
  expect(await u1.recover('/w', 4n)).toBe(kOwnerAuthFail);
  expect(await root.recover('/w', 4n)).toBe(kOK);
});

test('only what lies there is deleted for good, in the background', async () => {
  const { emulator, u1, root } = await startCluster({ deleteDelay: 2000 });
  await u1.create('/v');
  await u1.segment('/v', 0, true);
  expect(await u1.unlink('/v', true)).toBe(kNotSupported);
  await u1.unlink('/v');
  const path = `/RecycleBin/${(await root.list('/RecycleBin')).names[0]}`;
  expect(await u1.unlink(path, true)).toBe(kOwnerAuthFail);
  expect(await root.unlink(path, true)).toBe(kOK);
  expect(await root.unlink(path, true)).toBe(kFileUnderDeleting);
  expect(await root.recover('/v', 3n)).toBe(kFileUnderDeleting);
  expect((await root.stat(path)).fileInfo?.fileStatus).toBe(FileStatus.kFileDeleting);
  await expect.poll(async () => (await root.stat(path)).statusCode).toBe(kFileNotExists);
  expect(await root.allocated('/')).toBe(0n);
  expect(emulator.requests.length).toBeGreaterThan(8);
});

test('what root unlinks in it is recycled again', async () => {
  const { u1, root } = await startCluster();
  await u1.create('/v');
  await u1.unlink('/v');
  const [name] = (await root.list('/RecycleBin')).names;
  expect(await root.unlink(`/RecycleBin/${name}`)).toBe(kOK);
  const [again] = (await root.list('/RecycleBin')).names;
  expect(again).toMatch(new RegExp(`^${name}-3-\\d+$`));
  expect(await root.recover('/v')).toBe(kFileNotExists);
  expect(await root.recover(`/RecycleBin/${name}`)).toBe(kOK);
});
