import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { pythonRepr, pythonReprList } from '../src/python/python-repr.js';

// Right-hand sides are what CPython prints.
test.each([
  ['a.txt', "'a.txt'"],
  ['', "''"],
  ["it's", '"it\'s"'],
  ['say "hi"', '\'say "hi"\''],
  ['both \' and "', "'both \\' and \"'"],
  ['back\\slash', "'back\\\\slash'"],
  ['tab\tnew\nreturn\r', "'tab\\tnew\\nreturn\\r'"],
  ['\u0000\u0007\u001b\u007f', "'\\x00\\x07\\x1b\\x7f'"],
  ['中文 é 🙂', "'中文 é 🙂'"],
  ['\u0080\u00a0\u00ad', "'\\x80\\xa0\\xad'"],
  ['\u200b\u2028\u3000\ufeff', "'\\u200b\\u2028\\u3000\\ufeff'"],
  ['\u{e0001}\u{10ffff}', "'\\U000e0001\\U0010ffff'"],
  ['\ud800', "'\\ud800'"],
])('%j', (text, expected) => {
  expect(pythonRepr(text)).toBe(expected);
});

test('lists', () => {
  expect(pythonReprList([])).toBe('[]');
  expect(pythonReprList(['a', "b's"])).toBe("['a', \"b's\"]");
});

property.prop([fc.string({ unit: 'binary' })])(
  'is one line that begins and ends with the same quote',
  text => {
    const repr = pythonRepr(text);
    expect(repr).toMatch(/^(['"])[^\p{Cc}]*\1$/u);
  },
);
