import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { etag } from '@curve-wcs/etag';
import { affine, temporaryFolder } from '@curve-wcs/test-support';
import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { type DetectionResult, startWcsEmulator } from '../src/index.js';
import { fakeProgram } from './support/fake-program.js';
import { exifBlock, jpeg, png } from './support/images.js';
import { documentOf, type Received, startReceiver } from './support/receiver.js';
import { startEmulator } from './support/start.js';
import { type JobStatus, TestClient } from './support/test-client.js';
import { b64u, signed } from './support/tokens.js';
import { zipOf } from './support/zip-of.js';

const saveas = (key: string, bucket = 'b1') => `saveas/${b64u(`${bucket}:${key}`)}`;
const hello = etag(Buffer.from('hello'));

/** Asks for processing; the answer as it is. */
async function ask(client: TestClient, key: string, fops: string, rest = '') {
  const body = `bucket=${b64u(client.bucket)}&key=${b64u(key)}&fops=${b64u(fops)}${rest}`;
  return client.manage('POST', '/fops', body);
}

async function status(client: TestClient, id: string): Promise<JobStatus> {
  return JSON.parse((await client.send('GET', `/status/get/prefop?persistentId=${id}`)).text);
}

/** Asks for processing, and waits until it is over. */
async function run(client: TestClient, key: string, fops: string, rest = ''): Promise<JobStatus> {
  const answer = await ask(client, key, fops, rest);
  expect(answer).toMatchObject({ status: 200 });
  const id: string = JSON.parse(answer.text).persistentId;
  await client.finished(id);
  return status(client, id);
}

