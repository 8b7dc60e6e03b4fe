import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { bare, packed, program as programIn } from './support/packed.js';

const run = promisify(execFile);
const project = packed.everything;
const inProject = (name: string) => join(project, name);
const program = (name: string, code: string) => programIn(project, name, code);

const ROUND_TRIP = `
  const emulator = await startWcsEmulator({ buckets: ['photos'] });
  const wcs = new WcsClient({
    accessKey: emulator.accessKey,
    secretKey: emulator.secretKey,
    uploadUrl: emulator.url,
    managementUrl: emulator.url,
    downloadUrl: emulator.url + '/-/{bucket}',
  });
  const content = Buffer.alloc(9_000_001, 'content');
  const { hash, verified } = await wcs.upload({ bucket: 'photos', key: 'a', source: content, formThreshold: 0 });
  const { data } = await wcs.download({ bucket: 'photos', key: 'a' });
  console.log(verified, hash === etag(content), data.equals(content), crc64(Buffer.from('123456789')));
  await wcs.close();
  await emulator.close();
`;

describe('what a stranger installs', () => {
  it('works from ESM', async () => {
    const code = `
      import { crc64, etag } from '@curve-wcs/etag';
      import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
      import { WcsClient } from '@curve-wcs/wcs-sdk';
      ${ROUND_TRIP}`;
    expect(await program('esm.mjs', code)).toBe('true true true 11051210869376104954n\n');
  });

  it('works from CommonJS', async () => {
    const code = `
      const { crc64, etag } = require('@curve-wcs/etag');
      const { startWcsEmulator } = require('@curve-wcs/wcs-emulator');
      const { WcsClient } = require('@curve-wcs/wcs-sdk');
      (async () => {${ROUND_TRIP}})();`;
    expect(await program('common.cjs', code)).toBe('true true true 11051210869376104954n\n');
  });

  it.each([
    ['NodeNext', 'NodeNext', 'module'],
    ['Node16', 'Node16', 'commonjs'],
    ['ESNext', 'Bundler', 'module'],
  ])(
    'has types for TypeScript with module %s, resolution %s, in a %s package',
    async (module, moduleResolution, type) => {
      const folder = inProject(`typed-${module}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
      writeFileSync(
        join(folder, 'index.ts'),
        `import type { AddonLoadError } from '@curve-wcs/curve-native';
       import { CurveClient, CurveError, type FileInfo } from '@curve-wcs/curve-sdk';
       import { etagFile, type Progress } from '@curve-wcs/etag';
       import { startWcsEmulator, type WcsEmulator } from '@curve-wcs/wcs-emulator';
       import { WcsClient, WcsError, type UploadResult } from '@curve-wcs/wcs-sdk';
       export async function use(): Promise<UploadResult> {
         const emulator: WcsEmulator = await startWcsEmulator({ buckets: ['photos'] });
         const wcs = new WcsClient({ uploadUrl: emulator.url });
         const report = (progress: Progress) => progress.transferred;
         const etag: string = await etagFile('a', { onProgress: report });
         for await (const { key, size, putTime } of wcs.listObjects('photos')) key.trim(), size.toFixed(), putTime.getTime();
         try {
           return await wcs.upload({ bucket: 'photos', key: etag, source: new Blob([]), signal: AbortSignal.timeout(5) });
         } catch (error) {
           if (error instanceof WcsError && error.code === 'NOT_FOUND') throw error.cause;
           // @ts-expect-error there is no such option
           return await wcs.upload({ bucket: 'photos', source: 'a', nonsense: 1 });
         }
       }
       export async function useCurve(): Promise<FileInfo | AddonLoadError['code']> {
         const curve = await CurveClient.connect('client.conf', { user: 'alice' });
         for await (const { name, kind } of curve.list('/')) name.trim(), kind === 'volume';
         try {
           // @ts-expect-error there is no such option
           return await curve.createVolume('/v', { size: 10 * 2 ** 30, nonsense: 1 });
         } catch (error) {
           if (error instanceof CurveError && error.code === 'EXISTS') throw error.cause;
           return 'ADDON_MISSING';
         }
       }`,
      );
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            module,
            moduleResolution,
            target: 'ES2022',
            strict: true,
            noEmit: true,
            skipLibCheck: false,
            types: ['node'],
            lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
          },
        }),
      );
      const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [tsc, '-p', folder], { cwd: project }).catch(
        error => error,
      );
      expect(stdout).toBe('');
    },
  );

  it('can start a Curve cluster, from ESM and CommonJS', async () => {
    const use = `
      const cluster = await startCurveEmulator({ chunkservers: 3 });
      console.log(cluster.chunkserverAddresses.length, cluster.clientConf.includes(cluster.mdsAddresses[0]));
      await cluster.close();`;
    const name = '@curve-wcs/curve-emulator';
    expect(await program('cluster.mjs', `import { startCurveEmulator } from '${name}';${use}`)).toBe(
      '3 true\n',
    );
    const common = `const { startCurveEmulator } = require('${name}'); (async () => {${use}})();`;
    expect(await program('cluster.cjs', common)).toBe('3 true\n');
  });

  it('has the commands', async () => {
    writeFileSync(inProject('123'), '123456789');
    const bin = (name: string) => join(project, 'node_modules', '.bin', name);
    expect((await run(bin('wcs_crc64_cal'), ['crc64', '123'], { cwd: project })).stdout).toBe(
      "['123']\n11051210869376104954\n",
    );
    expect((await run(bin('wcs_etag_cal'), ['etag', '123'], { cwd: project })).stdout).toMatch(
      /^\['123'\]\nF[\w-]{27}\n$/,
    );
    expect((await run(bin('wcscmd'), ['--help'], { cwd: project })).stdout).toContain('multiput');
    expect((await run(bin('curvecmd'), ['--help'], { cwd: project })).stdout).toContain(
      '\n  import FILE VOLUME ',
    );
    for (const emulator of ['wcs-emulator', 'curve-emulator']) {
      expect((await run(bin(emulator), ['--help'], { cwd: project })).stdout).toContain('--data-dir');
    }
  });
});

it('its curvecmd serves a cluster, and works with it', async () => {
  const bin = join(project, 'node_modules', '.bin', 'curvecmd');
  const folder = temporaryFolder();
  const serving = spawn(bin, ['serve', '--json', '--quiet'], { cwd: folder, env: bare() });
  const ended = once(serving, 'exit');
  const [line] = await once(createInterface(serving.stdout), 'line');
  const env = bare({ CURVE_CONF: JSON.parse(line).conf, CURVE_USER: 'alice' });
  const content = randomBytes(3_000_001);
  writeFileSync(join(folder, 'disk.img'), content);
  const curvecmd = async (...argv: string[]) => (await run(bin, argv, { cwd: folder, env })).stdout;
  await curvecmd('import', 'disk.img', '/vol1', '--create');
  await curvecmd('read', '/vol1', '--length', '3000001', '-o', 'copy.img');
  expect(readFileSync(join(folder, 'copy.img')).equals(content)).toBe(true);
  expect(await curvecmd('map', '/vol1')).toMatch(/^0\t0\t1073741824\tallocated\t127\.0\.0\.1:/);
  serving.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

it('its wcscmd serves, and works with that', async () => {
  const bin = join(project, 'node_modules', '.bin', 'wcscmd');
  const folder = temporaryFolder();
  const serving = spawn(bin, ['serve', '--json', '--quiet'], { cwd: folder, env: bare() });
  const ended = once(serving, 'exit');
  const [line] = await once(createInterface(serving.stdout), 'line');
  const env = bare({ WCS_CONFIG: JSON.parse(line).config });
  const content = randomBytes(3_000_001);
  writeFileSync(join(folder, 'a'), content);
  const wcscmd = async (...argv: string[]) => (await run(bin, argv, { cwd: folder, env })).stdout;
  await wcscmd('put', 'wcs://demo/dir/a', 'a');
  await wcscmd('get', 'wcs://demo/dir/a', 'copy');
  expect(readFileSync(join(folder, 'copy')).equals(content)).toBe(true);
  expect(await wcscmd('ls', '-r', 'wcs://demo')).toBe('dir/a\n');
  serving.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

describe.each(Object.keys(packed.tarballs))('the tarball of %s', name => {
  const file = (path: string) => join(project, 'node_modules', '@curve-wcs', name, path);

  it('carries its licence and README, and real versions of its siblings', () => {
    expect(readFileSync(file('LICENSE'), 'utf8')).toContain('Apache License');
    expect(readFileSync(file('README.md'), 'utf8')).toContain(`# @curve-wcs/${name}`);
    const manifest = JSON.parse(readFileSync(file('package.json'), 'utf8'));
    const dependencies = { ...manifest.dependencies, ...manifest.optionalDependencies };
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\^?\d+\.\d+\.\d+/);
  });

  it('carries nothing that only the repository needs', async () => {
    const { stdout } = await run('tar', ['-tzf', packed.tarballs[name] ?? '']);
    const unwanted = stdout
      .split('\n')
      .filter(path => /package\/(test|bench|src|\.cache|node_modules|docs)\//.test(path));
    expect(unwanted).toEqual([]);
  });
});
