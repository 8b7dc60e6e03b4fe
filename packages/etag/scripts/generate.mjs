// Writes the two modules under src/generated/ that are built from other sources: the CRC-64 WebAssembly
// module as base64, and the workers' program as text. Text survives every bundler and needs no path at
// run time, so that workers start alike from ESM, from CommonJS and from an application's own bundle.
// It also empties dist/, for the builds that follow.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const generatedFolder = join(packageFolder, 'src', 'generated');

rmSync(join(packageFolder, 'dist'), { recursive: true, force: true });
mkdirSync(generatedFolder, { recursive: true });
// The workers' program contains the WebAssembly module, so that one comes first.
writeConstant('crc64-wasm.ts', 'CRC64_WASM', Buffer.from(await compileWasm()).toString('base64'));
writeConstant('worker-program.ts', 'WORKER_PROGRAM', await bundleWorker());

async function compileWasm() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'assembly/crc64.ts',
      `--baseDir=${packageFolder}`,
      '--outFile=crc64.wasm',
      '--runtime=stub',
      '--enable=simd',
      '--initialMemory=5',
      '--maximumMemory=5',
      '--optimizeLevel=3',
      '--converge',
      '--noAssert',
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith('crc64.wasm')) binary = contents;
      },
    },
  );
  if (error) throw new Error(`assembly/crc64.ts does not compile:\n${stderr}`, { cause: error });
  return binary;
}

async function bundleWorker() {
  const { outputFiles } = await build({
    absWorkingDir: packageFolder,
    entryPoints: ['src/workers/worker.ts'],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  return outputFiles[0].text;
}

function writeConstant(file, name, text) {
  const module = `// Written by scripts/generate.mjs.\nexport const ${name} = ${JSON.stringify(text)};\n`;
  writeFileSync(join(generatedFolder, file), module);
}
