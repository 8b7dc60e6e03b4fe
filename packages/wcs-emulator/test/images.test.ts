import { describe, expect, test } from 'vitest';
import { bmp, exifBlock, gif, jpeg, png, type Tag, tiff, webp } from './support/images.js';
import { startEmulator } from './support/start.js';

const tags: Tag[] = [
  [0x10f, 'text', 'Curve'],
  [0x112, 'short', 6],
  [0x11a, 'rational', [72, 1]],
  [
    0x8769,
    'directory',
    [
      [0x9003, 'text', '2023:11:10 12:13:14'],
      [0x9000, 'bytes', Buffer.from('0230')],
      [0x829a, 'rational', [1, 4]],
    ],
  ],
  [
    0x8825,
    'directory',
    [
      [1, 'text', 'N'],
      [2, 'rational', [48, 1, 30, 1, 0, 1]],
    ],
  ],
];

const exifOf = {
  Make: 'Curve',
  Orientation: 6,
  XResolution: 72,
  DateTimeOriginal: '2023:11:10 12:13:14',
  ExifVersion: '30323330',
  ExposureTime: 0.25,
  GPSLatitudeRef: 'N',
  GPSLatitude: [48, 30, 0],
};

async function ask(
  bytes: Buffer,
  op: string,
  key = 'i.bin',
): Promise<{ status: number; value: Record<string, unknown> }> {
  const { emulator, client } = await startEmulator();
  await client.upload(key, bytes);
  const response = await fetch(`${emulator.downloadUrl('b1', key)}?op=${op}`);
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, value: (await response.json()) as Record<string, unknown> };
}

describe('imageInfo', () => {
  test.each([
    ['jpeg', jpeg(300, 200), 'ycbcr'],
    ['jpeg', jpeg(3, 2, { components: 1 }), 'gray'],
    ['jpeg', jpeg(3, 2, { components: 4 }), 'CMYK'],
    ['jpeg', jpeg(30, 20, { exif: exifBlock(tags) }), 'ycbcr'],
    ['png', png(70_000, 20), 'RGB'],
    ['png', png(7, 9, { colorType: 6 }), 'RGBA'],
    ['png', png(7, 9, { colorType: 3, depth: 4 }), 'palette16'],
    ['png', png(7, 9, { colorType: 0 }), 'gray'],
    ['png', png(7, 9, { colorType: 4 }), 'grayA'],
    ['gif', gif(8, 5, 4), 'palette16'],
    ['gif', gif(8, 5, 8), 'palette256'],
    ['bmp', bmp(8, 5, 24), 'RGB'],
    ['bmp', bmp(8, 5, 32), 'RGBA'],
    ['bmp', bmp(8, 5, 8), 'palette256'],
    ['webp', webp(80, 50), 'ycbcr'],
    ['webp', webp(80, 50, { lossless: true }), 'RGBA'],
    ['webp', webp(80, 50, { exif: exifBlock(tags) }), 'ycbcr'],
    ['tiff', tiff(80, 50, 2), 'RGB'],
    ['tiff', tiff(80, 50, 6), 'ycbcr'],
  ])('tells of a %s', async (format, bytes, colorModel) => {
    const { status, value } = await ask(bytes, 'imageInfo');
    expect(status).toBe(200);
    expect(value).toEqual({
      message: 'OK',
      format,
      size: String(bytes.length),
      width: expect.any(Number),
      height: expect.any(Number),
      colorModel,
    });
  });

  test('tells the sides in pixels', async () => {
    for (const image of [
      jpeg(300, 200),
      png(300, 200),
      gif(300, 200, 2),
      bmp(300, 200, 24),
      webp(300, 200),
      tiff(300, 200, 2),
    ]) {
      expect((await ask(image, 'imageInfo')).value).toMatchObject({ width: 300, height: 200 });
    }
  });
});

describe('exif', () => {
  const exif = exifBlock(tags);
  test.each([
    ['jpeg', jpeg(3, 2, { exif })],
    ['png', png(3, 2, { exif })],
    ['webp', webp(3, 2, { exif })],
    [
      'webp with a header of JPEG’s kind',
      webp(3, 2, { exif: Buffer.concat([Buffer.from('Exif\0\0'), exif]) }),
    ],
  ])('tells the tags of a %s', async (_name, bytes) => {
    const { status, value } = await ask(bytes, 'exif');
    expect(status).toBe(200);
    expect(value).toMatchObject(exifOf);
  });

  test('tells the tags of a tiff', async () => {
    expect((await ask(tiff(3, 2, 2), 'exif')).value).toMatchObject({ Make: 'Scanner & Co', ImageWidth: 3 });
  });
});

