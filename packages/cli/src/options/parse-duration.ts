const MILLISECONDS: Record<string, number> = { ms: 1, s: 1000, '': 1000, m: 60_000, h: 3_600_000 };

/** How durations are written, for messages. */
export const DURATION_FORM = 'a number of seconds, or one with ms, s, m or h, such as 500ms';

/**
 * A duration in milliseconds: `10`, `500ms`, `1.5s`, `2m`.
 *
 * @returns undefined for what is no duration, or none that timers can take
 */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const milliseconds = Math.round(Number(digits) * (MILLISECONDS[unit] ?? 0));
  return milliseconds > 0 && milliseconds < 2 ** 31 ? milliseconds : undefined;
}
