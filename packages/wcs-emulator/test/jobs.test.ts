import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Accounts } from '../src/auth/accounts.js';
import { DetectionResults } from '../src/detection/detection-results.js';
import { FaultRegistry } from '../src/faults/fault-registry.js';
import { startWcsEmulator } from '../src/index.js';
import { jobCode } from '../src/jobs/job-codes.js';
import { JobRunner } from '../src/jobs/job-runner.js';
import { OutboundClient } from '../src/outbound/outbound-client.js';
import { openStorage } from '../src/storage/storage.js';
import { documentOf, startReceiver } from './support/receiver.js';
import { startEmulator } from './support/start.js';
import { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const entry = (bucket: string, key: string) => b64u(`${bucket}:${key}`);
const remove = (key: string, bucket = 'b1') => `bucket/${b64u(bucket)}/key/${b64u(key)}`;
const notify = (url: string) => `&notifyURL=${b64u(url)}`;

describe('a job', () => {
  test('is answered with an id, and tells how it ended', async () => {
    const { client, emulator } = await startEmulator();
    await client.upload('a.txt', 'hello');
    const command = `resource/${entry('b1', 'a.txt')}/bucket/${b64u('b1')}/key/${b64u('b c.txt')}`;
    const id = await client.submit('copy', command);
    expect(id).toMatch(/^2001[0-9a-f]{32}$/);
    expect(await client.finished(id)).toEqual({
      id,
      code: 3,
      desc: 'fileOperateSucceed',
      separate: 0,
      items: [
        {
          cmd: command,
          code: 3,
          desc: 'fileOperateSucceed',
          error: null,
          hash: 'Fqr0xh3cxeii2r7eDztILNmuqUNN',
          fsize: 5,
          key: 'b c.txt',
          url: emulator.downloadUrl('b1', 'b c.txt'),
        },
      ],
    });
  });

  test('goes on after a command that fails, and says why it did', async () => {
    const { client } = await startEmulator();
    await client.upload('a', 'x');
    const copy = (from: string) => `resource/${entry('b1', from)}/bucket/${b64u('b1')}/key/${b64u('c')}`;
    const job = await client.run('copy', `${copy('none')};${copy('a')};`);
    expect(job).toMatchObject({ code: 3, desc: 'fileOperateFailed' });
    expect(job.items).toMatchObject([
      { code: 2, desc: 'fileOperateFailed', error: 'no such object: none', key: '', hash: '', fsize: 0 },
      { code: 3, error: null, key: 'c' },
    ]);
  });

  test('carries out its commands in their order', async () => {
    const { client } = await startEmulator();
    await client.upload('0', 'x');
    const moves = Array.from(
      { length: 50 },
      (_, index) =>
        `resource/${entry('b1', String(index))}/bucket/${b64u('b1')}/key/${b64u(String(index + 1))}`,
    );
    const job = await client.run('move', moves.join(';'));
    expect(job.items.map(item => item.code)).toEqual(moves.map(() => 3));
    expect((await client.list()).items.map(item => item.key)).toEqual(['50']);
  });

  test('waits while four others are carried out', async () => {
    let release = () => {};
    const released = new Promise<void>(resolve => {
      release = resolve;
    });
    const source = createServer(async (_request, response) => {
      await released;
      response.end('hello');
    });
    await new Promise<void>(resolve => source.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void source.close());
    const { port } = source.address() as AddressInfo;
    const { client } = await startEmulator();
    const ids: string[] = [];
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const url = b64u(`http://127.0.0.1:${port}/${key}`);
      ids.push(await client.submit('fetch', `fetchURL/${url}/bucket/${b64u('b1')}`));
    }
    const codes = async () => {
      const jobs = await Promise.all(ids.map(id => client.jobStatus(id)));
      return jobs.map(job => [job.code, job.desc, job.items[0]?.code]);
    };
    const running = [1, 'fileOperateRunning', 1];
    const expected = [running, running, running, running, [0, 'fileOperateWaiting', 0]];
    await expect.poll(codes, { timeout: 10_000 }).toEqual(expected);
    release();
    for (const id of ids) expect(await client.finished(id)).toMatchObject({ code: 3 });
  });

  test('notifies once when all is over, unless it is to notify separately', async () => {
    const receiver = await startReceiver();
    const { client } = await startEmulator();
    await client.upload('a', 'x');
    const fops = `${remove('a')};${remove('none')}`;
    const id = await client.submit('delete', fops, notify(`${receiver.url}/all?x=1`));
    expect(await client.finished(id, { notified: true })).toMatchObject({ code: 6, desc: 'notifySucceed' });
    expect(receiver.received[0]).toMatchObject({ method: 'POST', target: '/all?x=1' });
    expect(receiver.received.map(documentOf)).toEqual([
      {
        id,
        code: 3,
        desc: 'fileOperateSucceed',
        separate: 0,
        items: [expect.objectContaining({ key: 'a' }), expect.objectContaining({ key: 'none' })],
      },
    ]);
  });

  test('notifies of each command when it is to notify separately', async () => {
    const receiver = await startReceiver();
    const { client } = await startEmulator();
    await client.upload('a', 'x');
    const copy = (from: string) => `resource/${entry('b1', from)}/bucket/${b64u('b1')}/key/${b64u('c')}`;
    const rest = `${notify(receiver.url)}&separate=1`;
    const id = await client.submit('copy', `${copy('a')};${copy('none')}`, rest);
    expect(await client.finished(id, { notified: true })).toMatchObject({ code: 6, separate: 1 });
    const documents = receiver.received.map(documentOf) as { code: number; items: unknown[] }[];
    expect(documents.sort((left, right) => left.code - right.code)).toMatchObject([
      { id, code: 1, separate: 1, items: [{ cmd: copy('a'), code: 3 }] },
      { id, code: 2, separate: 1, items: [{ cmd: copy('none'), code: 2 }] },
    ]);
  });

  test('tells that nobody could be notified', async () => {
    const receiver = await startReceiver(() => 500);
    const { client } = await startEmulator({ notificationRetryDelays: [0, 0] });
    const id = await client.submit('delete', remove('a'), notify(receiver.url));
    expect(await client.finished(id, { notified: true })).toMatchObject({ code: 5, desc: 'notifyFailed' });
    expect(receiver.received).toHaveLength(3);
    const elsewhere = await client.submit('delete', remove('a'), notify('http://example.com/x'));
    expect(await client.finished(elsewhere, { notified: true })).toMatchObject({ code: 5 });
  });

  test('may be asked about by anybody who knows its id, and only so', async () => {
    const { client } = await startEmulator();
    expect(await client.send('GET', '/fmgr/status')).toMatchObject({ status: 400 });
    expect(await client.send('GET', '/fmgr/status?persistentId=')).toMatchObject({ status: 400 });
    expect(await client.send('GET', '/fmgr/status?persistentId=2001none')).toMatchObject({ status: 404 });
    expect(await client.send('GET', '/fmgr/status?persistentId=%00')).toMatchObject({ status: 404 });
  });
});

