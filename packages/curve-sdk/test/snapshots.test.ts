import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CloneTask, CurveClient, CurveError, type Snapshot } from '../src/index.js';
import { exchange } from '../src/snapshots/exchange.js';
import { SEGMENT, SIZE, smallCluster } from './support/connect.js';
import { answerOf, type Deed, json, recorded, replay, snapshotServer } from './support/snapshot-server.js';

const ID = 'ae65f956-8fa8-4520-9f15-364de38bf988';
const TASK = '3c05833b-986b-4178-86d5-ee800e269400';
const SCENARIOS = [
  ...['bad-requests', 'cancel', 'clone-errors', 'clone-from-file', 'create-errors', 'flatten-failed-after'],
  ...['lifecycle', 'recover'],
];

/** A client of servers that answer so; the cluster is asked nothing unless a call needs it. */
async function client(...servers: (((request: string) => Deed) | string)[]) {
  const started = await Promise.all(
    servers.map(one => (typeof one === 'string' ? { address: one, requests: [] } : snapshotServer(one))),
  );
  const curve = await connect(
    '127.0.0.1:1',
    started.map(({ address }) => address),
    true,
  );
  return { curve, snapshots: curve.snapshots, requests: started[0]?.requests ?? [], started };
}

/** A client of a cluster with these volumes of ann, and of a server that answers so. */
async function clientWithVolumes(answer: (request: string) => Deed, ...volumes: string[]) {
  const { cluster } = await smallCluster();
  const { address, requests } = await snapshotServer(answer);
  const curve = await connect(cluster.mdsAddresses.join(','), [address], false);
  for (const path of volumes) await curve.createVolume(path, { size: SIZE });
  return { curve, snapshots: curve.snapshots, requests, cluster };
}

async function connect(mds: string, snapshotClone: readonly string[], lazy: boolean) {
  const config = { 'mds.listen.addr': mds, 'mds.registerToMDS': false, 'mds.maxRetryMS': 1000 };
  const curve = await CurveClient.connect(config, { user: 'ann', snapshotClone, lazy });
  onTestFinished(() => curve.close({ deadline: 1 }));
  return curve;
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const failure = (promise: Promise<unknown>): Promise<CurveError> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    error => {
      expect(error).toBeInstanceOf(CurveError);
      return error;
    },
  );
const sent = (action: string, rest: string) =>
  `GET /SnapshotCloneService?Action=${action}&Version=0.0.6&${rest} HTTP/1.1`;
const ok = (more: object = {}) => json(200, { Code: '0', Message: 'Exec success.', RequestId: 'r', ...more });
const refusal = (code: number, UUID = '') =>
  json(500, { Code: String(code), Message: 'm', RequestId: 'r', UUID });
const record = (Status: number, more: object = {}) => ({
  ...{ UUID: ID, User: 'ann', File: '/v', Name: 'n', SeqNum: 0, Time: 0, FileLength: 0, Status, Progress: 0 },
  ...more,
});
const snapshots = (...list: object[]) =>
  ok({ TotalCount: list.length, Snapshots: list.length ? list : null });
const taskRecord = (TaskStatus: number, more: object = {}) => ({
  ...{ UUID: TASK, User: 'ann', File: '/to', Src: ID, TaskType: 0, TaskStatus, NextStep: 0, FileType: 1 },
  ...{ Time: 0, Progress: 0, IsLazy: false, ...more },
});
const tasks = (...list: object[]) => ok({ TotalCount: list.length, TaskInfos: list.length ? list : null });
/** Answers by the action that is asked for, one after the other; the last again and again. */
function by(answers: Record<string, Deed | Deed[]>): (request: string) => Deed {
  const left = new Map(Object.entries(answers).map(([action, deeds]) => [action, [deeds].flat()]));
  return request => {
    const deeds = left.get(/Action=(\w+)/.exec(request)?.[1] ?? '') ?? [];
    return (deeds.length > 1 ? deeds.shift() : deeds[0]) ?? refusal(-1);
  };
}

