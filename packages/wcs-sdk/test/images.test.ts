import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { imageMogr2Url, imageView2Url, WcsClient, watermarkUrl } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { HOSTILE_KEYS } from './support/keys.js';
import { rawServer } from './support/raw-server.js';

const IMAGE = 'http://img.example.com/a.jpg';
const decode = (text: string | null) => Buffer.from(urlSafeBase64Decode(text ?? '')).toString();

/** A client whose download domain answers so. */
async function answered(answer: string) {
  const { url, seen } = await rawServer((_, response) => response.end(answer));
  const wcs = new WcsClient({
    accessKey: 'ak',
    secretKey: 'sk',
    managementUrl: url,
    downloadUrl: `${url}/{bucket}`,
  });
  return { wcs, seen, url };
}

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('imageInfo', () => {
  it.each(HOSTILE_KEYS)('of %j comes from the service', async key => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key, source: PIXEL });
    expect(await wcs.images.imageInfo({ bucket: 'photos', key })).toMatchObject({
      format: 'png',
      width: 1,
      height: 1,
      size: PIXEL.length,
      requestId: expect.any(String),
    });
  });

  it('gives numbers as numbers', async () => {
    const members = { message: 'OK', format: 'jpeg', size: '100', width: '3', height: 4, colorModel: 'RGB' };
    const { wcs } = await answered(JSON.stringify(members));
    expect(await wcs.images.imageInfo({ bucket: 'photos', key: 'k' })).toEqual({
      format: 'jpeg',
      size: 100,
      width: 3,
      height: 4,
      colorModel: 'RGB',
      raw: members,
    });
  });

  it('of what is no image, or is not there, is an error', async () => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'a.txt', source: Buffer.from('text') });
    await expect(wcs.images.imageInfo({ bucket: 'photos', key: 'a.txt' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      operation: 'imageInfo',
    });
    await expect(wcs.images.exif({ bucket: 'photos', key: 'nothing' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('of an address with a query of its own adds to it, and keeps it out of errors', async () => {
    const { url, seen } = await rawServer((_, response) => response.writeHead(403).end());
    await using wcs = new WcsClient();
    const error = await wcs.images.exif({ url: `${url}/a.jpg?token=secret#part` }).catch(reason => reason);
    expect(seen[0]?.url).toBe('/a.jpg?token=secret&op=exif');
    expect(error).toMatchObject({ code: 'FORBIDDEN' });
    expect(error.message).not.toContain('secret');
  });
});

it('exif gives the tags as the service writes them', async () => {
  const { wcs, seen } = await answered('{"Model":"X100","ISOSpeedRatings":"200"}');
  expect(await wcs.images.exif({ bucket: 'photos', key: 'a b.jpg' })).toMatchObject({
    tags: { Model: 'X100', ISOSpeedRatings: '200' },
  });
  expect(seen[0]?.url).toBe('/photos/a%20b.jpg?op=exif');
});

describe('addresses of images', () => {
  it.each([
    [imageView2Url(IMAGE, { mode: 2, width: 200 }), '?op=imageView2&mode=2&width=200'],
    [
      imageView2Url(IMAGE, { mode: 1, width: 200, height: 100, quality: 85, format: 'png' }),
      '?op=imageView2&mode=1&width=200&height=100&quality=85&format=png',
    ],
    [imageMogr2Url(IMAGE, { thumbnail: '!10p' }), '?op=imageMogr2&thumbnail=!10p'],
    [
      imageMogr2Url(IMAGE, {
        autoOrient: true,
        thumbnail: '300x200>',
        gravity: 'Center',
        crop: '!300x200a10a10',
        quality: 90,
        rotate: 360,
        format: 'jpg',
      }),
      '?op=imageMogr2&auto-orient=true&thumbnail=300x200%3E&gravity=Center&crop=!300x200a10a10&quality=90&rotate=360&format=jpg',
    ],
    [
      watermarkUrl(IMAGE, { image: 'http://x/logo.png', dissolve: 50, gravity: 'TOP_LEFT', dx: 0, dy: 5 }),
      '?op=watermark&mode=1&dissolve=50&gravity=TOP_LEFT&dx=0&dy=5&image=aHR0cDovL3gvbG9nby5wbmc%3D',
    ],
    [
      watermarkUrl(IMAGE, { text: '版权', font: '宋体', fontSize: 40, fill: '#FF0000' }),
      '?op=watermark&mode=2&text=54mI5p2D&font=5a6L5L2T&fontsize=40&fill=I0ZGMDAwMA%3D%3D',
    ],
    [imageView2Url(`${IMAGE}?e=1&token=t`, { mode: 3 }), '?e=1&token=t&op=imageView2&mode=3'],
  ])('%s', (url, query) => expect(url).toBe(`${IMAGE}${query}`));

  it('are made from bucket and key as well', async () => {
    const { wcs, url } = await answered('{}');
    const source = { bucket: 'photos', key: 'dir/ü ?.jpg' };
    const base = `${url}/photos/dir/%C3%BC%20%3F.jpg`;
    expect(wcs.images.imageView2Url({ ...source, mode: 1 })).toBe(`${base}?op=imageView2&mode=1`);
    expect(wcs.images.imageMogr2Url({ ...source, rotate: 90 })).toBe(`${base}?op=imageMogr2&rotate=90`);
    expect(wcs.images.watermarkUrl({ ...source, text: 'x' })).toBe(
      `${base}?op=watermark&mode=2&text=eA%3D%3D`,
    );
  });

  property.prop([fc.string({ unit: 'grapheme', minLength: 1 }), fc.webUrl({ withQueryParameters: true })])(
    'hold texts and addresses that come out as they went in',
    (text, image) => {
      const words = new URL(watermarkUrl(IMAGE, { text, font: text, fill: text })).searchParams;
      expect([words.get('text'), words.get('font'), words.get('fill')].map(decode)).toEqual([
        text,
        text,
        text,
      ]);
      expect(decode(new URL(watermarkUrl(IMAGE, { image })).searchParams.get('image'))).toBe(image);
      const mogr = new URL(imageMogr2Url(IMAGE, { thumbnail: text, crop: text })).searchParams;
      expect([mogr.get('thumbnail'), mogr.get('crop')]).toEqual([text, text]);
    },
  );

  it.each<[() => unknown, string]>([
    [() => imageView2Url(IMAGE, { mode: 0 as 1 }), 'mode'],
    [() => imageView2Url(IMAGE, { mode: 1, width: 0 }), 'width'],
    [() => imageView2Url(IMAGE, { mode: 1, height: 1.5 }), 'height'],
    [() => imageView2Url(IMAGE, { mode: 1, quality: 101 }), 'quality'],
    [() => imageView2Url(IMAGE, { mode: 1, format: '' }), 'format'],
    [() => imageView2Url('ftp://x/a.jpg', { mode: 1 }), 'url'],
    [() => imageMogr2Url(IMAGE, {}), 'at least one option'],
    [() => imageMogr2Url(IMAGE, { autoOrient: false }), 'at least one option'],
    [() => imageMogr2Url(IMAGE, { rotate: 361 }), 'rotate'],
    [() => watermarkUrl(IMAGE, {} as never), 'image or text'],
    [() => watermarkUrl(IMAGE, { image: 'http://x/', text: 'x' } as never), 'image or text'],
    [() => watermarkUrl(IMAGE, { image: 'logo.png' }), 'image'],
    [() => watermarkUrl(IMAGE, { text: 'x', gravity: 'NorthWest' as 'CENTER' }), 'gravity'],
    [() => watermarkUrl(IMAGE, { text: 'x', dissolve: 0 }), 'dissolve'],
    [() => watermarkUrl(IMAGE, { text: '\ud800' }), 'text'],
    [() => new WcsClient().images.imageView2Url({ bucket: 'b', key: 'k', mode: 1 }), 'downloadUrl'],
    [
      () => new WcsClient({ downloadUrl: 'x' }).images.imageView2Url({ bucket: 'b', key: '/', mode: 1 }),
      'key',
    ],
  ])('%s is refused', (build, words) => {
    expect(build).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
  });
});

describe('detect', () => {
  it('tells what the service found', async () => {
    const { emulator, wcs } = await emulated();
    emulator.detections.add({ image: IMAGE, type: 'porn', label: 1, rate: 0.9, review: true });
    const { results } = await wcs.images.detect({ image: IMAGE, type: 'porn', bucket: 'photos' });
    expect(results).toMatchObject([{ image: IMAGE, label: 1, rate: 0.9, review: true }]);
    expect(results[0]).not.toHaveProperty('error');
    await wcs.images.detect({ image: 'http://img.example.com/a b.jpg', type: 'porn', bucket: 'photos' });
    const other = await wcs.images.detect({ image: new URL(IMAGE), type: 'terror', bucket: 'photos' });
    expect(other.results).toMatchObject([{ image: IMAGE, error: expect.any(String) }]);
  });

  it('reads numbers and truth whichever way they are written', async () => {
    const { wcs } = await answered(
      '{"results":[{"image":"i","politicalDetect":{"label":"0","persons":[{"name":"n","rate":"0.5","review":"true"},{"name":"m","review":0}]}}]}',
    );
    const { results } = await wcs.images.detect({ image: IMAGE, type: 'political', bucket: 'photos' });
    expect(results).toMatchObject([
      {
        label: 0,
        persons: [
          { name: 'n', rate: 0.5, review: true },
          { name: 'm', review: false },
        ],
      },
    ]);
  });
});
