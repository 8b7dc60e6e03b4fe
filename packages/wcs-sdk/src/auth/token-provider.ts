import { invalidArgument } from '../errors.js';
import { policyOf } from './upload-token.js';

/** What a token is wanted for. */
export interface TokenRequest {
  /** Bucket the upload goes to. */
  bucket: string;
  /** Key the upload goes to. */
  key: string;
}

/** Gives an upload token: a fixed one, or a function (such as a call to your own server) that makes one. */
export type TokenProvider = string | ((request: TokenRequest) => string | Promise<string>);

/** A token this close to its end is renewed before it is used, in milliseconds. */
const RENEW_BEFORE = 60_000;

/** A refused token younger than this was not refused for its age, in milliseconds. */
const STALE_AFTER = 5 * 60_000;

/** Hands out the upload token of one upload, and asks for a new one when it nears its end or was refused. */
export class TokenSource {
  readonly #provider: Exclude<TokenProvider, string> | undefined;
  readonly #request: TokenRequest;
  readonly #renewAfter: number;
  #current: Promise<string> | undefined;
  #issued = Date.now();
  #expires = Number.POSITIVE_INFINITY;

  /**
   * @param selfSigned - the tokens are made from our own keys, so a fresh one that is refused means wrong
   *   keys: asking again would only send everything twice
   */
  constructor(provider: TokenProvider, request: TokenRequest, { selfSigned = false } = {}) {
    this.#request = request;
    this.#renewAfter = selfSigned ? STALE_AFTER : 0;
    if (typeof provider === 'string') this.#current = Promise.resolve(provider);
    else this.#provider = provider;
  }

  /** The token to use now. */
  async get(): Promise<string> {
    const nearEnd = Date.now() > this.#expires - RENEW_BEFORE;
    if (this.#current === undefined || (nearEnd && this.#provider)) this.#current = this.#ask();
    return this.#current;
  }

  /**
   * Called when the service refused `token`.
   *
   * @returns whether there is a fresh token worth trying
   */
  async renew(token: string): Promise<boolean> {
    if (!this.#provider) return false;
    // Parallel blocks are refused together; only the first of them asks for a new token.
    if ((await this.#current) === token) {
      if (Date.now() - this.#issued < this.#renewAfter) return false;
      this.#current = this.#ask();
    }
    return (await this.#current) !== token;
  }

  async #ask(): Promise<string> {
    const token = await this.#provider?.(this.#request);
    if (typeof token !== 'string' || token === '') {
      throw invalidArgument('the token provider', 'a function that gives an upload token', token);
    }
    this.#issued = Date.now();
    const deadline = Number(policyOf(token)?.deadline);
    // A token that lives shorter than the renewal margin would be asked for again before every call.
    this.#expires = deadline - Date.now() > 2 * RENEW_BEFORE ? deadline : Number.POSITIVE_INFINITY;
    return token;
  }
}
