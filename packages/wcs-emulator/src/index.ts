/**
 * A WCS-compatible object storage server with real storage in a folder, for development, tests and demos.
 *
 * @packageDocumentation
 */

export type { WcsCredentials } from './auth/accounts.js';
export type {
  DetectedPerson,
  DetectionResult,
  DetectionType,
  WcsDetectionResults,
} from './detection/detection-results.js';
export { WcsEmulatorError, type WcsEmulatorErrorCode } from './errors.js';
export type { ActiveFault, FaultRemover, WcsFaults } from './faults/fault-registry.js';
export type {
  CorruptFault,
  DelayFault,
  DiskFullFault,
  FaultAction,
  FaultMatch,
  FaultRule,
  OutboundPurpose,
  ResetDuringFault,
  SilentFault,
  StatusFault,
  TruncateFault,
} from './faults/fault-rule.js';
export type { AllowedHosts } from './http/check-host.js';
export type { CorsOrigins } from './http/cors.js';
export type { RequestRecord } from './http/request-log.js';
export type { LiveRecording, WcsLiveRecordings } from './live/live-recordings.js';
export type { WcsEmulatorOptions } from './options.js';
export type { OutboundHosts } from './outbound/destination.js';
export { startWcsEmulator, type WcsEmulator } from './start-wcs-emulator.js';
export type { Durability } from './storage/durability.js';