describe('as recorded of the real service', () => {
  test('snapshots are made, found and deleted', async () => {
    const { snapshots, requests } = await clientWithVolumes(replay('lifecycle'), '/life');
    const creation = await snapshots.create('/life', { name: 'first' });
    expect(creation.id).toBe(ID);
    expect((await snapshots.create('/life', { name: 'first' })).id).toBe(ID);
    expect((await snapshots.create('/life', { name: 'second' })).id).not.toBe(ID);
    expect(await creation.status()).toEqual({
      ...{ id: ID, name: 'first', volume: '/life', user: 'ann', status: 'pending', progress: 0, sequence: 1 },
      ...{ length: 10 * 2 ** 30, createdAt: new Date(1795866847367.013) },
    });
    expect(await failure(snapshots.get('no-such-uuid'))).toMatchObject({
      ...{ code: 'NOTEXIST', status: 'kErrCodeFileNotExist', statusCode: -8, httpStatus: 500 },
      request: '/SnapshotCloneService?Action=GetFileSnapshotInfo&Version=0.0.6&User=ann&UUID=no-such-uuid',
      requestId: '899aa90a-86c1-4ace-9851-fa844ed1f749',
    });
    expect(requests).toEqual([
      sent('CreateSnapshot', 'User=ann&File=/life&Name=first'),
      sent('CreateSnapshot', 'User=ann&File=/life&Name=first'),
      sent('CreateSnapshot', 'User=ann&File=/life&Name=second'),
      sent('GetFileSnapshotInfo', `User=ann&UUID=${ID}`),
      sent('GetFileSnapshotInfo', 'User=ann&UUID=no-such-uuid'),
    ]);
  });

  test('a volume is cloned lazily, and flattened', async () => {
    const { snapshots, requests } = await clientWithVolumes(replay('clone-from-file'), '/fsrc');
    const clone = await snapshots.clone('/fsrc', '/fc1', { lazy: true });
    expect(clone.id).toBe(TASK);
    expect(requests).toEqual([
      sent('Clone', 'User=ann&Source=/fsrc&Destination=/fc1&Lazy=true'),
      sent('GetCloneTasks', `User=ann&UUID=${TASK}`),
    ]);
    const flattening = await snapshots.flatten(clone);
    const seen: CloneTask[] = [];
    const end = await flattening.wait({ interval: 1, onProgress: state => seen.push(state) });
    expect(end).toMatchObject({ status: 'done', nextStep: 'end', source: '/fsrc', sourceKind: 'volume' });
    expect(seen.map(({ status, nextStep, progress }) => [status, nextStep, progress])).toEqual([
      ['cloning', 'createCloneMeta', 0],
      ['cloning', 'recoverChunk', 5],
      ['done', 'end', 100],
    ]);
    expect(await failure(snapshots.clone('/fc1', '/fcc', { lazy: true }))).toMatchObject({
      ...{ code: 'STATUS_NOT_MATCH', status: 'kErrCodeFileStatusInvalid', statusCode: -9 },
    });
    expect(requests.at(-1)).toBe(sent('Clone', 'User=ann&Source=/fc1&Destination=/fcc&Lazy=true'));
  });

  test('each list is read whole, or not at all', async () => {
    let answer = '';
    const { snapshots } = await client(() => answer);
    let lists = 0;
    for (const step of SCENARIOS.flatMap(recorded)) {
      if (step.status !== 200 || !/Action=(GetFileSnapshot|GetCloneTask)/.test(step.request ?? '')) continue;
      answer = answerOf(step);
      const body = JSON.parse(step.body);
      const raw = (body.Snapshots ?? body.TaskInfos ?? []) as { UUID: string; Progress: number }[];
      const found = 'Snapshots' in body ? all(snapshots.list()) : all(snapshots.tasks());
      if (raw.length < body.TotalCount) {
        expect(await failure(found)).toMatchObject({ code: 'FAILED', httpStatus: 200 });
        continue;
      }
      const read = (await found).map(({ id, progress }) => ({ id, progress }));
      expect(read).toEqual(raw.map(({ UUID, Progress }) => ({ id: UUID, progress: Progress })));
      lists += raw.length;
    }
    expect(lists).toBeGreaterThan(50);
  });

  test('each refusal has its code, name, HTTP status and request', async () => {
    let answer = '';
    const { snapshots } = await client(() => answer);
    const codes = new Map<number | undefined, string | undefined>();
    for (const step of SCENARIOS.flatMap(recorded)) {
      if (step.request === undefined || step.status === 200) continue;
      answer = answerOf(step);
      const error = await failure(snapshots.flatten('x'));
      expect(error.httpStatus).toBe(step.status);
      expect(error.request).toBe('/SnapshotCloneService?Action=Flatten&Version=0.0.6&User=ann&UUID=x');
      codes.set(error.statusCode, error.code);
      if (error.statusCode === undefined) continue;
      const { Code, RequestId, UUID } = JSON.parse(step.body);
      expect([String(error.statusCode), error.requestId]).toEqual([Code, RequestId]);
      expect(error.taskId ?? '').toBe(UUID);
    }
    expect(Object.fromEntries(codes)).toEqual({
      ...{ '-1': 'INTERNAL_ERROR', '-5': 'INVALID_REQUEST', '-7': 'AUTHFAIL', '-8': 'NOTEXIST' },
      ...{
        '-9': 'STATUS_NOT_MATCH',
        '-11': 'PARAM_ERROR',
        '-14': 'STATUS_NOT_MATCH',
        '-15': 'STATUS_NOT_MATCH',
      },
      ...{ '-16': 'DELETE_BEING_CLONED', '-17': 'STATUS_NOT_MATCH', '-19': 'EXISTS', undefined: 'FAILED' },
    });
  });
});

