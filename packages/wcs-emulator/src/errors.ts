/** What went wrong before or while an emulator started. */
export type WcsEmulatorErrorCode =
  /** An option has a value that cannot be used. Nothing was read or written. */
  | 'INVALID_OPTION'
  /** A fault rule cannot be understood. */
  | 'INVALID_FAULT'
  /** A detection result or a live recording lacks what makes one. */
  | 'INVALID_DATA'
  /** The address is taken by another process. */
  | 'ADDRESS_IN_USE'
  /** The address cannot be listened on, for another reason. */
  | 'LISTEN_FAILED'
  /** The data folder cannot be created, read or written. */
  | 'DATA_DIR_UNUSABLE'
  /** Another emulator has the data folder open. */
  | 'DATA_DIR_LOCKED'
  /** The data folder was written by a newer version. */
  | 'DATA_DIR_TOO_NEW';

/**
 * The error that {@link startWcsEmulator}, fault rules and loaded data throw. Branch on `code`; the message is for
 * people.
 *
 * @example
 * ```ts
 * import { startWcsEmulator, WcsEmulatorError } from '@curve-wcs/wcs-emulator';
 *
 * try {
 *   await startWcsEmulator({ port: 70000 });
 * } catch (error) {
 *   if (error instanceof WcsEmulatorError) console.log(error.code); // → INVALID_OPTION
 * }
 * ```
 */
export class WcsEmulatorError extends Error {
  /** Always `WcsEmulatorError`. */
  override readonly name = 'WcsEmulatorError';

  /** A stable name of what went wrong. */
  readonly code: WcsEmulatorErrorCode;

  constructor(code: WcsEmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
