import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

// Commands are programs, so there is no CommonJS; splitting lets each load only what it uses.
export default defineConfig({
  ...base,
  format: ['esm'],
  shims: false,
  entry: {
    index: 'src/index.ts',
    'bin/curvecmd': 'src/bin/curvecmd.ts',
    'bin/wcscmd': 'src/bin/wcscmd.ts',
    'bin/wcs_etag_cal': 'src/bin/wcs-etag-cal.ts',
    'bin/wcs_crc64_cal': 'src/bin/wcs-crc64-cal.ts',
  },
  // Optional dependencies count as our own otherwise.
  external: ['@curve-wcs/curve-emulator'],
  dts: { entry: { index: 'src/index.ts' } },
});