describe('values', () => {
  test.each(['a b', 'a&b', 'a#b', 'a\nb', 'a\u007fb', '\ud800', ''])('%j cannot be sent', async name => {
    const { snapshots, requests } = await client(() => ok({ UUID: ID }));
    expect((await failure(snapshots.create('/v', { name }))).code).toBe('INVALID_ARGUMENT');
    expect((await failure(snapshots.get(name))).code).toBe('INVALID_ARGUMENT');
    expect((await failure(snapshots.clone(ID, `/${name}/x`))).code).toBe('INVALID_ARGUMENT');
    expect(requests).toEqual([]);
  });

  test('all else is sent as it is, in UTF-8, without escapes', async () => {
    const { snapshots, requests } = await client(() => ok({ TotalCount: 0, Snapshots: null }));
    expect(await all(snapshots.list('/a%2Fb+c=d?"<快照>'))).toEqual([]);
    expect(Buffer.from(requests[0] as string, 'latin1').toString()).toBe(
      sent('GetFileSnapshotList', 'User=ann&File=/a%2Fb+c=d?"<快照>&Limit=1000000000'),
    );
  });

  test('filters are sent by the service’s numbers, and everybody’s by no user', async () => {
    const { snapshots, requests } = await client(
      by({ GetFileSnapshotList: ok({ TotalCount: 0 }), GetCloneTaskList: tasks() }),
    );
    await all(snapshots.list(undefined, { allUsers: true, status: 'error' }));
    await all(snapshots.tasks({ destination: '/to', source: ID, status: 'metaInstalled', kind: 'recover' }));
    expect(requests).toEqual([
      sent('GetFileSnapshotList', 'Status=5&Limit=1000000000'),
      sent('GetCloneTaskList', `User=ann&Source=${ID}&Destination=/to&Status=7&Type=1&Limit=1000000000`),
    ]);
    expect((await failure(all(snapshots.list('/v', { status: 'ready' as 'done' })))).code).toBe(
      'INVALID_ARGUMENT',
    );
  });

  test('a path is no id', async () => {
    const { snapshots, requests } = await client(() => ok({ UUID: TASK }));
    // Recover takes a volume for its source, and replaces another one by it.
    expect((await failure(snapshots.recover('/v', '/w'))).code).toBe('INVALID_ARGUMENT');
    expect((await failure(snapshots.delete('/v'))).code).toBe('INVALID_ARGUMENT');
    expect((await failure(snapshots.flatten(undefined as never))).code).toBe('INVALID_ARGUMENT');
    expect(requests).toEqual([]);
  });
});

