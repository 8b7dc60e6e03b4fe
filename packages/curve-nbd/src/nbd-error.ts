/**
 * Why a server could not be started or a volume not exported. Branch on these, never on message text.
 *
 * | code | meaning |
 * | --- | --- |
 * | `INVALID_ARGUMENT` | an option is wrong; nothing was done |
 * | `IN_USE` | somebody else has the volume open, or it is exported already |
 * | `LISTEN_FAILED` | an address could not be listened on; `cause` has the system's error |
 * | `UNENCRYPTED` | an address that others reach, without TLS |
 * | `TLS` | a certificate or key could not be used |
 */
export type NbdErrorCode = 'INVALID_ARGUMENT' | 'IN_USE' | 'LISTEN_FAILED' | 'UNENCRYPTED' | 'TLS';

/** The error class of this package. Failures of Curve come as they are, as `CurveError`. */
export class NbdError extends Error {
  /** Tells it from other errors. */
  override readonly name = 'NbdError';
  /** Stable reason; branch on this. */
  readonly code: NbdErrorCode;

  /** @internal */
  constructor(code: NbdErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
