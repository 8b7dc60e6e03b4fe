import { decodeText } from '../http/encoding.js';
import { ServiceError } from '../http/service-error.js';
import { checkKey } from '../operations/object-key.js';

/** The fields of a command `name/value/name/value…` (section 2.9). Their names' case does not matter. */
export class CommandFields {
  readonly #values = new Map<string, string>();

  /**
   * @param known - the names that the command may have
   * @throws ServiceError 400 when it is not of such pairs, or names something twice or unknown
   */
  constructor(command: string, known: readonly string[]) {
    const parts = command.trim().split('/');
    if (parts.length % 2 !== 0)
      throw new ServiceError(400, `a command is name/value pairs: ${quote(command)}`);
    for (let index = 0; index < parts.length; index += 2) {
      const written = parts[index] ?? '';
      const name = known.find(one => one.toLowerCase() === written.toLowerCase());
      if (name === undefined) {
        throw new ServiceError(400, `${quote(written)} is none of ${known.join(', ')}: ${quote(command)}`);
      }
      if (this.#values.has(name)) throw new ServiceError(400, `${name} is there twice: ${quote(command)}`);
      this.#values.set(name, parts[index + 1] ?? '');
    }
  }

  /** A value as it is written; an empty one counts as absent. */
  plain(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /** @throws ServiceError 400 when it is not Base64 of UTF-8 */
  text(name: string): string | undefined {
    const value = this.plain(name);
    return value === undefined ? undefined : decodeText(value, name);
  }

  /** @throws ServiceError 400 also when it is absent */
  required(name: string): string {
    const value = this.text(name);
    if (!value) throw new ServiceError(400, `${name} is missing`);
    return value;
  }

  /** A key, if there is one. @throws ServiceError 400 when it is not one that an object can have */
  key(name: string): string | undefined {
    const value = this.text(name);
    return value ? checkKey(value) : undefined;
  }

  /** A switch that is 0 or 1. @throws ServiceError 400 */
  flag(name: string, byDefault: boolean): boolean {
    const value = this.plain(name);
    if (value !== undefined && value !== '0' && value !== '1')
      throw new ServiceError(400, `${name} is 0 or 1`);
    return value === undefined ? byDefault : value === '1';
  }
}

/** Long text cut short, for messages. */
function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