describe('a job that was under way when the emulator ended', () => {
  const dataDirOptions = () => ({ dataDir: temporaryFolder(), buckets: ['b1'], durability: 'fast' }) as const;

  test('goes on after the next start', async () => {
    const options = dataDirOptions();
    const receiver = await startReceiver();
    const first = await startWcsEmulator(options);
    const client = new TestClient(first);
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}`);
    await client.upload('k0', 'x');
    const copies = keys
      .slice(1)
      .map(key => `resource/${entry('b1', 'k0')}/bucket/${b64u('b1')}/key/${b64u(key)}`);
    const ids = [
      await client.submit('copy', copies.join(';'), notify(receiver.url)),
      await client.submit('copy', copies.slice(0, 10).join(';')),
    ];
    await first.close();
    const second = await startWcsEmulator(options);
    const later = new TestClient(second);
    for (const id of ids) {
      const job = await later.finished(id);
      expect(job.items.every(item => item.code === 3)).toBe(true);
    }
    await later.finished(ids[0] ?? '', { notified: true });
    expect(receiver.received).toHaveLength(1);
    expect((await later.list()).items).toHaveLength(keys.length);
    await second.close();
  });

  test('goes on notifying after the next start', async () => {
    const options = { ...dataDirOptions(), notificationRetryDelays: [0, 0, 30, 30] };
    let up = false;
    const receiver = await startReceiver(() => (up ? 200 : 503));
    const first = await startWcsEmulator({ ...options, notificationRetryDelays: [0, 0, 60_000] });
    const client = new TestClient(first);
    const id = await client.submit('delete', remove('a'), notify(receiver.url));
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(3);
    expect(await client.jobStatus(id)).toMatchObject({ code: 4, desc: 'notifying' });
    await first.close();
    up = true;
    const second = await startWcsEmulator(options);
    expect(await new TestClient(second).finished(id, { notified: true })).toMatchObject({ code: 6 });
    expect(receiver.received).toHaveLength(4);
    await second.close();
  });

  test('fetches after the next start what it was waiting for', async () => {
    const options = dataDirOptions();
    let up = false;
    const source = await startReceiver(() => (up ? { body: 'hello' } : 'hang'));
    const first = await startWcsEmulator(options);
    const command = `fetchURL/${b64u(`${source.url}/a`)}/bucket/${b64u('b1')}`;
    const id = await new TestClient(first).submit('fetch', command);
    await expect.poll(() => source.received.length, { timeout: 10_000 }).toBe(1);
    await first.close();
    up = true;
    const second = await startWcsEmulator(options);
    const client = new TestClient(second);
    expect((await client.finished(id)).items).toMatchObject([{ code: 3, key: 'a', fsize: 5 }]);
    expect((await client.download('a')).toString()).toBe('hello');
    await second.close();
  });

  test('fails, and says why, when this version cannot carry it out', async () => {
    const options = dataDirOptions();
    const storage = await openStorage(options.dataDir, { ...options, clock: Date.now });
    const record = { kind: 'fmgr/later', code: jobCode.pending, accessKey: '', createdAt: Date.now() };
    await storage.metadata.commit([
      { type: 'put-job', id: '2001', record: { ...record, force: false, separate: false } },
      { type: 'put-job-item', id: '2001', index: 0, item: { command: 'x', code: 0 } },
    ]);
    await storage.close();
    const emulator = await startWcsEmulator(options);
    const { items } = await new TestClient(emulator).finished('2001');
    expect(items).toMatchObject([{ code: 2, error: expect.stringContaining('fmgr/later') }]);
    await emulator.close();
  });

  test('is forgotten a month after it was over', async () => {
    let now = 1_700_000_000_000;
    const options = { ...dataDirOptions(), clock: () => now };
    const first = await startWcsEmulator(options);
    const { id } = await new TestClient(first).run('delete', `${remove('a')};${remove('b')}`);
    await first.close();
    now += 31 * 86_400_000;
    const second = await startWcsEmulator(options);
    expect(await new TestClient(second).send('GET', `/fmgr/status?persistentId=${id}`)).toMatchObject({
      status: 404,
    });
    await second.close();
  });
});

test('a job that comes while the emulator starts is carried out once', async () => {
  const source = await startReceiver(() => ({ body: 'hello' }));
  const storage = await openStorage(temporaryFolder(), {
    durability: 'fast',
    clock: Date.now,
    buckets: ['b1'],
  });
  const faults = new FaultRegistry([], Math.random);
  const jobs = new JobRunner({
    storage,
    accounts: new Accounts([]),
    faults,
    outbound: new OutboundClient({ faults }),
    programs: { ffprobe: '', ffmpeg: undefined, folder: '' },
    detections: new DetectionResults([]),
    clock: Date.now,
    url: () => '',
    notificationRetryDelays: [],
    maxUnpackedBytes: 0,
  });
  const command = `fetchURL/${b64u(`${source.url}/a`)}/bucket/${b64u('b1')}`;
  const request = { kind: 'fmgr/fetch', accessKey: '', force: true, separate: false };
  const id = await jobs.submit({ ...request, commands: [command, command] });
  await jobs.start();
  await expect.poll(async () => (await jobs.find(id))?.record.code, { timeout: 10_000 }).toBe(jobCode.done);
  expect(source.received).toHaveLength(2);
  await jobs.stop();
  await storage.close();
});

describe('a request for a job is refused', () => {
  const bucket = b64u('b1');
  test.each([
    ['without commands', 'delete', 'fops=', 400],
    ['with only separators', 'delete', 'fops=;;', 400],
    ['without parameters', 'delete', '', 400],
    ['with a field too few', 'delete', `fops=bucket/${bucket}/key`, 400],
    ['without a key', 'delete', `fops=bucket/${bucket}`, 400],
    ['with an empty key', 'delete', `fops=bucket/${bucket}/key/`, 400],
    ['with an unknown field', 'delete', `fops=bucket/${bucket}/name/${b64u('a')}`, 400],
    ['with a field twice', 'delete', `fops=bucket/${bucket}/bucket/${bucket}`, 400],
    ['with what is not Base64', 'delete', `fops=bucket/${bucket}/key/!!!`, 400],
    ['with what is not UTF-8', 'delete', `fops=bucket/${bucket}/key/_w==`, 400],
    ['with a key that climbs', 'delete', `fops=bucket/${bucket}/key/${b64u('a/../../b')}`, 400],
    ['with a key too long', 'delete', `fops=bucket/${bucket}/key/${b64u('x'.repeat(1001))}`, 400],
    ['for a missing bucket', 'delete', `fops=bucket/${b64u('b9')}/key/${b64u('a')}`, 631],
    ["for someone else's bucket", 'delete', `fops=${remove('a', 'theirs')}`, 403],
    [
      "for a copy out of someone else's bucket",
      'copy',
      `fops=resource/${entry('theirs', 'a')}/bucket/${bucket}`,
      403,
    ],
    ['without a source', 'copy', `fops=bucket/${bucket}`, 400],
    ['with a source that is no entry', 'move', `fops=resource/${b64u('b1')}/bucket/${bucket}`, 400],
    ['with a bad second command', 'delete', `fops=${remove('a')};nonsense`, 400],
    ['with a notifyURL that is none', 'delete', `fops=${remove('a')}&notifyURL=${b64u('ftp://x/')}`, 400],
    ['with a notifyURL that is not Base64', 'delete', `fops=${remove('a')}&notifyURL=http://x/`, 400],
    ['with force=2', 'delete', `fops=${remove('a')}&force=2`, 400],
    ['with separate=x', 'delete', `fops=${remove('a')}&separate=x`, 400],
    ['with too long a body', 'delete', `fops=${`${remove('a')};`.repeat(60_000)}`, 413],
    ['for an operation that does not exist', 'explode', `fops=${remove('a')}`, 404],
    ['for a property of all objects', 'constructor', `fops=${remove('a')}`, 404],
  ])('%s', async (_name, operation, body, status) => {
    const { emulator } = await startEmulator({
      buckets: ['theirs'],
      credentials: [{ accessKey: 'ak', secretKey: 'sk', buckets: ['b1'] }],
    });
    const client = new TestClient(emulator);
    await client.upload('a', 'x');
    const answer = await client.manage('POST', `/fmgr/${operation}`, body);
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.text)).toEqual({ code: status, message: expect.stringMatching(/./) });
    expect((await client.list()).items).toHaveLength(1);
  });
});
