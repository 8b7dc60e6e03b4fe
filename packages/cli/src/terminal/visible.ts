/**
 * Controls, and characters that reorder or hide others: what a hostile key or server message could use to
 * rewrite what the terminal shows. C1 controls are among them, since terminals obey them too.
 */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text fit for one line of a terminal: controls are shown, not obeyed. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, character => SHORT[character] ?? unicodeEscape(character));
}

/**
 * JSON in which every control is escaped, including those that `JSON.stringify` lets through. Numbers of 64 bits are
 * text, since programs would round them.
 */
export function visibleJson(value: unknown, indent?: number): string {
  const exact = (_: string, one: unknown) => (typeof one === 'bigint' ? String(one) : one);
  return JSON.stringify(value, exact, indent).replace(INVISIBLE, character => {
    return character === '\n' ? character : unicodeEscape(character);
  });
}

function unicodeEscape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