describe('what is no such image', () => {
  const broken = Buffer.from(png(3, 2));
  broken.fill(0xff, 16, 20);
  const many: Tag[] = Array.from({ length: 2000 }, (_, index) => [index + 1, 'long', [1, 2]] as Tag);
  /** Every directory entry claims the whole of the block as its value. */
  const bomb = exifBlock(many);
  for (let entry = 10; entry < 10 + 2000 * 12; entry += 12) {
    bomb.writeUInt16LE(1, entry + 2);
    bomb.writeUInt32LE(bomb.length, entry + 4);
    bomb.writeUInt32LE(0, entry + 8);
  }
  const loop = exifBlock([[0x8769, 'long', [8]]]);
  loop.writeUInt32LE(8, loop.length - 4);

  test.each([
    ['text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0xff])],
    ['a jpeg without a frame', Buffer.from('ffd8ffe000104a46494600', 'hex')],
    ['a jpeg whose segments have no length', Buffer.from(`ffd8${'ffe00000'.repeat(1000)}`, 'hex')],
    ['a png without its header', png(1, 1).subarray(0, 12)],
    ['a png of no width', png(0, 5)],
    ['a gif of its signature', Buffer.from('GIF89a')],
    ['a webp of no chunk', Buffer.from('RIFF\x04\0\0\0WEBP')],
    ['a bmp of its signature', Buffer.from('BM')],
    ['a tiff whose directory is elsewhere', Buffer.from('49492a00ffffffff', 'hex')],
    ['a tiff that refers to itself', loop],
  ])('is told so: %s', async (_name, bytes) => {
    for (const op of ['imageInfo', 'exif']) {
      const { status, value } = await ask(bytes, op);
      if (status === 200) expect(op).toBe('exif');
      else
        expect({ status, value }).toEqual({ status: 400, value: { code: 400, message: expect.any(String) } });
    }
    expect((await ask(bytes, 'imageInfo')).status).toBe(400);
  });

  test('is told so quickly when its tags claim to be endless', async () => {
    expect(bomb.length).toBeGreaterThan(20_000);
    for (const bytes of [jpeg(3, 2, { exif: bomb }), bomb]) {
      expect(await ask(bytes, 'exif')).toMatchObject({
        status: 400,
        value: { message: /longer than the whole/ },
      });
    }
  });

  test('is told so quickly when its directories lie over each other', async () => {
    const [directories, entries] = [500, 40_000];
    const block = Buffer.alloc(10 + entries * 12);
    block.write('II*\0\b', 'latin1');
    block.writeUInt16LE(directories, 8);
    for (let entry = 0; entry < entries; entry++) {
      const at = 10 + entry * 12;
      // Read as a count of entries where a directory is said to begin, as the tag of a directory in its entry.
      block.writeUInt16LE(0x8769, at);
      if (entry < directories) block.writeUInt32LE(at, at + 8);
    }
    expect(await ask(block, 'exif')).toMatchObject({
      status: 400,
      value: { message: /longer than the whole/ },
    });
  });

  test('may be cut anywhere', async () => {
    const { emulator, client } = await startEmulator();
    const whole = [
      jpeg(30, 20, { exif: exifBlock(tags) }),
      png(30, 20, { exif: exifBlock(tags) }),
      webp(30, 20, { exif: exifBlock(tags) }),
      tiff(30, 20, 2),
      gif(30, 20, 1),
      bmp(30, 20, 24),
    ];
    for (const image of whole) {
      for (let length = 0; length < image.length; length += 7) {
        await client.upload('cut', image.subarray(0, length), { policy: { overwrite: 1 } });
        for (const op of ['imageInfo', 'exif']) {
          const { status } = await fetch(`${emulator.downloadUrl('b1', 'cut')}?op=${op}`);
          expect([200, 400]).toContain(status);
        }
      }
    }
  });

  test('has no Exif data', async () => {
    for (const image of [jpeg(3, 2), png(3, 2), gif(3, 2, 1), bmp(3, 2, 24), webp(3, 2)]) {
      expect(await ask(image, 'exif')).toMatchObject({
        status: 400,
        value: { message: 'the object has no Exif data' },
      });
    }
  });
});

describe('a download with op', () => {
  test.each([
    ['imageView2&mode=1&width=10', 501],
    ['imageMogr2&thumbnail=1', 501],
    ['watermark&mode=1', 501],
    ['nonsense', 400],
    ['constructor', 400],
    ['', 400],
  ])('%s is answered %i', async (op, status) => {
    expect(await ask(jpeg(3, 2), op)).toEqual({
      status,
      value: { code: status, message: expect.stringContaining(`op=${op.split('&')[0]}`) },
    });
  });

  test('needs an object', async () => {
    const { emulator } = await startEmulator();
    expect((await fetch(`${emulator.downloadUrl('b1', 'none')}?op=imageInfo`)).status).toBe(404);
  });
});
