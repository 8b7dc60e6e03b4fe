/**
 * `curvecmd`, `wcscmd`, `wcs_etag_cal` and `wcs_crc64_cal` as functions: the commands of this package, run in process.
 *
 * @packageDocumentation
 */
export { runCrc64Cal } from './checksum/run-crc64-cal.js';
export { runEtagCal } from './checksum/run-etag-cal.js';
export type { CliIo, InputStream, OutputStream } from './cli-io.js';
export { runCurvecmd } from './curvecmd/run-curvecmd.js';
export { ExitCode } from './exit-code.js';
export { Interruption } from './interruption.js';
export { processIo } from './process-io.js';
export { runWcscmd } from './wcscmd/run-wcscmd.js';
