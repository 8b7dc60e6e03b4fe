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

export default defineConfig([
  { ...common, entry: { index: 'src/index.ts' }, clean: ['!bin/**'] },
  {
    ...common,
    // Each program is one file, which starts faster than a dozen; what is heavy are packages, imported when needed.
    splitting: false,
    dts: false,
    outDir: 'dist/bin',
    entry: {
      curvecmd: 'src/bin/curvecmd.ts',
      wcscmd: 'src/bin/wcscmd.ts',
      wcs_etag_cal: 'src/bin/wcs-etag-cal.ts',
      wcs_crc64_cal: 'src/bin/wcs-crc64-cal.ts',
    },
  },
]);
