import { Writable } from 'node:stream';
import type { CliIo } from '../../cli-io.js';
import { Output } from '../../terminal/output.js';

/** Prints nothing, and keeps what a command gives to programs. */
export class ResultOutput extends Output {
  /** The result. */
  given: unknown;
  readonly #onWarning: (text: string) => void;

  constructor(io: CliIo, onWarning: (text: string) => void = () => {}) {
    const nowhere = () => new Writable({ write: (_chunk, _encoding, callback) => callback() });
    super({ ...io, stdout: nowhere(), stderr: nowhere() }, '');
    this.#onWarning = onWarning;
  }

  override result(_fields: Record<string, string | number | undefined>, value: unknown): void {
    this.given = value;
  }

  override warning(text: string): void {
    this.#onWarning(text);
  }
}
