import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { curveError } from '../src/errors/native-failure.js';
import { statusOf } from '../src/errors/statuses.js';
import { type CurveClient, CurveError, LIBCURVE_ERROR } from '../src/index.js';
import { BLOCK, SIZE, smallCluster, smallVolume } from './support/connect.js';

describe('what the server said', () => {
  it('an open says why, where libcurve only says that it failed', async () => {
    const { connect } = await smallCluster();
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    await alice.mkdir('/d');
    await alice.createVolume('/v', { size: SIZE });
    const refused = async (curve: CurveClient, path: string) => {
      const error = await curve.open(path).catch(failure => failure as CurveError);
      expect(error).toBeInstanceOf(CurveError);
      const { code, status, statusCode, operation, path: about, name } = error as CurveError;
      expect({ operation, about, name }).toEqual({ operation: 'open', about: path, name: 'CurveError' });
      return [code, status, statusCode];
    };
    expect(await refused(alice, '/none')).toEqual(['NOTEXIST', 'kFileNotExists', 102]);
    expect(await refused(alice, '/d')).toEqual(['NOT_SUPPORT', 'kNotSupported', 110]);
    expect(await refused(bob, '/v')).toEqual(['AUTHFAIL', 'kOwnerAuthFail', 111]);
  });

  it('the message has operation, path, status and what helps', async () => {
    const { connect } = await smallCluster();
    const curve = await connect('alice');
    await expect(curve.createVolume('/v', { size: 5000 })).rejects.toThrow(
      'createVolume /v: the MDS answered kFileLengthNotSupported (132): ' +
        'the cluster has no room for this size, or no use; clusters as shipped take 10 GiB to 20 TiB in steps of 1 GiB',
    );
    await expect(curve.createVolume('/v', { size: SIZE, poolset: 'none' })).rejects.toMatchObject({
      code: 'NOTEXIST',
      status: 'kPoolsetNotExist',
      hint: 'poolsets() tells which there are',
      message: expect.stringMatching(/; poolsets\(\) tells which there are$/),
    });
  });

  it('calls that were repeated tell how often', async () => {
    const { connect, cluster } = await smallCluster();
    const curve = await connect('alice', { 'mds.maxRetryMS': 300 });
    cluster.faults.add({ match: { method: 'GetFileInfo' }, do: 'error 2001' });
    const error = await curve.stat('/v').catch(failure => failure as CurveError);
    expect(error).toMatchObject({ code: 'FAILED', status: 'EINTERNAL', statusCode: 2001 });
    expect((error as CurveError).attempts).toBeGreaterThan(1);
    expect((error as CurveError).message).toMatch(/no answer, EINTERNAL \(2001\): .*, after \d+ attempts/);
    expect((error as CurveError).cause).toBeInstanceOf(Error);
  });

  it('a call whose answer got lost tells that it may have been done', async () => {
    const { connect, cluster } = await smallCluster();
    const curve = await connect('alice', { 'mds.rpcTimeoutMS': 50 });
    const hint = 'an earlier attempt of this call may have done it already, its answer being lost';
    cluster.faults.add({ match: { method: 'CreateFile', times: 1 }, do: 'drop' });
    await expect(curve.createVolume('/v', { size: SIZE })).rejects.toMatchObject({
      code: 'EXISTS',
      attempts: 2,
      hint,
    });
    await expect(curve.createVolume('/v', { size: SIZE })).rejects.not.toMatchObject({ hint });
    cluster.faults.add({ match: { method: 'DeleteFile', times: 1 }, do: 'drop' });
    await expect(curve.remove('/v')).rejects.toMatchObject({ code: 'NOTEXIST', attempts: 2, hint });
  });

  it('chunkservers are quoted too', async () => {
    const { volume, cluster } = await smallVolume();
    await volume.write(Buffer.alloc(BLOCK), { offset: 0 });
    cluster.faults.add({ match: { method: 'ReadChunk' }, do: 'invalid request' });
    await expect(volume.read({ offset: 0, length: BLOCK })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      status: 'CHUNK_OP_STATUS_INVALID_REQUEST',
      statusCode: 4,
      operation: 'read',
      path: '/v',
    });
  });

  it('what was met in the source of a clone is not said of the clone', () => {
    const failure = {
      ...{ name: 'CurveNativeError', kind: 'mds', status: 102, libcurveCode: -2, attempts: 1 },
      cloneSource: '/source',
    };
    const error = curveError(Object.assign(new Error('x'), failure), { operation: 'read', path: '/clone' });
    expect(error).toMatchObject({
      ...{ code: 'NOTEXIST', path: '/clone', status: 'kFileNotExists' },
      message:
        'read /clone, its clone source /source: the MDS answered kFileNotExists (102): it does not exist',
    });
  });

  it('every status of the protocol has a name and a code of libcurve', () => {
    const named = [
      101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 120, 121, 122, 123, 124, 125, 126,
    ];
    const rest = [127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 501, 502];
    for (const status of [...named, ...rest].map(number => statusOf('mds', number))) {
      expect(status.name).toMatch(/^[kK][A-Z]/);
      expect(LIBCURVE_ERROR).toHaveProperty(status.code);
    }
    for (let status = 1; status <= 12; status++)
      expect(statusOf('chunk', status).name).toMatch(/^CHUNK_OP_STATUS_/);
    expect(statusOf('mds', 999)).toMatchObject({ name: 'status 999', code: 'UNKNOWN' });
    expect(statusOf('topology', -11)).toMatchObject({ name: 'topology status -11', code: 'FAILED' });
    expect(statusOf('chunk', 99)).toMatchObject({ name: 'status 99', code: 'FAILED' });
  });
});

