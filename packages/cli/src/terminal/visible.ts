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

/** Characters that take two columns: those of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** As much of the start of a text as has room in so many columns of a terminal. */
export function fitted(text: string, columns: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += WIDE.test(character) ? 2 : 1;
    if (used > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** As much of the end of a text as has room, with an ellipsis for the rest. */
export function fittedEnd(text: string, columns: number): string {
  if (fitted(text, columns) === text) return text;
  let rest = text;
  while (fitted(rest, columns - 1) !== rest) rest = rest.slice(/^./su.exec(rest)?.[0].length ?? 1);
  return `…${rest}`;
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
