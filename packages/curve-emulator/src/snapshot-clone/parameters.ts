import { ServiceCodes, ServiceError } from './service-error.js';

const mostOf64Bits = 2n ** 64n;

/** The parameters of a request, as they were sent: nothing is decoded, and of two with one name the last counts. */
export class Parameters {
  readonly #all = new Map<string, string>();

  constructor(query: string) {
    for (const pair of query.split('&')) {
      const at = pair.indexOf('=');
      if (at >= 0) this.#all.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  /** One that may be left out, and may be empty. */
  optional(name: string): string | undefined {
    return this.#all.get(name);
  }

  /** @throws ServiceError -5, when it is missing or empty */
  required(name: string): string {
    const value = this.#all.get(name);
    if (value === undefined || value === '') throw new ServiceError(ServiceCodes.invalidRequest);
    return value;
  }

  /** @throws ServiceError -5 */
  flag(name: string): boolean {
    const value = this.required(name);
    if (['true', 'True', 'TRUE', '1'].includes(value)) return true;
    if (['false', 'False', 'FALSE', '0'].includes(value)) return false;
    throw new ServiceError(ServiceCodes.invalidRequest);
  }

  /**
   * The part of a list that is asked for, the numbers read and added as C++ does.
   *
   * @throws ServiceError -5
   */
  page<T>(list: readonly T[]): T[] {
    const [limit, offset] = [this.#number('Limit', 10n), this.#number('Offset', 0n)];
    const end = (offset + limit) % mostOf64Bits;
    return list.filter((_, at) => BigInt(at) >= offset && BigInt(at) < end);
  }

  /** Whether a filter lets a value pass; an empty one lets only the empty value. */
  passes(name: string, value: string): boolean {
    const wanted = this.#all.get(name);
    return wanted === undefined || wanted === value;
  }

  /** All, for the log. */
  entries(): Record<string, string> {
    return Object.fromEntries(this.#all);
  }

  #number(name: string, otherwise: bigint): bigint {
    const value = this.#all.get(name) ?? '';
    if (value === '') return otherwise;
    const digits = /^\s*([+-]?\d+)/.exec(value)?.[1];
    if (digits === undefined) throw new ServiceError(ServiceCodes.invalidRequest);
    return BigInt.asUintN(64, BigInt(digits));
  }
}