describe('signal and deadline', () => {
  it('an abort rejects at once with the reason, and leaves no listener', async () => {
    const { volume, cluster } = await smallVolume();
    await volume.write(Buffer.alloc(BLOCK), { offset: 0 });
    cluster.faults.add({ match: { role: 'chunkserver' }, do: 'hang' });
    const controller = new AbortController();
    const { signal } = controller;
    const target = Buffer.alloc(100_000);
    const calls = [
      volume.read({ offset: 0, buffer: Buffer.alloc(BLOCK), signal }),
      volume.read({ offset: 3, buffer: target, align: 'auto', signal }),
      volume.write(Buffer.alloc(BLOCK), { offset: 0, signal }),
      volume.writev([Buffer.alloc(100_000), Buffer.alloc(23)], { offset: 4, align: 'auto', signal }),
    ];
    setTimeout(() => controller.abort(new Error('enough')), 20);
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({
        status: 'rejected',
        reason: { name: 'AbortError', code: 'CANCELED', path: '/v', cause: { message: 'enough' } },
      });
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const before = cluster.requests.length;
    await expect(volume.read({ offset: 0, length: BLOCK, signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(cluster.requests.slice(before).filter(({ method }) => method === 'ReadChunk')).toEqual([]);
  });

  it('calls that succeed leave no listener either', async () => {
    const { curve, volume } = await smallVolume();
    const { signal } = new AbortController();
    await volume.write(Buffer.alloc(BLOCK), { offset: 0, signal });
    await volume.write(Buffer.alloc(5), { offset: 1, align: 'auto', signal });
    await volume.readv([Buffer.alloc(100_000), Buffer.alloc(70_000)], { offset: 5, align: 'auto', signal });
    await curve.stat('/v', { signal });
    await curve.mkdir('/a/b', { recursive: true, signal });
    for await (const _ of curve.segments('/v', { signal }));
    await curve.removeAll('/a', { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('a deadline ends calls of one step and of several', async () => {
    const { curve, volume, cluster } = await smallVolume();
    await volume.write(Buffer.alloc(BLOCK), { offset: 0 });
    for (const method of ['ReadChunk', 'GetFileInfo', 'CreateFile']) {
      cluster.faults.add({ match: { method }, do: 'hang' });
    }
    const late = { code: 'TIMEOUT', name: 'CurveError' };
    await expect(volume.read({ offset: 0, length: BLOCK, deadline: 50 })).rejects.toMatchObject(late);
    await expect(
      volume.write(Buffer.alloc(1), { offset: 0, align: 'auto', deadline: 50 }),
    ).rejects.toMatchObject(late);
    await expect(curve.stat('/v', { deadline: 50 })).rejects.toMatchObject({ ...late, operation: 'stat' });
    await expect(curve.mkdir('/x/y', { recursive: true, deadline: 50 })).rejects.toMatchObject(late);
  });
});
