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
  { ...common, entry: { index: 'src/index.ts' } },
  {
    ...common,
    // Each program is one file, which starts faster than a dozen; what is heavy are packages, imported when needed.
    splitting: false,
    clean: false,
    dts: false,
    entry: {
      'bin/curvecmd': 'src/bin/curvecmd.ts',
      'bin/wcscmd': 'src/bin/wcscmd.ts',
      'bin/wcs_etag_cal': 'src/bin/wcs-etag-cal.ts',
      'bin/wcs_crc64_cal': 'src/bin/wcs-crc64-cal.ts',
    },
  },
]);
