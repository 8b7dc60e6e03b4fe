import { createHash } from 'node:crypto';
import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  type ExecuteOptions,
  type FopsCommand,
  fop,
  JobError,
  parseNotification,
  WcsClient,
} from '../src/index.js';
import { emulated } from './support/emulated.js';
import { HOSTILE_KEYS } from './support/keys.js';
import { rawServer } from './support/raw-server.js';

const decode = (text: string) => Buffer.from(urlSafeBase64Decode(text)).toString();

/** What is posted, decoded as wcs-api §2.8 says. */
async function posted(options: Partial<ExecuteOptions>): Promise<Record<string, string>> {
  const { url, seen } = await rawServer((_, response) => response.end('{"persistentId":"j"}'));
  await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
  await wcs.fops.execute({ bucket: 'photos', key: 'k', fops: 'x/1', ...options });
  const pairs = (seen[0]?.body.toString() ?? '').split('&').map(pair => {
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    return [name, name === 'force' || name === 'separate' ? value : decode(value)];
  });
  return Object.fromEntries(pairs);
}

describe('commands', () => {
  it.each<[FopsCommand, string]>([
    [fop.vframe({ format: 'jpg', offset: 1 }), 'vframe/jpg/offset/1'],
    [fop.vframe({ format: 'jpg', offset: 0 }), 'vframe/jpg/offset/0'],
    [
      fop.vframe({ format: 'png', offset: [0, 1.5, 60], width: 1920, height: 1080, zip: true }),
      'vframe/png/offsets/0:1.5:60/w/1920/h/1080/isZip/1',
    ],
    [
      fop.vframe({ format: 'jpg', interval: 10, sprite: '4x5', mode: 1, autofill: false, rotate: 'auto' }),
      'vframe/jpg/interval/10/sprite/4x5/mode/1/autofill/0/rotate/auto',
    ],
    [
      fop.vframe({ format: 'gif', duration: 3, count: 2, parameters: { later: 'x' } }),
      'vframe/gif/vframeN/2/t/3/later/x',
    ],
    [
      fop.avthumb({ format: 'flv', audioBitRate: '64k', videoBitRate: '128k' }).saveas('bucket:key'),
      'avthumb/flv/ab/64k/vb/128k|saveas/YnVja2V0OmtleQ==',
    ],
    [
      fop.avthumb({
        format: 'mp4',
        audioQuality: 3,
        samplingRate: 44100,
        audioCodec: 'copy',
        frameRate: 25,
        videoCodec: 'libx264',
        resolution: '1280x720',
        autoscale: true,
        subtitle: 'photos:a.srt',
        start: 1.5,
        duration: 10,
        rotate: 90,
        withoutAudio: true,
        withoutVideo: false,
        moovToFront: true,
        parameters: { preset: 'fast', ac: 2 },
      }),
      'avthumb/mp4/aq/3/ar/44100/acodec/copy/r/25/vcodec/libx264/s/1280x720/autoscale/1/subtitle/cGhvdG9zOmEuc3J0/ss/1.5/t/10/rotate/90/an/1/vn/0/moovToFront/1/preset/fast/ac/2',
    ],
    [
      fop.avconcat({ format: 'mp4', mode: 2, order: [2, 1], moovToFront: true, keys: ['a.mp4', 'b.mp4'] }),
      'avconcat/mp4/mode/2/concatorder/2-1/moovToFront/1/YS5tcDQ=/Yi5tcDQ=',
    ],
    [fop.imageView({ mode: 1, width: 100 }), 'imageView/1/w/100'],
    [fop.imageView({ mode: 3, height: 5, parameters: { q: 75 } }), 'imageView/3/h/5/q/75'],
    [fop.imageMogr2({ autoOrient: true }), 'imageMogr2/auto-orient'],
    [
      fop.imageMogr2({
        autoOrient: true,
        thumbnail: '!50p',
        gravity: 'Center',
        crop: '!300x200a10a10',
        quality: 90,
        rotate: 90,
        format: 'jpg',
      }),
      'imageMogr2/auto-orient/thumbnail/!50p/gravity/Center/crop/!300x200a10a10/quality/90/rotate/90/format/jpg',
    ],
    [fop.imageMogr2({ rotate: 1, autoOrient: false }), 'imageMogr2/rotate/1'],
    [fop.decompression({ format: 'zip' }), 'decompression/zip'],
    [
      fop
        .decompression({ format: 'zip', directory: 'out/' })
        .saveas({ bucket: 'bucket-two', key: 'list.txt' }),
      'decompression/zip/dir/b3V0Lw==|saveas/YnVja2V0LXR3bzpsaXN0LnR4dA==',
    ],
    [
      fop
        .vframe({ format: 'jpg', offset: 1 })
        .pipe(fop.imageView({ mode: 2, width: 9 }))
        .pipe('x/y'),
      'vframe/jpg/offset/1|imageView/2/w/9|x/y',
    ],
    [fop.raw('anything/at;all|else'), 'anything/at;all|else'],
  ])('%s', (command, text) => expect(String(command)).toBe(text));

  it('stay as they are', () => {
    const command = fop.vframe({ format: 'jpg', offset: 1 });
    command.saveas('photos:a');
    command.pipe('x');
    expect(String(command)).toBe('vframe/jpg/offset/1');
  });

  it.each<[() => unknown, string]>([
    [() => fop.vframe({ format: '' }), 'vframe'],
    [() => fop.vframe({ format: 'jpg/x' }), 'slash'],
    [() => fop.vframe({ format: 'jpg', width: 1921 }), 'width'],
    [() => fop.vframe({ format: 'jpg', height: 0 }), 'height'],
    [() => fop.vframe({ format: 'jpg', offset: [] }), 'ascending'],
    [() => fop.vframe({ format: 'jpg', offset: [2, 1] }), 'ascending'],
    [() => fop.vframe({ format: 'jpg', offset: Number.NaN }), 'offset'],
    [() => fop.vframe({ format: 'jpg', parameters: { 'a/b': 1 } }), 'name of a parameter'],
    [() => fop.vframe({ format: 'jpg', parameters: { a: 'x|saveas' } }), 'a must be'],
    [() => fop.avthumb({ format: 'mp4', videoBitRate: '1m;x' }), 'vb'],
    [() => fop.avthumb({ format: 'mp4', subtitle: 'photos' }), 'key of subtitle'],
    [() => fop.avconcat({ format: 'mp4', keys: [] }), 'keys'],
    [() => fop.avconcat({ format: 'mp4', keys: ['/a'] }), 'keys[0]'],
    [() => fop.imageView({ mode: 4 as 1 }), 'mode'],
    [() => fop.imageMogr2({}), 'imageMogr2'],
    [() => fop.imageMogr2({ quality: 101 }), 'quality'],
    [() => fop.imageMogr2({ rotate: 0 }), 'rotate'],
    [() => fop.decompression({ format: 'zip', directory: '/x' }), 'directory'],
    [() => fop.vframe({ format: 'jpg' }).saveas('photos'), 'key of target'],
    [() => fop.vframe({ format: 'jpg' }).pipe(''), 'next'],
    [() => fop.raw(''), 'command'],
  ])('%s is refused', (build, words) => {
    expect(build).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
  });

  property.prop([fc.constantFrom(...HOSTILE_KEYS), fc.constantFrom(...HOSTILE_KEYS)])(
    'cannot be ended by a key',
    (one, other) => {
      const command = String(
        fop.avconcat({ format: 'mp4', keys: [one, other] }).saveas({ bucket: 'photos', key: one }),
      );
      const [concat = '', saveas = '', ...rest] = command.split('|');
      expect(rest).toEqual([]);
      expect(concat.split('/').slice(2).map(decode)).toEqual([one, other]);
      expect(decode(saveas.split('/')[1] ?? '')).toBe(`photos:${one}`);
    },
  );
});

