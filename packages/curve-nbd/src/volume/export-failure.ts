import { CurveError, type CurveErrorCode } from '@curve-wcs/curve-sdk';
import { ExportFailure } from '../export.js';
import type { NbdErrorName } from '../protocol/transmission.js';

/** What Curve's failures are to NBD clients; the others are `EIO`. */
const ERRORS: Partial<Record<CurveErrorCode, NbdErrorName>> = {
  NO_SPACE: 'ENOSPC',
  DISK_FAIL: 'EIO',
  EPOCH_TOO_OLD: 'EPERM',
  AUTHFAIL: 'EPERM',
  INVALID_ARGUMENT: 'EINVAL',
  CLOSED: 'ESHUTDOWN',
  CANCELED: 'ESHUTDOWN',
};

/** A failure of Curve in terms of NBD, with Curve's own words and status. */
export function exportFailure(error: unknown): ExportFailure {
  if (error instanceof ExportFailure) return error;
  if (!(error instanceof CurveError)) return new ExportFailure('EIO', String(error), { cause: error });
  return new ExportFailure(ERRORS[error.code] ?? 'EIO', error.message, { cause: error });
}
