import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { affine, lcg } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { entryKey } from '../src/archive/entry-key.js';
import { type ArchiveFormat, parseArchiveFormat, readArchive } from '../src/archive/read-archive.js';
import { zipStream } from '../src/archive/write-zip.js';

type Files = Record<string, Buffer>;

/** An archive in memory that is read in small pieces. */
function sourceOf(bytes: Buffer) {
  return {
    size: bytes.length,
    async *read(start: number, end: number) {
      for (let at = start; at < end; at += 1000)
        yield Buffer.from(bytes.subarray(at, Math.min(end, at + 1000)));
    },
  };
}

async function unpack(
  bytes: Buffer,
  format: ArchiveFormat,
  { name = 'a', maxBytes = 1 << 30 } = {},
): Promise<Files> {
  const files: Files = {};
  for await (const file of readArchive(sourceOf(bytes), format, { name, maxBytes })) {
    files[file.name] = await buffer(file.bytes);
  }
  return files;
}

async function zipOf(files: Files, modified = 0): Promise<Buffer> {
  const members = Object.entries(files).map(([name, content]) => ({
    name,
    size: content.length,
    modified,
    open: async () => sourceOf(content).read(0, content.length),
  }));
  return buffer(zipStream(members));
}

async function tarOf(files: Files): Promise<Buffer> {
  return Buffer.from(
    await packTar(
      Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length }, body })),
    ),
  );
}

const make: Record<string, (files: Files) => Promise<Buffer>> = {
  zip: files => zipOf(files),
  tar: tarOf,
  'tar.gz': async files => gzipSync(await tarOf(files)),
};

describe.each(['zip', 'tar', 'tar.gz'])('%s', format => {
  const pack = (files: Files) => make[format]?.(files) ?? Promise.reject(new Error(format));

  test('gives back what was packed', async () => {
    const files = {
      'a.txt': Buffer.from('hello'),
      empty: Buffer.alloc(0),
      'dir/large.bin': lcg(3_000_000, 7),
      'dir/中文 é.txt': affine(70_000),
      [`${'long/'.repeat(50)}name`]: Buffer.from('x'),
    };
    const unpacked = await unpack(await pack(files), parseArchiveFormat(format));
    expect(Object.keys(unpacked)).toEqual(Object.keys(files));
    for (const [name, content] of Object.entries(files)) expect(unpacked[name]?.equals(content)).toBe(true);
  });

  test('lets files be passed over', async () => {
    const archive = await pack({ a: affine(500_000), b: Buffer.from('b'), c: affine(10) });
    const names: string[] = [];
    const reading = readArchive(sourceOf(archive), parseArchiveFormat(format), { name: '', maxBytes: 1e9 });
    for await (const file of reading) {
      names.push(file.name);
      if (file.name === 'b') expect((await buffer(file.bytes)).toString()).toBe('b');
    }
    expect(names).toEqual(['a', 'b', 'c']);
  });

  test('may be left in the middle', async () => {
    const archive = await pack({ a: affine(5_000_000), b: affine(5_000_000) });
    const reading = readArchive(sourceOf(archive), parseArchiveFormat(format), { name: '', maxBytes: 1e9 });
    for await (const file of reading) {
      for await (const chunk of file.bytes) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      break;
    }
  });

  test('may not unpack to more than is allowed', async () => {
    const archive = await pack({ a: Buffer.alloc(600_000), b: Buffer.alloc(600_000) });
    const reading = unpack(archive, parseArchiveFormat(format), { maxBytes: 1_000_000 });
    await expect(reading).rejects.toMatchObject({ status: 413, message: expect.stringContaining('1000000') });
  });

  test('is refused when it is cut short', async () => {
    const archive = await pack({ a: lcg(100_000, 1) });
    const reading = unpack(archive.subarray(0, archive.length / 2), parseArchiveFormat(format));
    await expect(reading).rejects.toMatchObject({ status: 400 });
  });

  property.prop([fc.uint8Array({ maxLength: 3000 })], { numRuns: 30 })(
    'is refused, or empty, when it is noise',
    async noise => {
      const reading = unpack(Buffer.from(noise), parseArchiveFormat(format));
      const outcome = await reading.catch(error => error.status);
      if (outcome !== 400) expect(Object.values(outcome as Files).every(Buffer.isBuffer)).toBe(true);
    },
  );

  property.prop([fc.nat(), fc.integer({ min: 1, max: 255 })], { numRuns: 60 })(
    'is refused, or its files are whole, when a bit of it has changed',
    async (position, difference) => {
      const files = { 'a.txt': lcg(4000, 1), b: Buffer.from('bb') };
      const archive = await pack(files);
      const at = position % archive.length;
      archive[at] = (archive[at] ?? 0) ^ difference;
      const outcome = await unpack(archive, parseArchiveFormat(format)).catch(error => error.status);
      // A tar archive has no checksums of the contents.
      if (outcome !== 400 && format !== 'tar') {
        for (const content of Object.values(outcome as Files)) {
          expect(Object.values(files).some(file => file.equals(content))).toBe(true);
        }
      }
    },
  );
});

