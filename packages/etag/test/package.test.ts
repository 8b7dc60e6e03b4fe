import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { installedFolder, lcg, runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { crc32, crc64, etag } from '../src/index.js';

const packageFolder = installedFolder('@curve-wcs/etag', import.meta.url);
const execute = promisify(execFile);

/** Runs a program to its natural end; one that does not end fails the test by its time-out. */
async function run(args: string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, args, { cwd: packageFolder });
  return stdout.trim();
}

/** Uses threads both ways and leaves them idle and unclosed. */
const program = `
  const [path] = process.argv.slice(-1);
  Promise.all([etagFile(path), crc64File(path), new ChecksumPool().digest(new Uint8Array(3), { crc32: true })])
    .then(([etag, crc64, { crc32 }]) => console.log(etag, String(crc64), crc32));
`;
const names = '{ etagFile, crc64File, ChecksumPool }';

function largeFile(): { path: string; expected: string } {
  const content = lcg(20_000_000);
  const path = join(temporaryFolder(), 'content');
  writeFileSync(path, content);
  return { path, expected: `${etag(content)} ${crc64(content)} ${crc32(new Uint8Array(3))}` };
}

describe('the built package', () => {
  it('works when it is imported, and lets the process end with idle threads', async () => {
    const { path, expected } = largeFile();
    const source = `import ${names} from '@curve-wcs/etag';${program}`;
    expect(await run(['--input-type=module', '--eval', source, path])).toBe(expected);
  });

  it('works when it is required, and lets the process end with idle threads', async () => {
    const { path, expected } = largeFile();
    const source = `const ${names} = require('@curve-wcs/etag');${program}`;
    expect(await run(['--input-type=commonjs', '--eval', source, path])).toBe(expected);
  });

  it('exports the same functions after they were used as before', async () => {
    const source = `
      const etag = require('@curve-wcs/etag');
      const before = { ...etag };
      const hasher = new etag.EtagHasher().update('text');
      const crc = new etag.Crc64().update('text');
      const digests = [hasher.digest(), crc.digest(), etag.crc64('text'), etag.crc32('text')];
      etag.etagStream(require('node:stream').Readable.from(['text'])).then(digest => {
        const changed = Object.keys(before).filter(name => etag[name] !== before[name]);
        console.log(typeof etag.etag, digest === digests[0], changed.length);
      });
    `;
    expect(await run(['--input-type=commonjs', '--eval', source])).toBe('function true 0');
  });

  it('works inside an application that is bundled to one file', async () => {
    const { path, expected } = largeFile();
    const outfile = join(temporaryFolder(), 'application.mjs');
    const contents = `import ${names} from '@curve-wcs/etag';${program}`;
    await build({
      stdin: { contents, resolveDir: packageFolder },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'silent',
    });
    expect(await run([outfile, path])).toBe(expected);
  });

  it('works inside a worker thread, which ends with idle threads of its own', async () => {
    const { path, expected } = largeFile();
    const inner = `const ${names} = require(${JSON.stringify(join(packageFolder, 'dist', 'index.cjs'))});${program}`;
    const source = `
      const { Worker } = require('node:worker_threads');
      new Worker(${JSON.stringify(inner)}, { eval: true, argv: process.argv.slice(-1) })
        .on('exit', code => { process.exitCode = code; });
    `;
    expect(await run(['--eval', source, path])).toBe(expected);
  });

  it('finishes the work in hand before the process ends', async () => {
    const source = `
      const { ChecksumPool } = require('@curve-wcs/etag');
      new ChecksumPool({ threads: 1 }).digest(new Uint8Array(9), { crc32: true }).then(d => console.log(d.crc32));
    `;
    expect(await run(['--input-type=commonjs', '--eval', source])).toBe(String(crc32(new Uint8Array(9))));
  });

  it('has a browser entry without anything of Node', async () => {
    for (const file of ['browser.js', 'browser.cjs']) {
      const text = readFileSync(join(packageFolder, 'dist', file), 'utf8');
      expect(text).not.toMatch(/["']node:|\brequire\(|\bBuffer\b|\bprocess\b|__dirname|import\.meta/);
    }
    // An application for browsers finds that entry by the condition, and needs nothing else.
    const { outputFiles, metafile } = await build({
      stdin: { contents: "export * from '@curve-wcs/etag';", resolveDir: packageFolder },
      bundle: true,
      platform: 'browser',
      format: 'esm',
      absWorkingDir: packageFolder,
      write: false,
      metafile: true,
    });
    expect(Object.keys(metafile.inputs).filter(path => path !== '<stdin>')).toEqual(['dist/browser.js']);
    const url = join(temporaryFolder(), 'bundle.mjs');
    writeFileSync(url, outputFiles[0]?.text ?? '');
    const bundle: { etag: (data: Blob) => Promise<string> } = await import(pathToFileURL(url).href);
    expect(await bundle.etag(new Blob(['text']))).toBe(etag('text'));
  });

  it('has a README whose examples do what they say', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'photo.jpg'), '123456789');
    expect(await runReadmeExamples(packageFolder, { cwd: folder })).toBeGreaterThan(0);
  });
});
