import { WcsError } from '../errors.js';
import type { Credentials } from './signature.js';

/** A function that gives the keys of the moment: rotating ones, say, from a vault. */
export type CredentialsProvider = () => Credentials | Promise<Credentials>;

/** Hands out the keys of a client. Those of a function are kept until the service refuses them. */
export class CredentialsSource {
  readonly #provider: CredentialsProvider | undefined;
  #asked: Promise<Credentials> | undefined;
  #latest: Credentials | undefined;

  constructor(given: Credentials | CredentialsProvider) {
    if (typeof given === 'function') this.#provider = given;
    else this.#latest = given;
  }

  /** Whether they may become others. */
  get rotating(): boolean {
    return this.#provider !== undefined;
  }

  /** Those that were handed out last; undefined before a function was first asked. */
  get latest(): Credentials | undefined {
    return this.#latest;
  }

  /** The keys to use now. */
  async get(): Promise<Credentials> {
    return this.#latest ?? (await this.#ask());
  }

  /**
   * Called when the service refused a signature of `used`.
   *
   * @returns whether there are others now
   */
  async renew(used: Credentials): Promise<boolean> {
    if (!this.#provider) return false;
    // Of many requests that are refused together, the first asks.
    const latest = this.#latest === used ? await this.#ask() : await this.get();
    return latest.accessKey !== used.accessKey || latest.secretKey !== used.secretKey;
  }

  #ask(): Promise<Credentials> {
    this.#asked ??= this.#askOnce().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #askOnce(): Promise<Credentials> {
    let given: Credentials | undefined;
    try {
      given = await this.#provider?.();
    } catch (error) {
      throw failed(
        `the function that gives credentials failed: ${(error as Error)?.message ?? error}`,
        error,
      );
    }
    const { accessKey, secretKey, algorithm = 'SHA-1' } = given ?? ({} as Partial<Credentials>);
    const usable =
      typeof accessKey === 'string' &&
      /^[\x20-\x39\x3b-\x7e]+$/.test(accessKey) &&
      typeof secretKey === 'string' &&
      secretKey !== '' &&
      (algorithm === 'SHA-1' || algorithm === 'SM3');
    // What it gave may be secret in part, and is not shown.
    if (!usable) throw failed('the function that gives credentials gave no accessKey and secretKey');
    this.#latest = { accessKey, secretKey, algorithm };
    return this.#latest;
  }
}

function failed(message: string, cause?: unknown): WcsError {
  return new WcsError('TOKEN_FAILED', message, { cause });
}
