import { invalidArgument } from '../errors.js';

/** A plain value of a parameter. */
export type ParameterValue = string | number | boolean;

/** Parameters by the service's own names, for those that have no option here. */
export type ExtraParameters = Record<string, ParameterValue>;

/**
 * Writes a command: `name/value`, then `/parameter/value` for what is not undefined; true is 1 and false is 0. What
 * would end a value (a slash, a bar, a semicolon) is refused.
 */
export function writeCommand(
  head: readonly (readonly [name: string, value: ParameterValue | undefined])[],
  parameters: Record<string, ParameterValue | undefined>,
  extra: ExtraParameters = {},
): string {
  const pairs = [...head, ...Object.entries(parameters), ...Object.entries(extra)];
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${checked('the name of a parameter', name)}/${valueText(name, value)}`)
    .join('/');
}

function valueText(name: string, value: ParameterValue | undefined): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalidArgument(name, 'a number', value);
  return checked(name, String(value));
}

function checked(name: string, text: string): string {
  if (text !== '' && !/[/|;\s\p{Cc}\p{Surrogate}]/u.test(text)) return text;
  throw invalidArgument(name, 'a text without slash, bar, semicolon and spaces', text);
}
