import { describe, expect, it } from 'vitest';
import { JobError, type JobStatus, WcsClient, WcsError } from '../src/index.js';
import { longerPause } from '../src/jobs/job.js';
import { rawServer } from './support/raw-server.js';

const ITEM = { cmd: 'bucket/…/key/…', code: 3, desc: 'fileOperateSucceed', error: '' };

/** A client for a service whose job goes through these answers; the last one stays. */
async function jobGoingThrough(answers: (object | string)[]) {
  const { url, seen } = await rawServer((_, response, number) => {
    const answer = answers[Math.min(number, answers.length) - 1];
    response.setHeader('x-reqid', `r${number}`);
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  // Neither keys nor anything else but the address is needed.
  const wcs = new WcsClient({ managementUrl: url, retry: { limit: 0 } });
  return { wcs, seen };
}

describe('waiting for a job', () => {
  it('asks until it is done, and shows what it sees', async () => {
    const { wcs, seen } = await jobGoingThrough([
      { id: 'j', code: 0, items: [] },
      { id: 'j', code: '1', items: [{ ...ITEM, code: '1' }] },
      { id: 'j', code: 3, separate: 1, items: [ITEM] },
    ]);
    const states: string[] = [];
    const status = await wcs.fmgr
      .job('j')
      .wait({ interval: 1, onUpdate: ({ state, finished }) => states.push(`${state} ${finished}`) });
    expect(states).toEqual(['pending false', 'running false', 'finished true']);
    expect(status).toMatchObject({
      id: 'j',
      separate: true,
      requestId: 'r3',
      items: [{ command: ITEM.cmd, state: 'succeeded', code: 3, description: 'fileOperateSucceed' }],
    });
    expect(status.items[0]).not.toHaveProperty('error');
    expect(seen.map(({ url }) => url)).toEqual(Array(3).fill('/fmgr/status?persistentId=j'));
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [3, 'finished'],
    [4, 'notifying'],
    [5, 'notification-failed'],
    [6, 'notified'],
  ])('stops at code %i: %s', async (code, state) => {
    const { wcs, seen } = await jobGoingThrough([{ code, items: [ITEM] }]);
    expect(await wcs.fops.job('j').wait()).toMatchObject({ state, finished: true, id: 'j' });
    expect(seen.map(({ url }) => url)).toEqual(['/status/get/prefop?persistentId=j']);
  });

  it.each([0, 1])('goes on at code %i', async code => {
    const { wcs, seen } = await jobGoingThrough([{ code }, { code: 3, items: [ITEM] }]);
    await wcs.fops.job('j').wait({ interval: 1 });
    expect(seen).toHaveLength(2);
  });

  it('fails with the items that did not succeed', async () => {
    const failed = { ...ITEM, cmd: 'second', code: '2', error: 'no such object' };
    const odd = { ...ITEM, cmd: 'third', code: 4, error: null, desc: 'half done' };
    const { wcs } = await jobGoingThrough([{ id: 'j', code: 6, items: [ITEM, failed, odd] }]);
    const error = await wcs.fmgr
      .job('j')
      .wait()
      .catch(reason => reason);
    expect(error).toBeInstanceOf(JobError);
    expect(error).toBeInstanceOf(WcsError);
    expect(error).toMatchObject({
      code: 'JOB_FAILED',
      name: 'WcsError',
      operation: 'fmgr',
      requestId: 'r1',
      retryable: false,
      message: 'fmgr job j: 2 of 3 items did not succeed; the first: no such object',
    });
    expect((error as JobError).failedItems).toMatchObject([
      { command: 'second', state: 'failed', code: 2, error: 'no such object' },
      { command: 'third', state: 'other', code: 4, description: 'half done' },
    ]);
    expect((error as JobError).job).toMatchObject({ state: 'notified' });
  });

  it('looks ever more seldom', () => {
    const [first, second, third] = [1000, longerPause(1000), longerPause(longerPause(1000))];
    expect([first, second, third]).toEqual([1000, 1500, 2250]);
    expect(longerPause(25_000)).toBe(30_000);
    expect(longerPause(60_000)).toBe(60_000);
  });

  it('ends at once when aborted, in the middle of a pause, of a request, and before', async () => {
    const { wcs, seen } = await jobGoingThrough([{ code: 1 }]);
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = wcs.fmgr.job('j').wait({
      interval: 3600_000,
      signal: abort.signal,
      onUpdate: () => setImmediate(() => abort.abort(reason)),
    });
    await expect(running).rejects.toBe(reason);
    await expect(wcs.fmgr.job('j').wait({ signal: abort.signal })).rejects.toBe(reason);
    expect(seen).toHaveLength(1);

    const { url, seen: hanging } = await rawServer(() => abortSecond.abort(reason));
    const abortSecond = new AbortController();
    await using other = new WcsClient({ managementUrl: url });
    await expect(other.fops.job('j').wait({ signal: abortSecond.signal })).rejects.toBe(reason);
    expect(hanging).toHaveLength(1);
  });

  it('ends at its time limit, which is that of all looks together', async () => {
    const { wcs } = await jobGoingThrough([{ code: 1 }]);
    await expect(wcs.fmgr.job('j').wait({ interval: 1, timeout: 200 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      operation: 'fmgr wait',
    });
  });

  it('ends when the client is closed', async () => {
    const { wcs } = await jobGoingThrough([{ code: 1 }]);
    const running = wcs.fmgr.job('j').wait({ interval: 1, onUpdate: () => void wcs.close() });
    await expect(running).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  it('fails if a listener throws', async () => {
    const { wcs } = await jobGoingThrough([{ code: 1 }]);
    const onUpdate = () => {
      throw new Error('listener');
    };
    await expect(wcs.fmgr.job('j').wait({ onUpdate })).rejects.toThrow('listener');
  });
});

describe('what the service says of a job', () => {
  it('is read whether its numbers are numbers or texts', async () => {
    const members = {
      id: 'j',
      code: '3',
      desc: 'done',
      separate: '0',
      inputbucket: 'photos',
      inputkey: 'video.mp4',
      inputfsize: '1000',
    };
    const item = {
      ...ITEM,
      hash: 'Fh',
      key: 'photos:a.jpg',
      fsize: '12',
      url: 'http://x/a.jpg',
      costTime: '7',
      duration: '12.5',
      bit_rate: '128000',
      resolution: '1280x720',
      decompresslist: 'photos:list',
      detail: [1],
    };
    const { wcs } = await jobGoingThrough([
      { ...members, items: [item] },
      { ...members, code: 3, inputfsize: 1000, items: [{ ...item, fsize: 12, code: '3' }] },
    ]);
    const expected: Partial<JobStatus> = {
      state: 'finished',
      description: 'done',
      separate: false,
      inputBucket: 'photos',
      inputKey: 'video.mp4',
      inputSize: 1000,
      items: [
        expect.objectContaining({
          key: 'photos:a.jpg',
          hash: 'Fh',
          size: 12,
          url: 'http://x/a.jpg',
          costTime: 7,
          duration: 12.5,
          bitRate: 128000,
          resolution: '1280x720',
          decompressList: 'photos:list',
          detail: [1],
          raw: expect.anything(),
        }),
      ],
    };
    expect(await wcs.fops.status('j')).toMatchObject(expected);
    expect(await wcs.fops.status('j')).toMatchObject(expected);
  });

  it.each(['{}', '{"code":"soon"}', '{"code":null,"items":[]}', 'no JSON', '[]', ''])(
    '%j is no state of a job',
    async answer => {
      const { wcs } = await jobGoingThrough([answer]);
      await expect(wcs.fmgr.job('j').wait()).rejects.toMatchObject({
        code: 'UNEXPECTED_RESPONSE',
        status: 200,
        requestId: 'r1',
      });
    },
  );

  it('of one that it does not know is an error', async () => {
    const { url } = await rawServer((_, response) =>
      response.writeHead(404).end('{"code":404,"message":"no such job"}'),
    );
    await using wcs = new WcsClient({ managementUrl: url });
    await expect(wcs.fmgr.job('j').wait()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      serverMessage: 'no such job',
    });
  });
});

it('an answer that names no job is an error', async () => {
  const { url } = await rawServer((_, response) => response.end('{"code":200}'));
  await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
  await expect(wcs.fmgr.delete(['photos:k'])).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
});

it('the id of a job is encoded', async () => {
  const { wcs, seen } = await jobGoingThrough([{ code: 3, items: [] }]);
  await wcs.fmgr.status('a&b=c%/?');
  expect(seen[0]?.url).toBe('/fmgr/status?persistentId=a%26b%3Dc%25%2F%3F');
});
