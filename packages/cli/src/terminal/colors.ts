import { styleText } from 'node:util';

const STYLES = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;

/** Puts text into a style. */
export type Colors = Record<(typeof STYLES)[number], (text: string) => string>;

/** Styles of a terminal, or ones that change nothing. Whether they are wanted is not for Node.js to guess. */
export function createColors(enabled: boolean): Colors {
  const paint = (style: (typeof STYLES)[number]) => (text: string) =>
    enabled ? styleText(style, text, { validateStream: false }) : text;
  return Object.fromEntries(STYLES.map(style => [style, paint(style)])) as Colors;
}
