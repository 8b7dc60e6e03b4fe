/** What Python's `int` makes of a text; undefined if it is none. */
export function pythonInt(text: string): number | undefined {
  const digits = text.trim();
  if (!/^[+-]?\d+(_\d+)*$/.test(digits)) return undefined;
  const number = Number(digits.replaceAll('_', ''));
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The integer that Python's `literal_eval` reads: also in base 2, 8 or 16; undefined if it is none. */
export function pythonIntegerLiteral(text: string): number | undefined {
  const [, sign, digits] =
    /^[ \t]*([+-]?)[ \t]*(0+(?:_?0)*|[1-9]\d*(?:_\d+)*|0x[\da-f]+|0o[0-7]+|0b[01]+)\s*$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits.replaceAll('_', '')) * (sign === '-' ? -1 : 1);
  return Number.isSafeInteger(number) ? number + 0 : undefined;
}

/** Whether `literal_eval` reads a text at all, as far as anybody would write it on a command line. */
export function isPythonLiteral(text: string): boolean {
  const bare = text.replace(/^[ \t]+/, '').trimEnd();
  if (pythonIntegerLiteral(text) !== undefined) return true;
  return (
    /^[+-]?(\d+\.\d*|\.\d+|\d+(?=e))(e[+-]?\d+)?$/i.test(bare) ||
    /^(None|True|False|\.\.\.)$/.test(bare) ||
    /^[bru]{0,2}("[^"\\]*"|'[^'\\]*')$/i.test(bare) ||
    /^(\[[\s\d,.'"a-z]*\]|\([\s\d,.'"a-z]*\)|\{[\s\d,.:'"a-z]*\})$/i.test(bare)
  );
}