describe('answers', () => {
  test.each([
    ['no list but a count', ok({ TotalCount: 3, Snapshots: null })],
    ['no count', ok({ Snapshots: [record(0)] })],
    ['fewer than there are', ok({ TotalCount: 2, Snapshots: [record(0)] })],
    ['one without its id', snapshots(record(0, { UUID: '' }))],
    ['a status that there is not', snapshots(record(6))],
    ['a number for a code', json(200, { Code: 0, TotalCount: 0 })],
    ['success that is none', json(500, { Code: '0', TotalCount: 0, Snapshots: null })],
    ['failure that is none', json(200, { Code: '-7', TotalCount: 0, Snapshots: null })],
    ['no JSON', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"'],
    ['null', json(200, null as never)],
    ['a page of another server', 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno'],
  ])('%s is a failure', async (_what, answer) => {
    const { snapshots } = await client(() => answer);
    await failure(all(snapshots.list('/v')));
    await failure(snapshots.get(ID));
  });

  test('a new snapshot or clone without an id is a failure', async () => {
    const { snapshots } = await clientWithVolumes(() => ok(), '/v');
    const error = await failure(snapshots.create('/v', { name: 'n' }));
    expect(error.code).toBe('FAILED');
    expect(error.hint).toContain('list() of the volume tells');
    expect((await failure(snapshots.clone(ID, '/to'))).hint).toContain('tasks({ destination }) tells');
  });

  test('an internal error at the end of a task is asked about again, and lasting ones are told', async () => {
    const { snapshots, requests } = await client(
      by({
        GetFileSnapshotInfo: [refusal(-1), refusal(-1), snapshotsOf(0)],
        GetFileSnapshotList: refusal(-1),
      }),
    );
    expect((await snapshots.get(ID)).status).toBe('done');
    expect(requests).toHaveLength(3);
    expect((await failure(all(snapshots.list()))).code).toBe('INTERNAL_ERROR');
  });
});

const snapshotsOf = (status: number) => snapshots(record(status));

describe('removal', () => {
  test('of what is not there is a failure, whatever the service says', async () => {
    const { snapshots, requests } = await client(
      by({
        GetFileSnapshotInfo: refusal(-8),
        GetCloneTasks: refusal(-8),
        DeleteSnapshot: ok(),
        CleanCloneTask: ok(),
      }),
    );
    expect((await failure(snapshots.delete(ID))).code).toBe('NOTEXIST');
    expect((await failure(snapshots.cleanTask(TASK))).code).toBe('NOTEXIST');
    expect(requests.filter(request => /Action=(Delete|Clean)/.test(request))).toEqual([]);
  });

  test('an internal error counts for nothing when it is gone, and for a failure when it is not', async () => {
    const gone = await client(
      by({ GetFileSnapshotInfo: [snapshotsOf(0), refusal(-8)], DeleteSnapshot: refusal(-1) }),
    );
    await (await gone.snapshots.delete(ID)).wait();
    const there = await client(by({ GetFileSnapshotInfo: snapshotsOf(0), DeleteSnapshot: refusal(-1) }));
    expect((await failure(there.snapshots.delete(ID))).code).toBe('INTERNAL_ERROR');
    const cleaned = await client(
      by({ GetCloneTasks: [tasks(taskRecord(5)), refusal(-8)], CleanCloneTask: refusal(-6) }),
    );
    await (await cleaned.snapshots.cleanTask(TASK)).wait();
  });

  test('is over when the record is gone; one that failed or was too late says so', async () => {
    const { snapshots } = await client(
      by({
        GetFileSnapshotInfo: [snapshotsOf(0), snapshotsOf(2), snapshotsOf(4), refusal(-8)],
        DeleteSnapshot: ok(),
      }),
    );
    const seen: Snapshot[] = [];
    await (await snapshots.delete(ID)).wait({ interval: 1, onProgress: state => seen.push(state) });
    expect(seen.map(({ status }) => status)).toEqual(['deleting', 'canceling']);
    const failed = await client(by({ GetFileSnapshotInfo: [snapshotsOf(3), snapshotsOf(5)] }));
    expect((await failure(failed.snapshots.deletion(ID).wait({ interval: 1 }))).code).toBe('DELETE_ERROR');
    const late = await client(by({ GetFileSnapshotInfo: snapshotsOf(0) }));
    expect((await failure(late.snapshots.deletion(ID).wait())).code).toBe('STATUS_NOT_MATCH');
  });
});

describe('clones', () => {
  test.each([
    ['another source', { Src: '/other' }],
    ['another user', { User: 'bob' }],
    ['another kind', { TaskType: 1 }],
    ['a lazy one', { IsLazy: true }],
  ])('the success of %s is none', async (_what, more) => {
    const { snapshots } = await clientWithVolumes(
      by({ Clone: ok({ UUID: TASK }), GetCloneTasks: tasks(taskRecord(0, more)) }),
    );
    expect((await failure(snapshots.clone(ID, '/to'))).code).toBe('EXISTS');
  });

  test('that of somebody else’s, of which nothing may be known, is none either', async () => {
    const { snapshots } = await clientWithVolumes(
      by({ Clone: ok({ UUID: TASK }), GetCloneTasks: refusal(-7) }),
    );
    expect((await failure(snapshots.clone(ID, '/to'))).code).toBe('EXISTS');
  });

  test('failures say what is left', async () => {
    const failed = async (more: object) => {
      const { snapshots } = await client(by({ GetCloneTasks: tasks(taskRecord(5, more)) }));
      return failure(snapshots.cloning(TASK).wait());
    };
    expect(await failed({ NextStep: 0 })).toMatchObject({
      code: 'FAILED',
      hint: 'cleanTask() removes what is left of it',
    });
    expect((await failed({ TaskType: 1, NextStep: 6 })).hint).toContain('open somewhere');
    expect((await failed({ IsLazy: true, NextStep: 2 })).hint).toContain('may now be deleted');
  });

  test('references are the clones that are there still', async () => {
    const { cluster } = await smallCluster();
    const references = ok({
      ...{ RefStatus: 2, TotalCount: 3 },
      CloneFileInfo: ['/mine', '/gone', '/bobs'].map((File, at) => ({ File, Inode: at, User: 'x' })),
    });
    let answer = references;
    const { address } = await snapshotServer(() => answer);
    const curve = await connect(cluster.mdsAddresses.join(','), [address], false);
    const { id } = await curve.createVolume('/mine', { size: SIZE });
    const bob = await CurveClient.connect(
      { 'mds.listen.addr': cluster.mdsAddresses.join(',') },
      { user: 'bob' },
    );
    await bob.createVolume('/bobs', { size: SEGMENT });
    await bob.close();
    answer = references
      .replace('"Inode": 0', `"Inode": ${id}`)
      .replace(/Content-Length: \d+/, 'Connection: close');
    expect(await curve.snapshots.cloneReferences(ID)).toEqual({
      state: 'lazyClones',
      clones: [
        { path: '/mine', id, user: 'x', seen: true },
        { path: '/bobs', id: 2n, user: 'x', seen: false },
      ],
    });
    answer = ok({ RefStatus: 0, TotalCount: 0 });
    expect(await curve.snapshots.cloneReferences('/v')).toEqual({ state: 'none', clones: [] });
    answer = ok({ RefStatus: 2, TotalCount: 0 });
    expect((await failure(curve.snapshots.cloneReferences('/v'))).code).toBe('FAILED');
  });
});

describe('servers', () => {
  test('the next one is asked when one refuses connections, and first from then on', async () => {
    const { snapshots, started } = await client(
      '127.0.0.1:1',
      () => snapshotsOf(0),
      () => snapshotsOf(0),
    );
    expect((await snapshots.get(ID)).status).toBe('done');
    await snapshots.get(ID);
    expect(started.map(({ requests }) => requests.length)).toEqual([0, 2, 0]);
  });

  test('a question is asked again elsewhere when its answer is lost', async () => {
    const whole = snapshotsOf(0);
    for (const lost of ['reset', '', whole.slice(0, -20)]) {
      const { snapshots, started } = await client(
        () => lost,
        () => whole,
      );
      expect((await snapshots.get(ID)).status).toBe('done');
      expect(started.map(({ requests }) => requests.length)).toEqual([1, 1]);
    }
  });

  test('what could be done twice is sent once, and nobody calls it done', async () => {
    const { cluster } = await smallCluster();
    const reset = (request: string): Deed =>
      request.includes('GetFileSnapshotInfo') ? snapshotsOf(0) : 'reset';
    const [one, two] = [await snapshotServer(reset), await snapshotServer(reset)];
    const curve = await connect(cluster.mdsAddresses.join(','), [one.address, two.address], false);
    await curve.createVolume('/v', { size: SIZE });
    const expected = {
      code: 'FAILED',
      status: 'ECONNRESET',
      hint: expect.stringContaining('it may have been done'),
    };
    expect(await failure(curve.snapshots.create('/v', { name: 'n' }))).toMatchObject(expected);
    expect(await failure(curve.snapshots.clone(ID, '/to'))).toMatchObject(expected);
    expect(await failure(curve.snapshots.recover(ID, '/v'))).toMatchObject(expected);
    const changes = [...one.requests, ...two.requests].filter(request => !request.includes('Action=Get'));
    expect(changes).toHaveLength(3);
  });

  test('a call has its deadline and signal, and says what may have been done', async () => {
    const { snapshots } = await clientWithVolumes(() => 'silence');
    const error = await failure(snapshots.clone(ID, '/to', { lazy: true, deadline: 300 }));
    expect(error).toMatchObject({ code: 'TIMEOUT', path: '/to' });
    expect(error.hint).toContain('tasks({ destination }) tells');
    const over = new AbortController();
    const flatten = failure(snapshots.flatten(TASK, { signal: over.signal }));
    setTimeout(() => over.abort(), 20);
    expect((await flatten).name).toBe('AbortError');
    const without = await client('127.0.0.1:1');
    expect((await failure(without.snapshots.get(ID, { deadline: 100 }))).code).toBe('TIMEOUT');
  });

  test('what servers answered for as long as one was waited for is told, and work has its time, too', async () => {
    const stopping = await client(() => refusal(-4), '127.0.0.1:1');
    const silent = await clientWithVolumes(
      by({
        GetFileSnapshotInfo: snapshotsOf(0),
        GetCloneTasks: tasks(taskRecord(7)),
        ...Object.fromEntries(
          ['CreateSnapshot', 'CancelSnapshot', 'DeleteSnapshot', 'Clone', 'Flatten', 'CleanCloneTask'].map(
            action => [action, 'silence' as const],
          ),
        ),
      }),
      '/v',
    );
    const { snapshots, requests } = silent;
    const stopped = failure(stopping.snapshots.get(ID));
    const lazy = failure(snapshots.clone(ID, '/lazy', { lazy: true, deadline: 33_000 }));
    const calls = [
      snapshots.create('/v', { name: 'n' }),
      snapshots.cancel(ID),
      snapshots.delete(ID),
      snapshots.clone(ID, '/to'),
      snapshots.flatten(TASK),
      snapshots.cleanTask(TASK),
    ];
    for (const error of await Promise.all(calls.map(failure)))
      expect(error).toMatchObject({ code: 'FAILED', hint: expect.stringContaining('it may have been done') });
    expect(
      requests.filter(request => /Action=(Create|Cancel|Delete|Flatten|Clean)/.test(request)),
    ).toHaveLength(5);
    expect(await stopped).toMatchObject({
      ...{ code: 'FAILED', status: 'kErrCodeServiceIsStop', statusCode: -4, requestId: 'r' },
    });
    expect((await lazy).code).toBe('TIMEOUT');
  });

  test('an answer that is too long is none, and is not asked for again', async () => {
    const endless = `HTTP/1.1 200 OK\r\n\r\n${' '.repeat(65 * 2 ** 20)}`;
    const { snapshots, requests } = await client(() => endless);
    expect((await failure(snapshots.get(ID))).message).toContain('more than 64 MiB came');
    expect(requests).toHaveLength(1);
  });

  test('a server that drips its answer is given up', async () => {
    const dripping = createServer((_, response) => {
      const drips = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drips));
    });
    await new Promise<void>(resolve => dripping.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void dripping.close());
    const address = `127.0.0.1:${(dripping.address() as AddressInfo).port}`;
    const { signal } = new AbortController();
    const asked = exchange({ address, target: '/', patience: 200, signal, connected: () => {} });
    await expect(asked).rejects.toThrow('no whole answer in time');
  });

  test('an answer of something between says nothing of what was done', async () => {
    const { snapshots } = await clientWithVolumes(
      () => 'HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 6\r\n\r\n<html>',
      '/v',
    );
    const expected = { code: 'FAILED', hint: expect.stringContaining('it may have been done') };
    expect(await failure(snapshots.create('/v', { name: 'n' }))).toMatchObject(expected);
    expect(await failure(snapshots.clone(ID, '/to'))).toMatchObject(expected);
    expect((await failure(snapshots.get(ID))).hint).toBeUndefined();
  });

  test('options that are none are refused, of calls and of tasks', async () => {
    const { snapshots, requests } = await client(() => snapshotsOf(0));
    const none = null as never;
    const refused = [
      snapshots.get(ID, none),
      snapshots.create('/v', none),
      snapshots.delete(ID, none),
      snapshots.clone(ID, '/to', none),
      snapshots.recover(ID, '/v', none),
      snapshots.flatten(TASK, 5 as never),
      all(snapshots.list('/v', none)),
      all(snapshots.tasks(none)),
      snapshots.creation(ID).wait(none),
      snapshots.creation(ID).status(none),
      snapshots.delete(none),
      snapshots.cleanTask(Symbol('id') as never),
    ];
    for (const call of refused) expect((await failure(call)).code).toBe('INVALID_ARGUMENT');
    expect(requests).toEqual([]);
  });

  test('that the record is gone is no failure of the wait for that, and none is counted', async () => {
    const { curve, snapshots } = await client(
      by({ GetFileSnapshotInfo: [snapshotsOf(2), snapshotsOf(2), refusal(-8)] }),
    );
    await snapshots.deletion(ID).wait({ interval: 1 });
    const counted = () => curve.metrics().find(({ operation }) => operation === 'snapshots.wait');
    expect(counted()).toMatchObject({ calls: 3, errors: {} });
    expect((await failure(snapshots.deletion(ID).status())).code).toBe('NOTEXIST');
  });

  test('an aborted wait leaves the task alone', async () => {
    const { snapshots, requests } = await client(by({ GetFileSnapshotInfo: snapshotsOf(1) }));
    const over = new AbortController();
    const waiting = snapshots.creation(ID).wait({ signal: over.signal, onProgress: () => over.abort() });
    expect((await failure(waiting)).name).toBe('AbortError');
    expect(requests).toHaveLength(1);
  });

  test('closing gives up a call that hangs', async () => {
    const { curve, snapshots } = await client(() => 'silence');
    const flatten = failure(snapshots.flatten(TASK));
    await curve.close({ deadline: 50 });
    expect((await flatten).code).toBe('CLOSED');
    expect((await failure(snapshots.get(ID))).code).toBe('CLOSED');
  });

  test('without addresses nothing is asked, and wrong ones are refused', async () => {
    const { snapshots } = await client();
    expect((await failure(snapshots.get(ID))).code).toBe('CONFIG');
    const config = { 'mds.listen.addr': '127.0.0.1:1' };
    for (const snapshotClone of ['127.0.0.1:1', ['http://x:1'], [1]] as never[]) {
      const connecting = CurveClient.connect(config, { user: 'ann', lazy: true, snapshotClone });
      expect((await failure(connecting)).code).toBe('INVALID_ARGUMENT');
    }
  });
});

describe('waiting for a snapshot', () => {
  test('takes an interval, and no nonsense', async () => {
    const { snapshots } = await client(() => snapshotsOf(0));
    for (const interval of [0, -1, Number.NaN, '1', 2 ** 31]) {
      const waiting = snapshots.creation(ID).wait({ interval: interval as number });
      expect((await failure(waiting)).code).toBe('INVALID_ARGUMENT');
    }
  });
});
