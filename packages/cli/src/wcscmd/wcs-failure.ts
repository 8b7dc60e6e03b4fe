import type { WcsErrorCode } from '@curve-wcs/wcs-sdk';
import type { FailureDescription } from '../describe-failure.js';
import { ExitCode } from '../exit-code.js';

/** What to do next, where there is something. */
const HINTS: Partial<Record<WcsErrorCode, string>> = {
  UNAUTHORIZED: "check access_key and secret_key (wcscmd --configure) and this machine's clock",
  BUCKET_NOT_FOUND: 'wcscmd listbucket shows which buckets there are',
  OBJECT_EXISTS: 'replace it with --overwrite 1',
  CALLBACK_FAILED: 'it need not be uploaded again',
  SOURCE_CHANGED: 'upload it again, without --upload-id',
  CHECKSUM_MISMATCH: 'try again; --no-verify transfers without comparing',
  NETWORK: 'check the connection and the address',
  TIMEOUT: 'try again, or raise connection_timeout',
  SERVER_ERROR: 'try again later',
};

const EXIT_CODES: Partial<Record<WcsErrorCode, number>> = {
  INVALID_ARGUMENT: ExitCode.usage,
  CONFIG: ExitCode.config,
};

/** Describes an error of the SDK: its message names the service's code and request already. */
export async function describeWcsError(error: unknown): Promise<FailureDescription | undefined> {
  const { WcsError } = await import('@curve-wcs/wcs-sdk');
  if (!(error instanceof WcsError)) return undefined;
  const hint = HINTS[error.code];
  return {
    message: error.message,
    hints: hint === undefined ? [] : [hint],
    exitCode: EXIT_CODES[error.code] ?? ExitCode.failed,
    error,
  };
}