describe('execute', () => {
  it.each(HOSTILE_KEYS)('names the object %j', async key => {
    expect(await posted({ key })).toEqual({ bucket: 'photos', key, fops: 'x/1', notifyURL: '' });
  });

  it('takes one command or several, built or as texts', async () => {
    const vframe = fop.vframe({ format: 'jpg', offset: 1 });
    expect((await posted({ fops: vframe }))['fops']).toBe('vframe/jpg/offset/1');
    expect((await posted({ fops: [vframe, 'a/1;b/2', fop.raw('c/3|saveas/eA==')] }))['fops']).toBe(
      'vframe/jpg/offset/1;a/1;b/2;c/3|saveas/eA==',
    );
  });

  it('sends what the job is to do besides', async () => {
    expect(await posted({ notifyUrl: new URL('http://x/?a=b'), force: true, separate: true })).toMatchObject({
      notifyURL: 'http://x/?a=b',
      force: '1',
      separate: '1',
    });
    expect(await posted({ force: false, separate: false })).not.toHaveProperty('force');
  });
});

describe('jobs of the emulator', () => {
  const zipped = async (wcs: WcsClient, keys: readonly string[]) => {
    for (const key of keys)
      await wcs.upload({ bucket: 'photos', key: `in/${key}`, source: Buffer.from(`of ${key}`) });
    const job = await wcs.fmgr.compress([{ bucket: 'photos', keys: ['in/'], saveAs: 'photos:a.zip' }]);
    await job.wait({ interval: 5 });
  };

  it('unpack what was packed, and store the list of it', async () => {
    const { wcs } = await emulated();
    const keys = ['1.txt', 'sub/2.txt', '中 文&.txt'];
    await zipped(wcs, keys);
    const job = await wcs.fops.execute({
      bucket: 'photos',
      key: 'a.zip',
      fops: fop.decompression({ format: 'zip', directory: 'out/' }).saveas('backup:list of it'),
    });
    const { items, inputBucket, inputKey } = await job.wait({ interval: 5 });
    expect({ inputBucket, inputKey }).toEqual({ inputBucket: 'photos', inputKey: 'a.zip' });
    expect(items).toMatchObject([
      { state: 'succeeded', command: expect.stringContaining('decompression/zip') },
    ]);
    for (const key of keys) {
      const { data } = await wcs.download({ bucket: 'photos', key: `out/in/${key}` });
      expect(data.toString()).toBe(`of ${key}`);
    }
    const { data: list } = await wcs.download({ bucket: 'backup', key: 'list of it' });
    expect(list.toString().trim().split('\n')).toHaveLength(keys.length);
  });

  it.each(HOSTILE_KEYS)('process %j, and store what comes of it there too', async key => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key, source: Buffer.from('content') });
    const job = await wcs.fops.execute({
      bucket: 'photos',
      key,
      fops: fop.raw('md5').saveas({ bucket: 'backup', key }),
      separate: true,
    });
    const { items } = await job.wait({ interval: 5 });
    expect(items).toMatchObject([
      { state: 'succeeded', key: expect.stringContaining(key), detail: expect.anything() },
    ]);
    expect((await wcs.download({ bucket: 'backup', key })).data.toString()).toContain(
      createHash('md5').update('content').digest('hex'),
    );
  });

  it('fail with the commands that failed, and do the others', async () => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('content') });
    const job = await wcs.fops.execute({
      bucket: 'photos',
      key: 'k',
      fops: [fop.raw('hash').saveas('backup:hash'), fop.raw('no/such/command'), 'md5'],
    });
    const error = await job.wait({ interval: 5 }).catch(reason => reason);
    expect(error).toBeInstanceOf(JobError);
    expect(error.failedItems).toMatchObject([
      { command: expect.stringContaining('no/such'), state: 'failed' },
    ]);
    expect(error.job.items).toHaveLength(3);
    expect(await wcs.exists({ bucket: 'backup', key: 'hash' })).toBe(true);
  });

  it('tell whoever wants to know, of all commands or of each', async () => {
    const { wcs } = await emulated();
    const told: unknown[] = [];
    const { url } = await rawServer(({ body }, response) => {
      told.push(parseNotification(body));
      response.end();
    });
    await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('content') });
    const notified = async (separate: boolean) => {
      const job = await wcs.fops.execute({
        bucket: 'photos',
        key: 'k',
        fops: ['md5', 'hash'],
        notifyUrl: `${url}/?a=b`,
        separate,
      });
      for (let state = ''; state !== 'notified'; ) ({ state } = await job.status());
      expect(told).toEqual(Array(told.length).fill(expect.objectContaining({ id: job.id })));
      return told.splice(0);
    };
    expect(await notified(false)).toMatchObject([
      { items: [{ state: 'succeeded' }, { state: 'succeeded' }] },
    ]);
    expect(await notified(true)).toHaveLength(2);
  });

  it('that are unknown, and objects that are not there, are errors', async () => {
    const { wcs } = await emulated();
    await expect(wcs.fops.job('unknown').wait()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(wcs.fops.execute({ bucket: 'photos', key: 'nothing', fops: 'md5' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      operation: 'fops',
    });
  });
});
