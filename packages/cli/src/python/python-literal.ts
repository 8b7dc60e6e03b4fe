import { pythonRepr } from './python-repr.js';

/** A JSON text's next word: a string, a number, another word or a sign. */
const WORD = /\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:])/y;

const WORDS: Record<string, string> = { true: 'True', false: 'False', null: 'None', ',': ', ', ':': ': ' };

/**
 * A JSON text as Python prints the value that it reads from it. Numbers are written as they stand in the text, since
 * JavaScript would round large ones and cannot tell 1.0 from 1.
 *
 * @throws SyntaxError if it is no JSON
 */
export function pythonLiteral(json: string): string {
  JSON.parse(json);
  const written: string[] = [];
  WORD.lastIndex = 0;
  for (let found = WORD.exec(json); found; found = WORD.exec(json)) {
    const [, word = ''] = found;
    if (word.startsWith('"')) written.push(pythonRepr(JSON.parse(word) as string));
    else written.push(WORDS[word] ?? (/^[-\d]/.test(word) ? pythonNumber(word) : word));
  }
  return written.join('');
}

function pythonNumber(text: string): string {
  return /[.eE]/.test(text) ? pythonFloat(Number(text)) : text === '-0' ? '0' : text;
}

/** Both languages print the fewest digits that tell a number from its neighbours, but place the point differently. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 16) {
    const plain =
      power < 0 ? value.toFixed(Math.max(0, digits.replace(/[-.]/g, '').length - 1 - power)) : String(value);
    const sign = Object.is(value, -0) ? '-' : '';
    return plain.includes('.') ? plain : `${sign}${plain}.0`;
  }
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