describe('fops', () => {
  test('tells of everything that a status has', async () => {
    const { emulator, client } = await startEmulator({ clock: () => 1000 });
    await client.upload('a.txt', 'hello');
    expect(await run(client, 'a.txt', saveas('copies/中 b.txt'))).toEqual({
      id: expect.stringMatching(/^2001[0-9a-f]{32}$/),
      code: 3,
      desc: 'fileOperateSucceed',
      separate: 0,
      inputbucket: 'b1',
      inputkey: 'a.txt',
      inputfsize: 5,
      items: [
        {
          cmd: saveas('copies/中 b.txt'),
          code: 3,
          desc: 'fileOperateSucceed',
          error: '',
          hash: hello,
          key: 'copies/中 b.txt',
          fsize: 5,
          url: emulator.downloadUrl('b1', 'copies/中 b.txt'),
          costTime: 0,
          duration: '',
          bit_rate: '',
          resolution: '',
          detail: [],
        },
      ],
    });
    expect((await client.download('copies/中 b.txt')).toString()).toBe('hello');
  });

  test('carries out several commands, also after one that fails', async () => {
    const { client } = await startEmulator({ buckets: ['b1', 'b2'] });
    await client.upload('a', 'hello');
    const job = await run(client, 'a', `md5;imageMogr2/thumbnail/100|${saveas('x')};${saveas('copy', 'b2')}`);
    expect(job).toMatchObject({ code: 3, desc: 'fileOperateFailed' });
    expect(job.items).toMatchObject([
      {
        cmd: 'md5',
        code: 3,
        key: '',
        detail: [{ md5: createHash('md5').update('hello').digest('hex'), fsize: 5 }],
      },
      { code: 2, error: expect.stringContaining('the emulator has no command imageMogr2') },
      { code: 3, key: 'copy', hash: hello },
    ]);
  });

  test('hands on through pipes what a command makes', async () => {
    const { client } = await startEmulator();
    await client.upload('a', 'hello');
    const job = await run(client, 'a', `hash|md5|${saveas('told.json')}`);
    const told = JSON.stringify({ hash: hello, fsize: 5 });
    const md5 = createHash('md5').update(told).digest('hex');
    expect(job.items).toMatchObject([{ code: 3, key: 'told.json', detail: [{ md5, fsize: told.length }] }]);
    expect(JSON.parse((await client.download('told.json')).toString())).toEqual({ md5, fsize: told.length });
    expect(JSON.parse((await client.stat('told.json')).text)).toMatchObject({ mimeType: 'application/json' });
  });

  test('describes images', async () => {
    const { client } = await startEmulator();
    await client.upload('i', jpeg(30, 20, { exif: exifBlock([[0x10f, 'text', 'Curve']]) }));
    const job = await run(client, 'i', 'imageInfo;exif');
    expect(job.items).toMatchObject([
      { code: 3, detail: [{ format: 'jpeg', width: 30, height: 20 }] },
      { code: 3, detail: [{ Make: 'Curve' }] },
    ]);
    await client.upload('none', png(1, 1));
    expect((await run(client, 'none', 'exif')).items).toMatchObject([
      { code: 2, error: 'the object has no Exif data' },
    ]);
  });

  test('makes again what exists only where it is forced to', async () => {
    const { client } = await startEmulator();
    await client.upload('a', 'new');
    await client.upload('there', 'old');
    expect((await run(client, 'a', saveas('there'))).items).toMatchObject([
      { code: 3, key: 'there', hash: etag(Buffer.from('old')) },
    ]);
    expect((await client.download('there')).toString()).toBe('old');
    expect((await run(client, 'a', `nonsense|${saveas('there')}`)).items).toMatchObject([{ code: 3 }]);
    await run(client, 'a', saveas('there'), '&force=1');
    expect((await client.download('there')).toString()).toBe('new');
  });

  test('fails when its object is gone before it begins', async () => {
    const { client, emulator } = await startEmulator();
    await client.upload('a', 'x');
    const commands = Array.from({ length: 300 }, (_, index) => saveas(`c${index}`)).join(';');
    const answer = await ask(client, 'a', `${commands};md5`);
    await client.delete('a');
    const job = await client.finished(JSON.parse(answer.text).persistentId);
    expect(job.items.at(-1)).toMatchObject({ code: 2, error: 'no such object: a' });
    expect(emulator.requests.length).toBeGreaterThan(0);
  });

  test.each([
    ['without commands', 'a', '', '', 400],
    ['without an object', 'none', 'md5', '', 404],
    ['with a key that is none', '/a', 'md5', '', 400],
    ['with an empty stage', 'a', 'md5||hash', '', 400],
    ['with saveas in the middle', 'a', `${saveas('x')}|md5`, '', 400],
    ['with saveas of nothing', 'a', 'md5|saveas/', '', 400],
    ['with saveas of what is not Base64', 'a', 'md5|saveas/!!', '', 400],
    ['with saveas of no key', 'a', `md5|saveas/${b64u('b1')}`, '', 400],
    ['with saveas into a bucket that does not exist', 'a', saveas('x', 'b9'), '', 631],
    ['with saveas into the bucket of another', 'a', saveas('x', 'theirs'), '', 403],
    ['with a notifyURL that is none', 'a', 'md5', `&notifyURL=${b64u('nonsense')}`, 400],
    ['with force that is neither', 'a', 'md5', '&force=2', 400],
  ])('%s is refused at once', async (_name, key, fops, rest, code) => {
    const { emulator } = await startEmulator({
      buckets: ['theirs'],
      credentials: [{ accessKey: 'ak', secretKey: 'sk', buckets: ['b1'] }],
    });
    const client = new TestClient(emulator);
    await client.upload('a', 'x');
    const answer = await ask(client, key, fops, rest);
    expect(answer).toMatchObject({ status: code });
    expect(JSON.parse(answer.text)).toEqual({ code, message: expect.any(String) });
  });

  test('is asked about by an id that exists', async () => {
    const { client } = await startEmulator();
    expect(await client.send('GET', '/status/get/prefop?persistentId=2001ff')).toMatchObject({ status: 404 });
    expect(await client.send('GET', '/status/get/prefop')).toMatchObject({ status: 400 });
  });
});

