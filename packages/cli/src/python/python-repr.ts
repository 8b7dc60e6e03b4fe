/** Unicode's "other" and "separator" characters, of which Python prints the space alone as it is. */
const NOT_PRINTABLE = /[\p{C}\p{Z}]/u;

const SHORT: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A string as Python's `repr` writes it: in single quotes, unless only those occur in it. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = Array.from(text, character => {
    if (character === quote) return `\\${character}`;
    return (
      SHORT[character] ??
      (character !== ' ' && NOT_PRINTABLE.test(character) ? hexEscape(character) : character)
    );
  });
  return `${quote}${escaped.join('')}${quote}`;
}

/** A list of strings as Python's `repr` writes it. */
export function pythonReprList(texts: readonly string[]): string {
  return `[${texts.map(pythonRepr).join(', ')}]`;
}

function hexEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const [letter, width] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).padStart(width as number, '0')}`;
}
