/** What went wrong before or while an emulator started. */
export type CurveEmulatorErrorCode =
  /** An option or argument has a value that cannot be used. */
  | 'INVALID_OPTION'
  /** A fault rule cannot be understood. */
  | 'INVALID_FAULT'
  /** The address is taken by another process. */
  | 'ADDRESS_IN_USE'
  /** The address cannot be listened on, for another reason. */
  | 'LISTEN_FAILED'
  /** The data folder cannot be created, read or written. */
  | 'DATA_DIR_UNUSABLE'
  /** Another emulator has the data folder open. */
  | 'DATA_DIR_LOCKED'
  /** The data folder was written with other sizes, or by a newer version. */
  | 'DATA_DIR_MISMATCH';

/**
 * The error that {@link startCurveEmulator} and a running emulator throw. Branch on `code`; the message is for
 * people.
 *
 * @example
 * ```ts
 * import { CurveEmulatorError, startCurveEmulator } from '@curve-wcs/curve-emulator';
 *
 * try {
 *   await startCurveEmulator({ chunkservers: 0 });
 * } catch (error) {
 *   if (error instanceof CurveEmulatorError) console.log(error.code); // → INVALID_OPTION
 * }
 * ```
 */
export class CurveEmulatorError extends Error {
  /** Always `CurveEmulatorError`. */
  override readonly name = 'CurveEmulatorError';

  /** A stable name of what went wrong. */
  readonly code: CurveEmulatorErrorCode;

  constructor(code: CurveEmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