describe('decompression', () => {
  const inside = { 'a.txt': 'first', 'sub/中.txt': 'second' };
  const files = { ...inside, '../../up': 'third' };
  const tar = async () =>
    Buffer.from(
      await packTar(
        Object.entries(files).map(([name, body]) => ({
          header: { name, size: Buffer.byteLength(body) },
          body,
        })),
      ),
    );

  test.each([
    ['zip', () => zipOf({ ...inside, up: 'third' })],
    ['tar', tar],
    ['tar.gz', async () => gzipSync(await tar())],
  ])('unpacks %s into a folder, and lists what it stored', async (format, pack) => {
    const { client } = await startEmulator();
    await client.upload('arch', await pack());
    const job = await run(
      client,
      'arch',
      `decompression/${format}/dir/${b64u('out/')}|${saveas('list.txt')}`,
    );
    expect(job.items).toMatchObject([{ code: 3, key: 'list.txt' }]);
    const lines = (await client.download('list.txt')).toString().trim().split('\n');
    expect(lines.map(line => JSON.parse(line))).toEqual([
      { key: 'out/a.txt', hash: etag(Buffer.from('first')), fsize: 5 },
      { key: 'out/sub/中.txt', hash: etag(Buffer.from('second')), fsize: 6 },
      { key: 'out/up', hash: etag(Buffer.from('third')), fsize: 5 },
    ]);
    expect((await client.download('out/sub/中.txt')).toString()).toBe('second');
    expect(JSON.parse((await client.stat('out/a.txt')).text)).toMatchObject({ mimeType: 'text/plain' });
  });

  test('of a single file goes beside the archive, and the list is named after it', async () => {
    const { client } = await startEmulator();
    await client.upload('dir/data.bin.gz', gzipSync(affine(5_000_000)));
    expect((await run(client, 'dir/data.bin.gz', 'decompression/gzip')).items).toMatchObject([
      { code: 3, key: 'dir/data.bin.gz.list' },
    ]);
    expect(etag(await client.download('data.bin'))).toBe(etag(affine(5_000_000)));
  });

  test.each([
    ['another format', 'decompression/rar', 'hello', /rar is none of the formats/],
    ['no format', 'decompression', 'hello', /none of the formats/],
    ['an unknown parameter', `decompression/zip/folder/${b64u('x')}`, 'hello', /is none of dir/],
    ['no archive', 'decompression/zip', 'hello', /zip/],
    ['half an archive', 'decompression/gzip', gzipSync(affine(100_000)).subarray(0, 500), /cannot be read/],
  ])('of %s fails', async (_name, command, content, error) => {
    const { client } = await startEmulator();
    await client.upload('a.gz', content);
    expect((await run(client, 'a.gz', command)).items).toMatchObject([
      { code: 2, error: expect.stringMatching(error) },
    ]);
  });

  test('does not let an archive replace itself', async () => {
    const { client } = await startEmulator();
    await client.upload('a.txt', await zipOf({ 'a.txt': 'x' }));
    expect((await run(client, 'a.txt', 'decompression/zip')).items).toMatchObject([
      { code: 2, error: expect.stringContaining('replace itself') },
    ]);
  });
});

