import { ServiceError } from '../http/service-error.js';

/** A key pair, and the buckets that belong to it. */
export interface WcsCredentials {
  /** Names the account; part of every token. */
  accessKey: string;
  /** Signs the tokens; never sent. */
  secretKey: string;
  /**
   * The buckets this account owns; they are created when missing.
   *
   * @defaultValue every bucket of the emulator
   */
  buckets?: readonly string[];
}

/** Who may sign, and which buckets are theirs. */
export class Accounts {
  readonly #byAccessKey: Map<string, WcsCredentials>;

  constructor(credentials: readonly WcsCredentials[]) {
    this.#byAccessKey = new Map(credentials.map(one => [one.accessKey, one]));
  }

  /** Every account, in the order given. */
  get all(): readonly WcsCredentials[] {
    return [...this.#byAccessKey.values()];
  }

  /** The account of an access key, if somebody has it. */
  get(accessKey: string): WcsCredentials | undefined {
    return this.#byAccessKey.get(accessKey);
  }

  /** @throws ServiceError 401 when nobody has this access key */
  find(accessKey: string): WcsCredentials {
    const account = this.get(accessKey);
    if (!account) throw new ServiceError(401, 'unknown access key');
    return account;
  }
}

/** Whether `account` may use `bucket`. */
export function owns(account: WcsCredentials, bucket: string): boolean {
  return account.buckets?.includes(bucket) ?? true;
}
