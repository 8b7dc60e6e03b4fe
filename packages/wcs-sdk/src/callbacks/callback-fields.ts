import { percentDecoded } from '../encoding.js';

/**
 * The members of a callback's body, `name=value&…`. Sequences such as `%E4` are decoded where they are well-formed; a
 * plus stays a plus. Of equal names the last counts.
 */
export function callbackFields(body: string): Record<string, string> {
  const fields: Record<string, string> = Object.create(null);
  for (const pair of body.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    fields[percentDecoded(name)] = equals < 0 ? '' : percentDecoded(pair.slice(equals + 1));
  }
  return fields;
}