describe('a conversion', () => {
  /** Copies its input behind its arguments, in the way of ffmpeg: what it does with them is not its concern. */
  const convert = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const input = args[args.indexOf('-i') + 1];
    const options = args.slice(args.indexOf('-i') + 2, -1);
    writeFileSync(args.at(-1), options.join(' ') + '\\n' + readFileSync(input));`;
  const probe = `console.log(JSON.stringify({ streams: [{ width: 64, height: 48 }], format: { duration: '1.5', bit_rate: '800' } }));`;

  test('is done by the program that is configured', async () => {
    const { client } = await startEmulator({ ffmpeg: fakeProgram(convert), ffprobe: fakeProgram(probe) });
    await client.upload('v.mp4', 'moving');
    const job = await run(
      client,
      'v.mp4',
      `avthumb/flv/vb/64k/s/320x240|${saveas('v.flv')};vframe/jpg/offset/1.5/w/100|${saveas('v.jpg')}`,
    );
    expect(job.items).toMatchObject([
      { code: 3, key: 'v.flv', duration: 1.5, bit_rate: '800', resolution: '64x48' },
      { code: 3, key: 'v.jpg' },
    ]);
    expect((await client.download('v.flv')).toString()).toBe('-b:v 64k -s 320x240\nmoving');
    expect((await client.download('v.jpg')).toString()).toBe('-ss 1.5 -vf scale=100:-2 -frames:v 1\nmoving');
    expect(JSON.parse((await client.stat('v.jpg')).text)).toMatchObject({ mimeType: 'image/jpeg' });
  });

  test('is stored under its hash when nobody names it, and needs no ffprobe', async () => {
    const { client } = await startEmulator({ ffmpeg: fakeProgram(convert), ffprobe: '/nonexistent' });
    await client.upload('v.mp4', 'moving');
    const made = Buffer.from('\nmoving');
    expect((await run(client, 'v.mp4', 'avthumb/flv')).items).toMatchObject([
      { code: 3, key: etag(made), hash: etag(made), duration: '' },
    ]);
  });

  test.each([
    ['without a program', undefined, 'avthumb/flv', /no ffmpeg is configured/],
    [
      'with a program that fails',
      'console.error("Unknown encoder"); process.exit(1);',
      'avthumb/flv',
      /Unknown encoder/,
    ],
    ['with a program that makes nothing', '', 'avthumb/flv', /ENOENT/],
    ['to a format that is a path', '', `avthumb/..`, /not a format/],
    ['with a parameter that nobody knows', '', 'avthumb/flv/evil/1', /is none of ab, vb/],
    ['with a value that is an argument', '', 'avthumb/flv/vcodec/-y', /vcodec cannot be -y/],
    ['with half a parameter', '', 'vframe/jpg/offset', /name\/value pairs/],
  ])('%s fails', async (_name, source, command, error) => {
    const ffmpeg = source === undefined ? {} : { ffmpeg: fakeProgram(source) };
    const { client } = await startEmulator(ffmpeg);
    await client.upload('v', 'x');
    expect((await run(client, 'v', command)).items).toMatchObject([
      { code: 2, error: expect.stringMatching(error) },
    ]);
  });

  test('ends with the emulator, and is done after the next start', async () => {
    const options = { dataDir: temporaryFolder(), buckets: ['b1'], durability: 'fast' } as const;
    const endless = fakeProgram('setInterval(() => {}, 1000);');
    const first = await startWcsEmulator({ ...options, ffmpeg: endless });
    const before = new TestClient(first);
    await before.upload('v', 'x');
    const id: string = JSON.parse((await ask(before, 'v', `avthumb/flv|${saveas('w')}`)).text).persistentId;
    await expect.poll(async () => (await before.jobStatus(id)).items[0]?.code).toBe(1);
    await first.close();
    const second = await startWcsEmulator({ ...options, ffmpeg: fakeProgram(convert) });
    expect((await new TestClient(second).finished(id)).items).toMatchObject([{ code: 3, key: 'w' }]);
    await second.close();
  });
});

describe('a notification', () => {
  const authorization = (keys: { accessKey: string; secretKey: string }, url: string, { body }: Received) =>
    signed(keys, `${url}\n${b64u(body)}`);

  test('tells of all commands at once, signed', async () => {
    const { emulator, client } = await startEmulator();
    const receiver = await startReceiver();
    await client.upload('a', 'hello');
    const url = `${receiver.url}/done?job=1`;
    const { id } = await run(client, 'a', `md5;nonsense`, `&notifyURL=${b64u(url)}`);
    await client.finished(id, { notified: true });
    expect(await status(client, id)).toMatchObject({ code: 6, desc: 'notifySucceed' });
    expect(receiver.received).toHaveLength(1);
    const [request] = receiver.received as [Received];
    expect(request).toMatchObject({ method: 'POST', target: '/done?job=1' });
    expect(request.headers).toMatchObject({
      'content-type': 'text/plain',
      authorization: authorization(emulator, url, request),
    });
    expect(documentOf(request)).toMatchObject({
      id,
      code: 3,
      desc: 'fileOperateFailed',
      inputkey: 'a',
      items: [
        { cmd: 'md5', code: 3 },
        { cmd: 'nonsense', code: 2 },
      ],
    });
  });

  test('tells of each command where that is asked for', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver();
    await client.upload('a', 'hello');
    const { id } = await run(client, 'a', `md5;hash`, `&notifyURL=${b64u(receiver.url)}&separate=1`);
    await client.finished(id, { notified: true });
    const documents = receiver.received.map(documentOf) as { items: { cmd: string }[] }[];
    expect(documents.map(({ items }) => items.map(({ cmd }) => cmd)).sort()).toEqual([['hash'], ['md5']]);
  });
});

describe('the persistentOps of an upload', () => {
  test.each(['form', 'blocks'])('are done after an upload by %s, which tells their id', async way => {
    const { client } = await startEmulator();
    const receiver = await startReceiver();
    const policy = {
      scope: 'b1:a',
      persistentOps: `md5;${saveas('copy')}`,
      persistentNotifyUrl: receiver.url,
      returnBody: 'id=$(persistentId)',
      separate: '1',
    };
    const answer =
      way === 'form'
        ? await client.upload('a', 'hello', { policy })
        : await client.makeFile('5', await client.makeBlocks(Buffer.from('hello')), { policy });
    expect(answer).toMatchObject({ status: 200 });
    const id =
      way === 'form'
        ? Buffer.from(answer.text, 'base64url').toString().slice(3)
        : (JSON.parse(answer.text).id as string);
    await client.finished(id, { notified: true });
    expect(await status(client, id)).toMatchObject({
      code: 6,
      separate: 1,
      inputkey: 'a',
      inputfsize: 5,
      items: [{ code: 3 }, { code: 3, key: 'copy' }],
    });
    expect(receiver.received).toHaveLength(2);
  });

  test('have an id for the callback too', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver(() => ({ body: '{}' }));
    const policy = { callbackUrl: receiver.url, callbackBody: 'id=$(persistentId)', persistentOps: 'md5' };
    await client.upload('a', 'hello', { policy });
    const id = receiver.received[0]?.body.toString().slice(3) ?? '';
    expect((await client.finished(id)).items).toMatchObject([{ cmd: 'md5', code: 3 }]);
  });

  test.each([
    ['cannot be understood', 'md5||', 400],
    ['save into the bucket of another', saveas('x', 'theirs'), 403],
    ['save into a bucket that does not exist', saveas('x', 'b9'), 631],
  ])('that %s are refused before anything is stored', async (_name, persistentOps, code) => {
    const { emulator } = await startEmulator({
      buckets: ['theirs'],
      credentials: [{ accessKey: 'ak', secretKey: 'sk', buckets: ['b1'] }],
    });
    const client = new TestClient(emulator);
    expect(await client.upload('a', 'x', { policy: { persistentOps } })).toMatchObject({ status: code });
    expect(await client.stat('a')).toMatchObject({ status: 404 });
  });
});

describe('the contentDetect of an upload', () => {
  const result: DetectionResult = { image: 'b1:中.jpg', type: 'porn', label: 1, rate: 0.75, review: true };

  test('notifies of the result that was loaded, signed in its own way', async () => {
    const { emulator, client } = await startEmulator({ detections: [result] });
    const receiver = await startReceiver();
    const policy = {
      contentDetect: 'imagePorn;imageTerror;videoPorn',
      detectNotifyURL: `${receiver.url}/detected?a=b`,
      detectNotifyRule: 'all',
    };
    await client.upload('中.jpg', 'x', { policy });
    await expect.poll(() => receiver.received).toHaveLength(3);
    const documents = receiver.received.map(documentOf) as { cmd: string }[];
    const url = emulator.downloadUrl('b1', '中.jpg');
    const detectId = expect.stringMatching(/^2001/);
    expect(documents.sort((one, other) => one.cmd.localeCompare(other.cmd))).toEqual([
      {
        detectId,
        cmd: 'imagePorn',
        bucket: 'b1',
        isZip: 0,
        pornDetect: {
          code: 200,
          message: 'OK',
          fileList: [{ key: '中.jpg', url, label: 1, rate: 0.75, review: true, error: '' }],
        },
      },
      {
        detectId,
        cmd: 'imageTerror',
        bucket: 'b1',
        isZip: 0,
        terrorDetect: {
          code: 200,
          message: 'OK',
          fileList: [{ key: '中.jpg', url, error: 'no terror result is loaded for this image' }],
        },
      },
      {
        detectId,
        cmd: 'videoPorn',
        bucket: 'b1',
        isZip: 0,
        error: expect.stringContaining('no detection videoPorn'),
      },
    ]);
    for (const request of receiver.received) {
      expect(request.target).toBe('/detected?a=b&message_type=ws_contentDetect_image');
      expect(request.headers.authorization).toBe(
        signed(emulator, `${receiver.url}/detected\n${request.body.toString()}`),
      );
    }
  });

  test('of nothing does nothing', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver();
    const policy = { contentDetect: ' ; ', detectNotifyURL: receiver.url };
    expect(await client.upload('a', 'x', { policy })).toMatchObject({ status: 200 });
    const jobs = await client.send('GET', '/-/control/jobs');
    expect(JSON.parse(jobs.text)).toMatchObject({ jobs: [] });
  });

  test('without anybody to tell does nothing', async () => {
    const { emulator, client } = await startEmulator({ detections: [result] });
    await client.upload('a', 'x', { policy: { contentDetect: 'imagePorn' } });
    expect(emulator.requests).toHaveLength(1);
  });
});
