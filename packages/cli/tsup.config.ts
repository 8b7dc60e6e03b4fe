import { defineConfig, type Options } from 'tsup';
import { base } from '../../tsup.base.js';

// Commands are programs, so there is no CommonJS.
const common: Options = {
  ...base,
  format: ['esm'],
  shims: false,
  // Optional dependencies count as our own otherwise.
  external: ['@curve-wcs/curve-emulator', '@curve-wcs/wcs-emulator'],
};

/**
 * In a program that is one file, what any module imports is imported at the start. OpenSSL takes a tenth of that, so it
 * waits for the first call. A function that is not here fails the build.
 */
const lateCrypto: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'late-crypto',
  setup(build) {
    const functions = ['createHash', 'randomBytes', 'randomFillSync'];
    build.onResolve({ filter: /^node:crypto$/ }, ({ path }) => ({ path, namespace: 'late' }));
    build.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
      contents: functions
        .map(
          name => `export const ${name} = (...all) => process.getBuiltinModule('${path}').${name}(...all);`,
        )
        .join('\n'),
    }));
  },
};

export default defineConfig([
  { ...common, entry: { index: 'src/index.ts' }, clean: ['!bin/**'] },
  {
    ...common,
    // Each program is one file, which starts faster than a dozen; what is heavy are packages, imported when needed.
    splitting: false,
    dts: false,
    outDir: 'dist/bin',
    removeNodeProtocol: false,
    esbuildPlugins: [lateCrypto],
    entry: {
      curvecmd: 'src/bin/curvecmd.ts',
      wcscmd: 'src/bin/wcscmd.ts',
      wcs_etag_cal: 'src/bin/wcs-etag-cal.ts',
      wcs_crc64_cal: 'src/bin/wcs-crc64-cal.ts',
    },
  },
]);
