import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { crc32, crc32File, crc64, crc64File, etag, etagFile, type Progress } from '../src/index.js';
import { SourceFile } from '../src/source-file.js';

/** More than is digested on the calling thread, and not a whole number of blocks. */
const large = lcg(40_000_001);
const small = lcg(5_000_001);

function fileOf(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'content');
  writeFileSync(path, content);
  return path;
}

const onLinux = process.platform === 'linux';

/** The paths that this process has open, where the system tells. */
function openPaths(): string[] {
  if (!onLinux) return [];
  return readdirSync('/proc/self/fd').flatMap(descriptor => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // Closed since the folder was read, as that of the folder itself.
      return [];
    }
  });
}

describe('a checksum of a file', () => {
  for (const [name, content] of Object.entries({ empty: lcg(0), small, large })) {
    it(`is that of its content, when it is ${name}`, async () => {
      const path = fileOf(content);
      expect(await etagFile(path)).toBe(etag(content));
      expect(await etagFile(pathToFileURL(path))).toBe(etag(content));
      expect(await crc64File(path)).toBe(crc64(content));
      expect(await crc32File(path)).toBe(crc32(content));
      expect(await crc32File(pathToFileURL(path))).toBe(crc32(content));
    });
  }

  it('is the same with any concurrency and follows the block size', async () => {
    const path = fileOf(large);
    for (const concurrency of [1, 2, 3, 64]) {
      expect(await etagFile(path, { concurrency })).toBe(etag(large));
      expect(await crc64File(path, { concurrency })).toBe(crc64(large));
      expect(await crc32File(path, { concurrency })).toBe(crc32(large));
    }
    for (const blockSize of [997, 65_521, 1_048_576, 30_000_000, 40_000_001, 50_000_000]) {
      expect(await etagFile(path, { blockSize })).toBe(etag(large, { blockSize }));
    }
  });

  it('is the same when many are computed at a time', async () => {
    const paths = Array.from({ length: 5 }, (_, seed) => fileOf(lcg(17_000_000, seed)));
    const expected = paths.map(path => etag(readFileSync(path)));
    expect(await Promise.all(paths.map(path => etagFile(path)))).toEqual(expected);
  });

  it('follows a symbolic link', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'target'), small);
    symlinkSync(join(folder, 'target'), join(folder, 'link'));
    expect(await etagFile(join(folder, 'link'))).toBe(etag(small));
  });

  it('reports progress up to the total, never back', async () => {
    for (const content of [small, large]) {
      const path = fileOf(content);
      for (const digest of [etagFile, crc64File]) {
        const seen: Progress[] = [];
        await digest(path, { onProgress: progress => seen.push(progress) });
        expect(seen.length).toBeGreaterThan(1);
        expect(seen.every(({ total }) => total === content.length)).toBe(true);
        expect(seen.at(-1)?.transferred).toBe(content.length);
        const transferred = seen.map(progress => progress.transferred);
        expect(transferred).toEqual([...transferred].sort((a, b) => a - b));
      }
    }
  });

  it('fails when the file changes meanwhile, rather than give a wrong value', async () => {
    const changes: Record<string, (path: string) => void> = {
      longer: path => appendFileSync(path, 'more'),
      shorter: path => truncateSync(path, 1_000_000),
      touched: path => utimesSync(path, 1, 1),
    };
    for (const content of [small, large]) {
      for (const [name, change] of Object.entries(changes)) {
        const path = fileOf(content);
        let changed = false;
        const onProgress = (): void => {
          if (!changed) change(path);
          changed = true;
        };
        await expect(etagFile(path, { onProgress }), name).rejects.toMatchObject({
          name: 'ChecksumError',
          code: 'FILE_CHANGED',
          message: expect.stringContaining(path),
        });
      }
    }
  });
});

it('an empty file that is written to meanwhile has changed', async () => {
  const path = fileOf('');
  const file = await SourceFile.open(path);
  try {
    await file.checkUnchanged();
    appendFileSync(path, 'more');
    await expect(file.checkUnchanged()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  } finally {
    await file.handle.close();
  }
});

describe('a path that is no readable file', () => {
  it('fails as the file system says', async () => {
    const missing = join(temporaryFolder(), 'missing');
    await expect(etagFile(missing)).rejects.toMatchObject({ code: 'ENOENT', path: missing });
    await expect(crc64File(join(fileOf(''), 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('is refused when it names a directory', async () => {
    const folder = temporaryFolder();
    await expect(etagFile(folder)).rejects.toMatchObject({ code: 'NOT_A_FILE' });
    await expect(crc64File(folder)).rejects.toThrow(folder);
  });

  it.runIf(process.platform !== 'win32')(
    'is refused, without waiting for a writer, when it names a FIFO',
    async () => {
      const path = join(temporaryFolder(), 'fifo');
      execFileSync('/usr/bin/env', ['mkfifo', path]);
      await expect(etagFile(path)).rejects.toMatchObject({ code: 'NOT_A_FILE' });
    },
  );

  it('is refused when it is no path', async () => {
    for (const path of [undefined, null, 5, {}, new URL('https://example.com/a')]) {
      await expect(etagFile(path as string)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it.runIf(onLinux)('is read to its end when it does not tell its size', async () => {
    expect(await etagFile('/dev/null')).toBe(etag(''));
    expect(await etagFile('/proc/version')).toBe(etag(readFileSync('/proc/version')));
    expect(await crc64File('/proc/version')).toBe(crc64(readFileSync('/proc/version')));
  });
});

describe('options', () => {
  it('are checked before the file is looked at', async () => {
    for (const options of [{ concurrency: 0 }, { concurrency: 1.5 }, { blockSize: -1 }]) {
      await expect(etagFile('/missing', options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    await expect(crc64File('/missing', { concurrency: Number.NaN })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('an abort', () => {
  it('that came before does not even look at the file', async () => {
    const reason = new Error('never mind');
    await expect(etagFile('/missing', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  for (const [name, content] of Object.entries({ small, large })) {
    it(`in the middle of a ${name} file stops the work and closes the file`, async () => {
      const path = fileOf(content);
      for (const digest of [etagFile, crc64File]) {
        const controller = new AbortController();
        const seen: Progress[] = [];
        const onProgress = (progress: Progress): void => {
          seen.push(progress);
          controller.abort('stop');
        };
        await expect(digest(path, { signal: controller.signal, onProgress })).rejects.toBe('stop');
        expect(openPaths()).not.toContain(path);
        expect(seen.at(-1)?.transferred).toBeLessThan(content.length);
      }
      expect(await etagFile(path)).toBe(etag(content));
    });
  }

  it('stops a block that takes long', async () => {
    const path = fileOf(large);
    const controller = new AbortController();
    const result = etagFile(path, { blockSize: 2 ** 40, signal: controller.signal });
    setImmediate(() => controller.abort('stop'));
    await expect(result).rejects.toBe('stop');
    expect(openPaths()).not.toContain(path);
  });

  it('is no different from an exception of onProgress', async () => {
    const path = fileOf(large);
    const failure = new Error('enough');
    const onProgress = (): void => {
      throw failure;
    };
    await expect(etagFile(path, { onProgress })).rejects.toBe(failure);
    expect(openPaths()).not.toContain(path);
  });
});
