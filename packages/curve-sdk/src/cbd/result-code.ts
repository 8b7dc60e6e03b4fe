import { types } from 'node:util';
import type { NativeError } from '@curve-wcs/curve-native';

/**
 * What libcurve's call returns where the native client failed. This is the one place where failures become codes: the
 * native client already says which code belongs to a status of the MDS (curve-protocol.md §3.6) or of a chunkserver
 * (§4.9) in this call, because one status has several (every refusal of an open is -2). Anything else is a mistake of
 * the caller or of ours, and is thrown on.
 */
export function resultCode(error: unknown): number {
  if (isNativeError(error)) return error.libcurveCode;
  throw error;
}

function isNativeError(error: unknown): error is NativeError {
  return types.isNativeError(error) && 'libcurveCode' in error && typeof error.libcurveCode === 'number';
}
