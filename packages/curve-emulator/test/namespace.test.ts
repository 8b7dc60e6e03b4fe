import { describe, expect, test } from 'vitest';
import { StatusCode, ThrottleType } from '../src/proto/nameserver2_pb.js';
import { startCluster } from './support/start.js';
import { GiB, User } from './support/user.js';

const {
  kOK,
  kFileExists,
  kFileNotExists,
  kNotDirectory,
  kParaError,
  kOwnerAuthFail,
  kFileLengthNotSupported,
  kPoolsetNotExist,
  kNotSupported,
  kShrinkBiggerFile,
  kExtentUnitError,
  kDirNotEmpty,
} = StatusCode;

describe('volumes', () => {
  test('have what they were created with', async () => {
    const { u1 } = await startCluster();
    expect(await u1.create('/v', 10 * GiB, { stripeUnit: 65536, stripeCount: 4 })).toBe(kOK);
    const { fileInfo } = await u1.stat('/v');
    expect(fileInfo).toMatchObject({ id: 3n, fileName: 'v', parentId: 0n, owner: 'u1', seqNum: 1n });
    expect(fileInfo).toMatchObject({ length: BigInt(10 * GiB), stripeUnit: 65536n, stripeCount: 4n });
    expect(fileInfo?.throttleParams?.throttleParams).toMatchObject([
      { type: ThrottleType.IOPS_TOTAL, limit: 2000n },
      { type: ThrottleType.BPS_TOTAL, limit: 125829120n },
    ]);
  });

  test.each([
    ['9 GiB', 9 * GiB, {}, kFileLengthNotSupported],
    ['10 GiB and a block', 10 * GiB + 4096, {}, kFileLengthNotSupported],
    ['more than 20 TiB', 20 * 1024 * GiB + GiB, {}, kFileLengthNotSupported],
    ['20 TiB', 20 * 1024 * GiB, {}, kOK],
    ['an unknown poolset, before the size', 9 * GiB, { poolset: 'none' }, kPoolsetNotExist],
    ['a bad size, before the stripe', 9 * GiB, { stripeUnit: 65536 }, kFileLengthNotSupported],
    ['a unit without count', 10 * GiB, { stripeUnit: 65536 }, kParaError],
    ['a count without unit', 10 * GiB, { stripeCount: 4 }, kParaError],
    ['a unit larger than a chunk', 10 * GiB, { stripeUnit: 32 * 1024 ** 2, stripeCount: 2 }, kParaError],
    ['65 stripes', 10 * GiB, { stripeUnit: 65536, stripeCount: 65 }, kParaError],
    ['3 stripes', 10 * GiB, { stripeUnit: 65536, stripeCount: 3 }, kParaError],
    ['one small stripe', 10 * GiB, { stripeUnit: 65536, stripeCount: 1 }, kParaError],
    ['units of 2048', 10 * GiB, { stripeUnit: 2048, stripeCount: 2 }, kParaError],
    ['one stripe of a chunk', 10 * GiB, { stripeUnit: 16 * 1024 ** 2, stripeCount: 1 }, kOK],
  ])('of %s', async (_, size, more, status) => {
    const { u1 } = await startCluster();
    expect(await u1.create('/v', size, more)).toBe(status);
  });

  test('are refused where the length exceeds what is left of the pool', async () => {
    const { u1 } = await startCluster({ poolCapacity: 11 * GiB });
    expect(await u1.create('/big', 12 * GiB)).toBe(kFileLengthNotSupported);
    expect(await u1.create('/a', 11 * GiB)).toBe(kOK);
    expect((await u1.segment('/a', 0, true)).statusCode).toBe(kOK);
    expect(await u1.create('/b', 11 * GiB)).toBe(kFileLengthNotSupported);
  });

  test('grow by whole segments and never shrink', async () => {
    const { u1 } = await startCluster();
    await u1.create('/v');
    await u1.mkdir('/d');
    expect(await u1.extend('/v', 10 * GiB)).toBe(kOK);
    expect(await u1.extend('/v', 9 * GiB)).toBe(kShrinkBiggerFile);
    expect(await u1.extend('/v', 10 * GiB + 4096)).toBe(kExtentUnitError);
    expect(await u1.extend('/v', 20 * 1024 * GiB + GiB)).toBe(kFileLengthNotSupported);
    expect(await u1.extend('/d', 11 * GiB)).toBe(kNotSupported);
    expect(await u1.extend('/v', 1024 * GiB)).toBe(kOK);
    const { fileInfo } = await u1.stat('/v');
    expect(fileInfo?.throttleParams?.throttleParams[0]?.limit).toBe(26_000n);
  });
});

describe('paths', () => {
  test.each(['v', '', '/v/', '//v', '/d//v'])('%j is none', async path => {
    const { u1 } = await startCluster();
    expect(await u1.create(path)).toBe(kParaError);
    expect((await u1.stat(path)).statusCode).toBe(kParaError);
  });

  test('lead through directories of the caller', async () => {
    const { u1, u2, root } = await startCluster();
    await u1.create('/v');
    await u2.mkdir('/d2');
    expect(await u1.create('/none/v')).toBe(kFileNotExists);
    expect(await u1.create('/v/x')).toBe(kNotDirectory);
    expect(await u1.create('/d2/x')).toBe(kOwnerAuthFail);
    expect(await u1.create('/v')).toBe(kFileExists);
    expect(await root.create('/v/x')).toBe(kNotDirectory);
    expect((await root.stat('/v/x')).statusCode).toBe(kFileNotExists);
    expect((await u1.stat('/v/x')).statusCode).toBe(kNotDirectory);
    expect(await root.unlink('/v/x')).toBe(kNotDirectory);
  });

  test('to the root are for root', async () => {
    const { u1, root } = await startCluster();
    expect((await u1.stat('/')).statusCode).toBe(kOwnerAuthFail);
    expect((await root.stat('/')).fileInfo).toMatchObject({ id: 0n, fileName: '/', owner: 'root' });
    expect(await u1.create('/')).toBe(kOwnerAuthFail);
    expect(await root.create('/')).toBe(kFileExists);
    expect(await root.unlink('/')).toBe(kParaError);
    expect(await u1.unlink('/')).toBe(kOwnerAuthFail);
    expect((await u1.list('/')).statusCode).toBe(kOwnerAuthFail);
    expect(await root.list('/')).toEqual({ statusCode: kOK, names: ['RecycleBin'] });
  });
});

