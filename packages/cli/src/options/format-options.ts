import type { OptionDefinition } from './option-definition.js';

/** The lines of help about options: names on the left, descriptions aligned on the right. */
export function formatOptions(definitions: readonly OptionDefinition[]): string {
  return formatColumns(
    definitions.map(({ long, short, argument, description }) => [
      [...(short === undefined ? [] : [`-${short}`]), `--${long}`].join(', ') +
        (argument === undefined ? '' : ` ${argument}`),
      description,
    ]),
  );
}

/** Two columns, indented by two. */
export function formatColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}
