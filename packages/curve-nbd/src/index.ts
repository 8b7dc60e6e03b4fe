/**
 * Curve volumes as NBD exports: disks for qemu, Linux kernels, libnbd's tools, and whatever else speaks NBD.
 *
 * @packageDocumentation
 */
export { ExportFailure, type Extent, type NbdExport, type ZeroOptions } from './export.js';
export { NbdError, type NbdErrorCode } from './nbd-error.js';
export type { NbdErrorName } from './protocol/transmission.js';
export { type CloseOptions, type NbdServer, type ServeNbdOptions, serveNbd } from './serve-nbd.js';
export type { NbdAddress, OpenSocket, TcpAddress, UnixAddress } from './server/address.js';
export type { NbdLimits } from './server/limits.js';
export type { NbdProblem } from './server/problems.js';
export type { ExportStatistics } from './server/statistics.js';
export type { NbdTlsOptions } from './server/tls.js';
export { type ExportVolumeOptions, exportVolume } from './volume/export-volume.js';
