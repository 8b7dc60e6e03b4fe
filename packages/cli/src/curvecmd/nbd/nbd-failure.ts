import type { NbdError, NbdErrorCode } from '@curve-wcs/curve-nbd';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';

/** What to do next. */
const HINTS: Partial<Record<NbdErrorCode, string>> = {
  IN_USE: '--wait 60s waits for it, --read-only and --shared do without',
  UNENCRYPTED: '--tls-certificates or --tls-psk encrypts, --unencrypted accepts that',
};

/** A failure of the NBD server in terms of this tool. */
export function nbdFailure(error: NbdError): CliError {
  const hint = HINTS[error.code];
  const status = error.code === 'INVALID_ARGUMENT' ? ExitCode.usage : ExitCode.failed;
  return new CliError(status, error.message, { cause: error, ...(hint === undefined ? {} : { hint }) });
}
