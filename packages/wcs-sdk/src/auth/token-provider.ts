import { untilAborted } from '../abort.js';
import { invalidArgument, WcsError } from '../errors.js';
import type { PutPolicy } from './put-policy.js';
import { policyOf } from './upload-token.js';

/** What a token is wanted for. */
export interface TokenRequest {
  /** Bucket the upload goes to. */
  bucket: string;
  /** Key the upload goes to; absent where the token is to decide it. */
  key?: string;
  /** Aborted when the upload is. */
  signal?: AbortSignal;
}

/** Gives an upload token: a fixed one, or a function (such as a call to your own server) that makes one. */
export type TokenProvider = string | ((request: TokenRequest) => string | Promise<string>);

/** Members of an answer to an upload; undefined where the member of that name is something else. */
export interface AnswerNames {
  key: string | undefined;
  hash: string | undefined;
}

/** A token to use now, and what it says. */
export interface IssuedToken {
  token: string;
  /** The bucket of its scope, where it can be read. */
  bucket: string | undefined;
  /** The key of its scope, where that names one: it then goes nowhere else. */
  key: string | undefined;
  /** Whether the service makes the key, if none is sent. */
  saveKey: boolean;
  /** How the service's answer calls the key and the hash. */
  answerNames: AnswerNames;
  /** Whether it allows to replace an existing object. */
  overwrite: boolean;
  /** Whether it decides what is answered, or what it says cannot be read. */
  ownAnswer: boolean;
  /** When it expires, in milliseconds since the epoch. */
  deadline: number;
}

/** A token this close to its end is renewed before it is used, in milliseconds. */
const RENEW_BEFORE = 60_000;

/** A refused token younger than this was not refused for its age, in milliseconds. */
const STALE_AFTER = 5 * 60_000;

/** Hands out the upload token of one upload, and asks for a new one when it nears its end or was refused. */
export class TokenSource {
  readonly #issue: ((refused?: IssuedToken) => IssuedToken | Promise<IssuedToken>) | undefined;
  readonly #renewAfter: number;
  #current: IssuedToken | Promise<IssuedToken> | undefined;
  #issuedAt = 0;
  #renewAt = Number.POSITIVE_INFINITY;

  private constructor(
    first: IssuedToken | undefined,
    issue?: (refused?: IssuedToken) => IssuedToken | Promise<IssuedToken>,
    renewAfter = 0,
  ) {
    this.#current = first;
    this.#issue = issue;
    this.#renewAfter = renewAfter;
  }

  /** Tokens that the user of the client gives. */
  static of(provider: TokenProvider, { signal, ...request }: TokenRequest): TokenSource {
    if (typeof provider === 'string') {
      return new TokenSource(issuedToken(checkToken(provider, 'token', 'an upload token')));
    }
    const asked = { ...request, ...(signal ? { signal } : {}) };
    return new TokenSource(undefined, () => ask(provider, asked));
  }

  /**
   * Tokens made from our own keys. A fresh one that is refused means wrong keys: asking again would only send
   * everything twice.
   */
  static selfSigned(sign: () => IssuedToken): TokenSource {
    return new TokenSource(undefined, sign, STALE_AFTER);
  }

  /**
   * Tokens made from keys that may become others.
   *
   * @param sign - gets the token that was refused, if there was one, and gives it back where there are no other keys
   */
  static rotating(sign: (refused: IssuedToken | undefined) => Promise<IssuedToken>): TokenSource {
    return new TokenSource(undefined, sign);
  }

  /** The token to use now. */
  async get(): Promise<IssuedToken> {
    if (!this.#current || Date.now() > this.#renewAt) this.#ask();
    return this.#current as IssuedToken | Promise<IssuedToken>;
  }

  /**
   * Called when the service refused `token`.
   *
   * @returns whether there is a fresh token worth trying
   */
  async renew(token: string): Promise<boolean> {
    if (!this.#issue) return false;
    // Parallel blocks are refused together; only the first of them asks for a new token.
    const current = this.#current;
    const refused = await current;
    if (refused?.token === token && this.#current === current) {
      // Of one that lives for minutes only, half of that is age enough: clocks differ.
      const lifetime = refused.deadline - this.#issuedAt;
      if (Date.now() - this.#issuedAt < Math.min(this.#renewAfter, lifetime / 2)) return false;
      this.#ask(refused);
    }
    return (await this.#current)?.token !== token;
  }

  #ask(refused?: IssuedToken): void {
    if (!this.#issue) return;
    this.#issuedAt = Date.now();
    this.#renewAt = Number.POSITIVE_INFINITY;
    const issued = this.#issue(refused);
    this.#current = issued;
    if (!(issued instanceof Promise)) this.#limit(issued);
    else issued.then(token => this.#limit(token)).catch(() => {});
  }

  #limit({ deadline }: IssuedToken): void {
    // A token that lives shorter than the renewal margin would be asked for again before every call.
    if (deadline - Date.now() > 2 * RENEW_BEFORE) this.#renewAt = deadline - RENEW_BEFORE;
  }
}

/** What a token says of itself. */
export function issuedToken(token: string, policy: PutPolicy | undefined = policyOf(token)): IssuedToken {
  const [, bucket, key] = /^([^:]*)(?::(.*))?$/s.exec(String(policy?.scope ?? '')) ?? [];
  return {
    token,
    bucket: bucket || undefined,
    key: key || undefined,
    saveKey: key === undefined && Boolean(policy?.saveKey),
    answerNames: answerNames(policy),
    overwrite: Number(policy?.overwrite ?? 0) === 1,
    ownAnswer: !policy || Boolean(policy.returnBody || policy.returnUrl || policy.callbackUrl),
    deadline: Number(policy?.deadline ?? Number.NaN),
  };
}

/** A `returnBody` may give key and hash under any name, and other things under theirs. */
function answerNames(policy: PutPolicy | undefined): AnswerNames {
  const names: AnswerNames = { key: 'key', hash: 'hash' };
  if (policy?.callbackUrl || typeof policy?.returnBody !== 'string') return names;
  for (const pair of policy.returnBody.split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    const variable = /^\$\((key|hash)\)$/.exec(value)?.[1] as keyof AnswerNames | undefined;
    if (variable) names[variable] = name;
    else if (name === names.key) names.key = undefined;
    else if (name === names.hash) names.hash = undefined;
  }
  return names;
}

async function ask(provider: Exclude<TokenProvider, string>, request: TokenRequest): Promise<IssuedToken> {
  const { signal } = request;
  let token: unknown;
  try {
    const answer = (async () => provider(request))();
    token = await (signal ? untilAborted(answer, signal) : answer);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new WcsError('TOKEN_FAILED', `the token provider failed: ${(error as Error)?.message ?? error}`, {
      cause: error,
    });
  }
  return issuedToken(checkToken(token, 'the token provider', 'a function that gives an upload token'));
}

/** Refuses what cannot be sent as a token, such as one with the end of its line; it is not shown. */
function checkToken(token: unknown, name: string, allowed: string): string {
  if (typeof token !== 'string' || token === '') throw invalidArgument(name, allowed, token);
  if (/^[\x20-\x7e]+$/.test(token)) return token;
  throw new WcsError('INVALID_ARGUMENT', `${name} must be ${allowed}; got one with a line break or the like`);
}
