/**
 * A Curve cluster in one process: MDSs and chunkservers that speak the real protocol with real storage in a
 * folder, for development and tests.
 *
 * @packageDocumentation
 */
export type { PoolsetOptions } from './cluster/topology.js';
export { CurveEmulatorError, type CurveEmulatorErrorCode } from './errors.js';
export type { ActiveFault, CurveFaults, FaultRemover } from './faults/fault-registry.js';
export type {
  DelayFault,
  FaultAction,
  FaultMatch,
  FaultRule,
  Role,
  RpcErrorFault,
  SimpleFault,
  StatusFault,
} from './faults/fault-rule.js';
export type { CurveEmulatorOptions } from './options.js';
export type { RequestRecord } from './rpc/request-log.js';
export { type CurveEmulator, startCurveEmulator } from './start-curve-emulator.js';
export type { Durability } from './storage/durability.js';
