import { usageError } from '../cli-error.js';

const SECONDS: Record<string, number> = { s: 1, '': 1, m: 60, h: 3600, d: 86_400 };

/** Until then dates can be written. */
const LONGEST = 100 * 366 * 86_400;

/**
 * How long something is to be good for, in seconds: `90`, `10m`, `2h`, `7d`.
 *
 * @param name - of the option, for the message
 * @returns undefined if the option was not given
 * @throws CliError for what is no such time
 */
export function parseLifetime(name: string, value: string | true | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const [, digits, unit = ''] = /^(\d{1,15})([smhd]?)$/.exec(value) ?? [];
  const seconds = Number(digits ?? 0) * (SECONDS[unit] ?? 0);
  if (seconds > 0 && seconds <= LONGEST) return seconds;
  throw usageError(
    `--${name} must be a number of seconds, or one with s, m, h or d, such as 10m; it is ${JSON.stringify(value)}`,
  );
}