describe('callers', () => {
  test('need a name, a clock and, as root, the password', async () => {
    const { emulator, u1, u2, root } = await startCluster();
    await u1.create('/v');
    expect((await u2.stat('/v')).statusCode).toBe(kOwnerAuthFail);
    expect((await root.stat('/v')).statusCode).toBe(kOK);
    expect((await new User(emulator, '').stat('/v')).statusCode).toBe(kOwnerAuthFail);
    expect((await new User(emulator, 'root').stat('/v')).statusCode).toBe(kOwnerAuthFail);
    expect((await new User(emulator, 'root', 'wrong').stat('/v')).statusCode).toBe(kOwnerAuthFail);
    const late = (seconds: number) => new User(emulator, 'u1', '', () => Date.now() + seconds * 1000);
    expect((await late(20).stat('/v')).statusCode).toBe(kOwnerAuthFail);
    expect((await late(-20).stat('/v')).statusCode).toBe(kOwnerAuthFail);
    expect((await late(-13).stat('/v')).statusCode).toBe(kOK);
  });

  test('give files away only as root', async () => {
    const { u1, u2, root } = await startCluster();
    await u1.create('/v');
    await u1.mkdir('/d');
    await u1.create('/d/v');
    expect(await u1.chown('/v', 'u2')).toBe(kOwnerAuthFail);
    expect(await root.chown('/v', 'u2')).toBe(kOK);
    expect(await root.chown('/v', 'u2')).toBe(kOK);
    expect((await u1.stat('/v')).statusCode).toBe(kOwnerAuthFail);
    expect((await u2.stat('/v')).statusCode).toBe(kOK);
    expect(await root.chown('/d', 'u2')).toBe(kDirNotEmpty);
    expect(await root.chown('/none', 'u2')).toBe(kFileNotExists);
  });
});

describe('directories', () => {
  test('list their entries by the bytes of the names', async () => {
    const { u1, root } = await startCluster();
    await u1.mkdir('/d');
    for (const name of ['b', 'a', 'B', 'a2', 'a10', 'ä']) await u1.mkdir(`/d/${name}`);
    expect(await u1.list('/d')).toEqual({ statusCode: kOK, names: ['B', 'a', 'a10', 'a2', 'b', 'ä'] });
    await u1.create('/v');
    expect((await u1.list('/v')).statusCode).toBe(kNotDirectory);
    expect((await u1.list('/none')).statusCode).toBe(kFileNotExists);
    expect((await root.list('/none')).statusCode).toBe(StatusCode.kDirNotExist);
    expect((await root.list('/v/x')).statusCode).toBe(StatusCode.kDirNotExist);
  });

  test('are removed when empty', async () => {
    const { u1 } = await startCluster();
    await u1.mkdir('/d');
    await u1.mkdir('/d/s');
    expect(await u1.mkdir('/d')).toBe(kFileExists);
    expect(await u1.mkdir('/x/y')).toBe(kFileNotExists);
    expect(await u1.unlink('/d')).toBe(kDirNotEmpty);
    expect(await u1.unlink('/d/s')).toBe(kOK);
    expect(await u1.unlink('/d', true)).toBe(kOK);
    expect(await u1.unlink('/d')).toBe(kFileNotExists);
  });
});

describe('a rename', () => {
  test('keeps the file and moves what is in the way to the recycle bin', async () => {
    const { u1, root } = await startCluster();
    await u1.create('/a');
    await u1.create('/b');
    const [a, b] = [await u1.stat('/a'), await u1.stat('/b')];
    expect(await u1.rename('/a', '/b')).toBe(kOK);
    expect((await u1.stat('/b')).fileInfo?.id).toBe(a.fileInfo?.id);
    expect((await root.list('/RecycleBin')).names).toEqual([`b-${b.fileInfo?.id}`]);
    expect(await u1.recover('/b')).toBe(kFileExists);
    expect(await u1.rename('/b', '/c')).toBe(kOK);
    expect(await u1.recover('/b')).toBe(kOK);
    expect((await u1.stat('/b')).fileInfo?.id).toBe(b.fileInfo?.id);
  });

  test.each([
    ['/a', '/a', kFileExists],
    ['/none', '/none', kFileNotExists],
    ['/a', '/a/b', kParaError],
    ['/d/a', '/d', kParaError],
    ['/a', '/', kParaError],
    ['/a', '/ab', kOK],
    ['/d', '/e', kNotSupported],
    ['/a', '/d', kFileExists],
    ['/a', '/theirs', kOwnerAuthFail],
    ['/theirs', '/a', kOwnerAuthFail],
    ['/a', '/d2/x', kOwnerAuthFail],
    ['/a', '/none/x', kFileNotExists],
  ])('%s to %s', async (from, to, status) => {
    const { u1, u2 } = await startCluster();
    await u1.create('/a');
    await u1.mkdir('/d');
    await u2.create('/theirs');
    await u2.mkdir('/d2');
    expect(await u1.rename(from, to)).toBe(status);
  });
});
