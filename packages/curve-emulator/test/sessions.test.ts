import { expect, test } from 'vitest';
import { CurveFSService, StatusCode } from '../src/proto/nameserver2_pb.js';
import { call } from './support/rpc-client.js';
import { startCluster } from './support/start.js';

const { kOK, kFileNotExists, kNotSupported, kOwnerAuthFail, kFileOccupied } = StatusCode;
const fs = CurveFSService.method;

test('a volume opens, a directory and what others own do not', async () => {
  const { u1, u2 } = await startCluster();
  await u1.create('/v');
  await u1.mkdir('/d');
  expect(await u1.open('/v')).toMatchObject({ statusCode: kOK, protoSession: { leaseTime: 5_000_000 } });
  expect((await u1.open('/d')).statusCode).toBe(kNotSupported);
  expect((await u1.open('/none')).statusCode).toBe(kFileNotExists);
  expect((await u2.open('/v')).statusCode).toBe(kOwnerAuthFail);
});

test('the record of a refresh occupies a volume until it is closed', async () => {
  const { u1, root } = await startCluster();
  await u1.create('/v');
  await u1.create('/w');
  await u1.open('/v');
  expect(await u1.rename('/v', '/v1')).toBe(kOK);
  expect(await u1.rename('/v1', '/v')).toBe(kOK);
  const refreshed = await u1.refresh('/v');
  expect(refreshed).toMatchObject({ statusCode: kOK, sessionID: '', fileInfo: { fileName: 'v' } });
  expect(await u1.unlink('/v')).toBe(kFileOccupied);
  expect(await root.unlink('/v')).toBe(kFileOccupied);
  expect(await u1.rename('/v', '/x')).toBe(kFileOccupied);
  expect(await u1.rename('/w', '/v')).toBe(kFileOccupied);
  expect(await root.chown('/v', 'u2')).toBe(kFileOccupied);
  expect(await u1.extend('/v', 11 * 1024 ** 3)).toBe(kOK);
  await u1.refresh('/v', 9001);
  expect(await u1.close('/v')).toBe(kOK);
  expect(await u1.unlink('/v')).toBe(kFileOccupied);
  expect(await u1.close('/v', 9001)).toBe(kOK);
  expect(await u1.unlink('/v')).toBe(kOK);
  expect(await u1.close('/v')).toBe(kFileNotExists);
});

test('a client that fell silent is forgotten after fifty seconds', async () => {
  let now = Date.now();
  const { u1 } = await startCluster({ clock: () => now });
  await u1.create('/v');
  await u1.refresh('/v');
  now += 49_999;
  expect(await u1.unlink('/v')).toBe(kFileOccupied);
  now += 1;
  expect(await u1.unlink('/v')).toBe(kOK);
});

test('who has what open can be asked', async () => {
  const { u1 } = await startCluster();
  await u1.create('/v');
  await u1.refresh('/v', 9000);
  await call(u1.mds, fs.refreshSession, { fileName: '/v', sessionID: '', ...u1.credentials });
  const { clientInfo } = await call(u1.mds, fs.findFileMountPoint, { fileName: '/v' });
  expect(clientInfo).toMatchObject([
    { ip: '127.0.0.1', port: 0 },
    { ip: '127.0.0.1', port: 9000 },
  ]);
  expect((await call(u1.mds, fs.listClient, {})).clientInfos).toMatchObject([
    { ip: '127.0.0.1', port: 9000 },
  ]);
});

test('a volume that nobody has open has no mount points, in one of two ways', async () => {
  let now = Date.now();
  const { u1 } = await startCluster({ clock: () => now });
  const mountPoints = (fileName: string) => call(u1.mds, fs.findFileMountPoint, { fileName });
  await u1.create('/v');
  expect((await mountPoints('/v')).statusCode).toBe(kFileNotExists);
  await u1.refresh('/v');
  await u1.close('/v');
  expect(await mountPoints('/v')).toMatchObject({ statusCode: kOK, clientInfo: [] });
  now += 500;
  expect((await mountPoints('/v')).statusCode).toBe(kFileNotExists);
});

test('an MDS that has just begun to lead refuses what a record could forbid', async () => {
  let now = Date.now();
  const { u1, root } = await startCluster({ warmUp: 5000, clock: () => now });
  await u1.create('/v');
  await u1.mkdir('/d');
  expect(await u1.unlink('/v')).toBe(kNotSupported);
  expect(await u1.rename('/v', '/w')).toBe(kNotSupported);
  expect(await root.chown('/v', 'u2')).toBe(kNotSupported);
  expect(await u1.unlink('/d')).toBe(kOK);
  now += 5000;
  expect(await u1.unlink('/v')).toBe(kOK);
});

test('quality of service is set by type', async () => {
  const { u1 } = await startCluster();
  await u1.create('/v');
  const throttleParams = { type: 2, limit: 77n, burst: 99n, burstLength: 5n };
  const request = { fileName: '/v', throttleParams, ...u1.credentials };
  expect((await call(u1.mds, fs.updateFileThrottleParams, request)).statusCode).toBe(kOK);
  const { fileInfo } = await u1.stat('/v');
  expect(fileInfo?.throttleParams?.throttleParams[2]).toMatchObject(throttleParams);
});