test.each(['zip', 'tar'])('a %s archive may hold nothing', async format => {
  const archive = await make[format]?.({});
  expect(await unpack(archive ?? Buffer.alloc(0), parseArchiveFormat(format))).toEqual({});
});

test('a gzip file of anything but a tar archive is one file without the ending', async () => {
  const packed = gzipSync('hello');
  expect(await unpack(packed, 'gzip', { name: 'dir/a.txt.gz' })).toEqual({ 'a.txt': Buffer.from('hello') });
  expect(await unpack(gzipSync(''), 'gzip', { name: 'b' })).toEqual({ b: Buffer.alloc(0) });
});

test('a zip bomb is stopped long before it has unpacked', async () => {
  let produced = 0;
  const archive = await zipOf({ bomb: Buffer.alloc(50_000_000) });
  expect(archive.length).toBeLessThan(1_000_000);
  const reading = async () => {
    for await (const file of readArchive(sourceOf(archive), 'zip', { name: '', maxBytes: 1_000_000 })) {
      for await (const chunk of file.bytes) produced += chunk.length;
    }
  };
  await expect(reading()).rejects.toMatchObject({ status: 413 });
  expect(produced).toBeLessThanOrEqual(1_000_000);
});

test('a member that cannot be read is an error of the archive', async () => {
  const member = { name: 'a', size: 1, modified: 0, open: () => Promise.reject(new Error('gone')) };
  await expect(buffer(zipStream([member]))).rejects.toThrow('gone');
  const broken = {
    ...member,
    open: async () => {
      // biome-ignore lint/correctness/useYield: it fails before it can
      return (async function* (): AsyncIterable<Buffer> {
        throw new Error('broken');
      })();
    },
  };
  await expect(buffer(zipStream([broken]))).rejects.toThrow('broken');
});

test('keys that no zip archive could hold are percent-encoded', async () => {
  const names = ['a\\b', 'C:/x', 'x/..\\y', 'a:b', '.hidden', '..a/b..'];
  const archive = await zipOf(Object.fromEntries(names.map(name => [name, Buffer.from(name)])));
  expect(Object.keys(await unpack(archive, 'zip'))).toEqual([
    'a%5Cb',
    'C%3A/x',
    'x/..%5Cy',
    'a%3Ab',
    '.hidden',
    '..a/b..',
  ]);
});

test.each([0, 1_700_000_000_000, 8_000_000_000_000])('a file may be of any time, such as %d', async time => {
  expect(await unpack(await zipOf({ a: Buffer.from('x') }, time), 'zip')).toEqual({ a: Buffer.from('x') });
});

test.each([
  ['', 'a/b', 'a/b'],
  ['dir', 'a', 'dir/a'],
  ['dir/', '/a', 'dir/a'],
  ['dir', '../../etc/passwd', 'dir/etc/passwd'],
  ['', 'a/./b/../c', 'a/b/c'],
  ['', '..\\..\\windows\\x', 'windows/x'],
  ['', 'a//b/', 'a/b'],
])('under %j the file %j has the key %j', (folder, name, key) => {
  expect(entryKey(folder, name)).toBe(key);
});

test.each(['..', '/', '', 'x'.repeat(1001)])('the file %j has no key', name => {
  expect(() => entryKey('', name)).toThrow(expect.objectContaining({ status: 400 }));
});

test.each(['rar', '7z', 'constructor', ''])('the format %j is refused', format => {
  expect(() => parseArchiveFormat(format)).toThrow(expect.objectContaining({ status: 400 }));
});
