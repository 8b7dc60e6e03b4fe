import { errorName } from './error-codes.js';

/** What the one call that raises in Python as well, Listdir with a path, fails with. */
export class CBDError extends Error {
  /** Always `CBDError`. */
  override readonly name = 'CBDError';
  /** The negative code, such as -6. */
  readonly code: number;

  /** @internal */
  constructor(call: string, code: number) {
    super(`${call} gave ${code} (${errorName(code)})`);
    this.code = code;
  }
}
